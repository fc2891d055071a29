/* The head of an HTTP request, read where it lies. Knows nothing of who may ask, nor of what there is. */
#ifndef DEVICE_HEAD_H
#define DEVICE_HEAD_H

#include <stddef.h>

/* Letters of a request; `at` is NULL where there are none. */
typedef struct {
    const char *at;
    size_t length;
} wd_letters;

enum { HEAD_MORE = 0, HEAD_WHOLE = 200, HEAD_WRONG = 400, HEAD_TOO_LONG = 431 };

typedef struct {
    wd_letters method, path, query;
    wd_letters host, origin, known; /* `known` is If-None-Match */
    wd_letters connection, upgrade, version, key, protocol;
    int is_1_0, has_body;
} wd_head;

/* Reads what came so far of a head with room for `most` bytes; one of HEAD_, and how many bytes it is. */
int wd_head_read(wd_head *h, const char *bytes, size_t size, size_t most, size_t *length);

/* A letter as it is compared: a small one for a capital. */
char wd_head_lower(char sign);

/* Whether two texts, or a text and a word, are the same; letters of both cases are. */
int wd_head_is_same(wd_letters a, wd_letters b);
int wd_head_is_word(wd_letters text, const char *word);

/* Whether a list of words, as `Connection` is, has this one; letters of both cases are the same. */
int wd_head_has(wd_letters list, const char *word);

/* Whether it is exactly this text. */
int wd_head_is(wd_letters text, const char *what);

#endif

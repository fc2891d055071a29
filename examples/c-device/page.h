/* The viewer's page, as pack_page.py writes it into page.c: constants, which boards keep in flash. */
#ifndef DEVICE_PAGE_H
#define DEVICE_PAGE_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *path, *type, *tag; /* an entity tag, with its quotation marks */
    const uint8_t *bytes;
    size_t length;
    int is_packed; /* by gzip: every browser takes that */
} wd_page_file;

extern const wd_page_file wd_page_files[];
extern const size_t wd_page_count;

#endif

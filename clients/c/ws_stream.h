/* A viewer of the ws-stream protocol, version 1 (docs/protocol.md), without a socket, a clock or an allocation.
 *
 * Pictures are decoded into memory that the caller gives; nothing outside it and the structs below is written. It uses
 * string.h, and sizes of at least 32 bits. The files:
 *
 * - ws_stream.c: picture messages, in pieces as they come. segments.c: what tables say and segments do. pixels.c:
 *   formats, marked pixels, checksums. lz4.c: a strict decoder of LZ4 blocks.
 * - json.c: a reader of JSON that keeps nothing. values.c: numbers and texts in it. control.c: what the server says.
 * - say.c: what a viewer says. session.c: when, and when to connect anew. */
#ifndef WS_STREAM_H
#define WS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WS_STREAM_SUBPROTOCOL "ws-stream.v1"
#define WS_STREAM_MAX_SIDE 16384u         /* pixels: width or height of a picture */
#define WS_STREAM_MAX_PICTURE (64u << 20) /* bytes of a picture */
#define WS_STREAM_MAX_SIDE_DATA 4096u     /* bytes of JSON that a picture may carry */
#define WS_STREAM_MAX_TEXT 65536u         /* characters of a control message, of up to 4 bytes each */
#define WS_STREAM_NO_LIMIT 0xFFFFFFFFu    /* max_segment of a viewer that offers none */

/* Pixel formats: the codes of the protocol. */
enum ws_stream_format {
    WS_STREAM_RGBX8888 = 1,
    WS_STREAM_BGRX8888,
    WS_STREAM_RGB888,
    WS_STREAM_BGR888,
    WS_STREAM_RGB565,
    WS_STREAM_GRAY8,
    WS_STREAM_RGB444,
    WS_STREAM_RGB332
};

/* The code of a format by its name, 0 for no format. */
int ws_stream_format(const char *name, size_t length);
/* Bytes of a pixel in memory, 0 for no format. */
unsigned ws_stream_pixel_bytes(int format);
/* A pixel as it is shown: 0xRRGGBB. */
uint32_t ws_stream_rgb(int format, const uint8_t *pixel);

/* What a picture message is refused for. */
#define WS_STREAM_RULES(RULE) \
    RULE(NONE, "nothing is wrong") \
    RULE(UNANNOUNCED, "a picture came before the stream was announced") \
    RULE(SHORT, "the message is shorter than its header and table say") \
    RULE(LONG, "the message is longer than its table says") \
    RULE(HEADER_LENGTH, "the header length is not a multiple of 4 from 36 on") \
    RULE(FLAGS, "a critical flag is not known") \
    RULE(FORMAT, "the pixel format is not the announced one") \
    RULE(EPOCH, "the epoch is not the announced one") \
    RULE(SIZE, "the size is not the announced one") \
    RULE(NUMBER, "the number is not greater than the base") \
    RULE(BASE, "the base is neither 0 nor the picture held") \
    RULE(TIME, "the time is not below 2^53") \
    RULE(COUNT, "there are more segments than rows") \
    RULE(EXTENSION, "an extension does not end within the header") \
    RULE(TAG, "the tags of the extensions do not ascend") \
    RULE(CRITICAL_TAG, "a critical extension is not known") \
    RULE(ROWS, "a segment has no rows, or rows outside the picture") \
    RULE(ORDER, "a marked segment begins above the end of the one before it") \
    RULE(KIND, "the kind of a segment is not known") \
    RULE(SHIFT, "a segment that is no copy has a shift") \
    RULE(COPY_ROWS, "a copy reads rows outside the picture") \
    RULE(COPY_LENGTH, "a copy has a payload") \
    RULE(COPY_ORDER, "a copy stands after a marked segment") \
    RULE(PAYLOAD_LENGTH, "a payload is empty or longer than its rows allow") \
    RULE(MAX_SEGMENT, "a segment is longer than this viewer takes") \
    RULE(LZ4_CUT, "an LZ4 block ends within a sequence, or with a match") \
    RULE(LZ4_LONG, "an LZ4 block unpacks to more than its rows can be") \
    RULE(LZ4_OFFSET, "an LZ4 match has offset 0 or begins before the first byte") \
    RULE(LZ4_END, "the last match of an LZ4 block is too near to its end") \
    RULE(CONTENT_LENGTH, "the content of a segment is shorter or longer than its marks say") \
    RULE(GROUP_BITS, "a group outside the rows is marked") \
    RULE(MASK, "a mask is 0 or marks pixels beyond the width") \
    RULE(LITERALS, "a pixel that is not marked brings a colour") \
    RULE(FIRST_ROW, "a marked pixel of row 0 brings no colour") \
    RULE(CHECKSUM, "the checksum is not that of the picture") \
    RULE(PARTS, "a part of a message came, and this viewer takes whole ones")

#define WS_STREAM_RULE(name, sentence) WS_STREAM_RULE_##name,
enum ws_stream_rule { WS_STREAM_RULES(WS_STREAM_RULE) WS_STREAM_RULE_COUNT_OF };
#undef WS_STREAM_RULE

/* The sentence of a rule, without a full stop. */
const char *ws_stream_sentence(enum ws_stream_rule rule);

/* ---- Pictures ---- */

/* The memory of a viewer. PIXEL_BYTES is of the format; SEGMENT is the offered max_segment, or ws_stream_longest of the
 * picture. One that takes messages in parts, as they arrive, keeps one payload more: */
#define WS_STREAM_WHOLE(width, height, pixel_bytes, segment) \
    (WS_STREAM_ROUND((uint32_t)(width) * (uint32_t)(height) * (pixel_bytes)) + 12u * (uint32_t)(height) \
     + WS_STREAM_ROUND(segment) + WS_STREAM_MAX_SIDE_DATA)
#define WS_STREAM_PARTS(width, height, pixel_bytes, segment) \
    (WS_STREAM_WHOLE(width, height, pixel_bytes, segment) + WS_STREAM_ROUND(segment))
#define WS_STREAM_ROUND(bytes) (((uint32_t)(bytes) + 3u) & ~3u)

/* The longest content that some rows can have, in bytes. */
uint32_t ws_stream_longest(uint32_t width, uint32_t rows, int format);
/* The memory for a picture; 0 for one that no viewer takes: no format, a side of 0, more than the protocol's limits. */
uint32_t ws_stream_memory(uint32_t width, uint32_t height, int format, uint32_t max_segment, bool parts);

enum ws_stream_result {
    WS_STREAM_MORE,    /* the rest of the message is to come */
    WS_STREAM_APPLIED, /* show it */
    WS_STREAM_IGNORED, /* a binary message of a later version */
    WS_STREAM_REFUSED  /* the picture is void: do not show it. `rule` says why */
};

/* The header of the message that came last. */
struct ws_stream_header {
    uint64_t time;
    uint32_t number, base, checksum, segments;
    bool checked, no_ack;
};

struct ws_stream {
    /* What the caller gave. */
    uint8_t *memory;
    uint32_t size, max_segment;
    bool parts;
    bool verify; /* checksums; true. A caller that has no time for them sets it to false after ws_stream_open */
    /* What is announced: epoch 0 and format 0 before. */
    uint32_t epoch;
    uint16_t width, height;
    uint8_t format;
    /* The number of the picture held; 0 is the blank one. */
    uint32_t held;
    enum ws_stream_rule rule;
    struct ws_stream_header header;
    const char *side_data; /* of that message: a JSON object, or NULL. It is there until the next one begins */
    uint32_t side_length;
    /* The message that is coming. */
    uint8_t *table, *unpacked, *side, *part, *into;
    size_t left, need, have;
    uint32_t header_left, value_length, at, tag;
    uint8_t stage, first[36];
    enum ws_stream_result result;
};

/* MAX_SEGMENT is what the viewer offers, or WS_STREAM_NO_LIMIT. */
void ws_stream_open(struct ws_stream *stream, void *memory, uint32_t size, uint32_t max_segment, bool parts);
/* What `stream` says. False, and unannounced from then on, where the memory is too small or no viewer takes such a
 * picture. */
bool ws_stream_announce(struct ws_stream *stream, uint32_t epoch, int format, uint32_t width, uint32_t height);
/* A whole message. */
enum ws_stream_result ws_stream_apply(struct ws_stream *stream, const void *message, size_t length);
/* The same in parts. After a result other than WS_STREAM_MORE the rest of that message may be left out or fed. */
enum ws_stream_result ws_stream_begin(struct ws_stream *stream, size_t length);
enum ws_stream_result ws_stream_feed(struct ws_stream *stream, const void *bytes, size_t count);

/* The picture: rows from the top, tightly packed. It is at the beginning of the memory. */
const uint8_t *ws_stream_pixels(const struct ws_stream *stream);
/* Runs of rows that the picture applied last touched, one for each call, in the order of its segments; they may
 * overlap. *INDEX is 0 at first. False after the last one. */
bool ws_stream_touched(const struct ws_stream *stream, uint32_t *index, uint32_t *first, uint32_t *rows);

/* ---- What the server says ---- */

/* Text within a message, as it is written there: with JSON's escapes. */
struct ws_stream_text {
    const char *at;
    uint32_t length;
};
/* The text without escapes, in UTF-8, as much as fits, with a 0 behind it; its length. SIZE is at least 1. */
size_t ws_stream_copy(struct ws_stream_text text, char *out, size_t size);

enum ws_stream_type {
    WS_STREAM_BROKEN,  /* no control message: close the connection and connect again */
    WS_STREAM_UNKNOWN, /* of a later version: ignore it */
    WS_STREAM_STREAM,
    WS_STREAM_GRANTED,
    WS_STREAM_PACE,
    WS_STREAM_UNCHANGED,
    WS_STREAM_WAITING,
    WS_STREAM_PROBLEM,
    WS_STREAM_CLOCK
};

struct ws_stream_control {
    enum ws_stream_type type;
    struct ws_stream_text name, reason;
    uint64_t time, viewer_time;
    uint32_t epoch, number, id;
    uint32_t source[2], crop[4];
    uint16_t width, height, step, tolerance;
    uint8_t format;
    bool has_id, has_crop, has_reason, average, input, device;
    double fps, published, skipped;
};

/* Reads a text message; only the members of its type mean something afterwards. It points into TEXT. */
enum ws_stream_type ws_stream_read(struct ws_stream_control *control, const char *text, size_t length);

/* ---- What a viewer says: each writes a message and returns its length, 0 where it does not fit or may not be ---- */

size_t ws_stream_say_acknowledge(char *out, size_t size, uint32_t epoch, uint32_t number);
size_t ws_stream_say_resync(char *out, size_t size);
size_t ws_stream_say_clock(char *out, size_t size, uint64_t viewer_time);

/* Members of a request; the values are those of its sets. */
enum ws_stream_member {
    WS_STREAM_STEP = 1,
    WS_STREAM_CROP = 2,
    WS_STREAM_AVERAGE = 4,
    WS_STREAM_TOLERANCE = 8,
    WS_STREAM_DEPTH = 16,
    WS_STREAM_FIT = 32,
    WS_STREAM_FPS = 64
};
struct ws_stream_request {
    uint32_t id;
    unsigned given; /* a set of members: these values are requested */
    unsigned left;  /* a set of members: these are left to the server */
    uint16_t step, tolerance, depth;
    uint32_t crop[4], fit[2];
    bool average;
    double fps;
};
size_t ws_stream_say_request(char *out, size_t size, const struct ws_stream_request *request);

enum ws_stream_event_kind {
    WS_STREAM_POINTER, /* x, y, buttons, wheel */
    WS_STREAM_TOUCH,   /* touch, x, y, phase */
    WS_STREAM_KEY,     /* key, code, down */
    WS_STREAM_TEXT,    /* text */
    WS_STREAM_CUSTOM   /* name, data */
};
struct ws_stream_event {
    enum ws_stream_event_kind kind;
    double x, y, wheel[2];
    uint16_t buttons, touch;
    bool down;
    const char *phase, *key, *code, *text, *name, *data; /* UTF-8 that ends with a 0 */
};
size_t ws_stream_say_input(char *out, size_t size, uint32_t epoch, uint32_t number,
                           const struct ws_stream_event *events, size_t count);

/* ---- When a viewer says what ---- */

/* Times are milliseconds by any clock that runs evenly; they may wrap around. */
struct ws_stream_session {
    struct ws_stream *stream;
    uint32_t said, heard; /* when something was, last; a caller that sends a message of its own sets `said` */
    uint32_t acknowledge; /* the number that is due, 0 for none */
    bool acknowledges;    /* false where the query says acknowledge=no */
    bool announced, resyncing, resync_due, life_due, worked;
};

enum ws_stream_reaction {
    WS_STREAM_NOTHING,
    WS_STREAM_SHOW,      /* a picture was applied: show it */
    WS_STREAM_ANNOUNCED, /* another size, format or epoch: what is on the screen stays until there is a picture */
    WS_STREAM_TELL,      /* `problem`: tell the user its reason, or that it is over */
    WS_STREAM_TOO_LARGE, /* the announced picture is more than the memory takes: the server knows no offers. Close, for
                            good */
    WS_STREAM_RECONNECT  /* the server broke the protocol: close the connection, with 1002, and connect anew */
};

/* A new connection; the stream is unannounced. */
void ws_stream_connected(struct ws_stream_session *session, struct ws_stream *stream, bool acknowledges, uint32_t now);
/* The end of a binary message, with the result of ws_stream_apply or ws_stream_feed. */
enum ws_stream_reaction ws_stream_on_picture(struct ws_stream_session *session, enum ws_stream_result result,
                                             uint32_t now);
/* A control message that was read. */
enum ws_stream_reaction ws_stream_on_control(struct ws_stream_session *session, const struct ws_stream_control *control,
                                             uint32_t now);
/* Bytes arrived, also those of a message that is not whole. */
void ws_stream_on_bytes(struct ws_stream_session *session, uint32_t now);
/* The viewer wants a picture against the blank one, and holds that from now on. */
void ws_stream_resync(struct ws_stream_session *session);
/* What is to be sent, after pictures are shown: the next message, 0 when there is none. SIZE is at least 64. */
size_t ws_stream_next(struct ws_stream_session *session, char *out, size_t size, uint32_t now);
/* Whether nothing was heard for 3 s (call it stale), and for 10 s (connect anew). */
bool ws_stream_is_stale(const struct ws_stream_session *session, uint32_t now);
bool ws_stream_is_silent(const struct ws_stream_session *session, uint32_t now);

/* Whether to try again after a close code (1005 or 0: none), and after an HTTP answer that is not 101 (0: none). */
bool ws_stream_again_after_close(unsigned code);
bool ws_stream_again_after_http(unsigned status);
/* Milliseconds to wait after so many tries in vain; TRIES is 0 again after a connection that `worked`. RANDOM is any
 * number. */
uint32_t ws_stream_wait(unsigned tries, uint32_t random);

#ifdef __cplusplus
}
#endif
#endif

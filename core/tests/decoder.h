/* A viewer's picture and what messages make of it, written from docs/protocol.md and not from the encoder. It dies of
   whatever the protocol does not allow. */
#ifndef WS_DECODER_H
#define WS_DECODER_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    size_t width, height;
    size_t size, colour; /* bytes of a pixel, and those that are sent */
    uint8_t *pixels;
    uint32_t epoch, number;
} picture;

typedef int (*decompressor)(const char *from, char *to, int size, int room);

/* LZ4's in this library. */
decompressor decompressor_of(const char *library);

/* The blank picture of an epoch. */
void picture_open(picture *p, size_t width, size_t height, size_t size, size_t colour, uint32_t epoch);
void picture_blank(picture *p);
void picture_close(picture *p);

/* Applies a message without its frame's head. */
void picture_apply(picture *p, const uint8_t *message, size_t length, decompressor decompress);

/* Length of the frame that begins here, its head included, and of its head; 0 where more bytes are needed. */
size_t frame_length(const uint8_t *bytes, size_t length, size_t *head);

#endif

/* How large all is, fixed when it is compiled: the memory of a device is its `sizeof`. Any may be set by -D. */
#ifndef DEVICE_SIZE_H
#define DEVICE_SIZE_H

#ifndef DEVICE_WIDTH
#define DEVICE_WIDTH 320 /* pixels of rgb565 */
#endif
#ifndef DEVICE_HEIGHT
#define DEVICE_HEIGHT 240
#endif
#ifndef DEVICE_VIEWERS
#define DEVICE_VIEWERS 2
#endif
#ifndef DEVICE_GUESTS
#define DEVICE_GUESTS 4 /* connections beside: those that load the page, or are told to come later */
#endif
#ifndef DEVICE_MESSAGE
#define DEVICE_MESSAGE 12288 /* bytes of the longest message; a larger change travels in several */
#endif
#ifndef DEVICE_FPS
#define DEVICE_FPS 30 /* pictures a second that a viewer is sent at most */
#endif

enum {
    DEVICE_CONNECTIONS = DEVICE_VIEWERS + DEVICE_GUESTS,
    DEVICE_GROUPS = (DEVICE_WIDTH + 7) / 8, /* bytes of a row's mask */
    /* The longest content of so many rows, see docs/protocol.md: DEVICE_ROW of one. */
    DEVICE_ROW = (DEVICE_GROUPS + 7) / 8 + 2 * DEVICE_GROUPS + 2 * DEVICE_WIDTH,
    /* Rows of a segment: two of the fullest fit into a message. Fewer than the gap over which core/pack.c joins runs. */
    DEVICE_BAND_MOST = DEVICE_MESSAGE / 2 / DEVICE_ROW,
    DEVICE_BAND = DEVICE_BAND_MOST > 15 ? 15 : DEVICE_BAND_MOST < 1 ? 1 : DEVICE_BAND_MOST,
    DEVICE_SEGMENTS = 30, /* of a message */
    DEVICE_HEAD = 2048,   /* bytes of the longest request, and of what waits to be said to a viewer */
    DEVICE_SAID = 4096,   /* bytes of the longest text of a viewer, as the protocol has it */
    DEVICE_KEYS = 8,      /* that a viewer holds down */
    DEVICE_FINGERS = 10
};

#endif

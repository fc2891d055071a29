#include "frames.h"

enum { CONTINUATION = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };
enum { WRONG = 1002, NO_BINARY = 1003, TOO_LONG = 1009 };
enum { FINAL = 0x80, RESERVED = 0x70, OPCODE = 0x0F, MASKED = 0x80, LENGTH = 0x7F, MASK = 4 };

static int opcode(const wd_frames *f) { return f->head[0] & OPCODE; }
static int is_control(const wd_frames *f) { return opcode(f) >= CLOSE; }

static void begin_frame(wd_frames *f)
{
    f->head_length = 2;
    f->head_got = 0;
    f->length = f->got = 0;
}

void wd_frames_open(wd_frames *f)
{
    f->is_continued = 0;
    f->text_length = 0;
    begin_frame(f);
}

uint8_t *wd_frames_want(wd_frames *f, size_t *count)
{
    if (f->head_got < f->head_length) {
        *count = (size_t)(f->head_length - f->head_got);
        return f->head + f->head_got;
    }
    *count = f->length - f->got;
    return is_control(f) ? f->control + f->got : (uint8_t *)f->text + f->text_length;
}

/* By a frame's first two bytes; how long its head is becomes known. */
static int check_begin(wd_frames *f)
{
    const int code = opcode(f), is_final = f->head[0] & FINAL, length = f->head[1] & LENGTH;
    if (f->head[0] & RESERVED || !(f->head[1] & MASKED))
        return WRONG;
    if (code == BINARY)
        return NO_BINARY;
    if (is_control(f) ? code > PONG || !is_final || length > FRAMES_CONTROL
                      : code > TEXT || (code == CONTINUATION) != f->is_continued)
        return WRONG;
    if (code == TEXT)
        f->text_length = 0;
    f->head_length = (uint8_t)(2 + MASK + (length == 126 ? 2 : length == 127 ? 8 : 0));
    return FRAMES_MORE;
}

static int check_length(wd_frames *f)
{
    const int bytes = f->head_length - 2 - MASK;
    uint64_t length = bytes ? 0 : f->head[1] & LENGTH;
    for (int i = 0; i < bytes; i++)
        length = length << 8 | f->head[2 + i];
    if (!is_control(f) && length > sizeof f->text - f->text_length)
        return TOO_LONG;
    f->length = (uint32_t)length;
    return FRAMES_MORE;
}

/* A frame is whole. */
static int end_frame(wd_frames *f)
{
    const int code = opcode(f), is_final = f->head[0] & FINAL;
    f->control_length = f->length;
    begin_frame(f);
    if (code == PING || code == PONG)
        return code == PING ? FRAMES_PING : FRAMES_IGNORED;
    if (code == CLOSE)
        return f->control_length == 1 ? WRONG : FRAMES_CLOSE;
    f->is_continued = !is_final;
    return is_final ? FRAMES_TEXT : FRAMES_IGNORED;
}

static int took_head(wd_frames *f, size_t count)
{
    int result = FRAMES_MORE;
    f->head_got = (uint8_t)(f->head_got + count);
    if (f->head_got < f->head_length)
        return FRAMES_MORE;
    if (f->head_length == 2) {
        result = check_begin(f);
        if (result || f->head_got < f->head_length)
            return result;
    }
    result = check_length(f);
    return result || f->length ? result : end_frame(f);
}

int wd_frames_took(wd_frames *f, size_t count)
{
    if (f->head_got < f->head_length)
        return took_head(f, count);
    uint8_t *const to = is_control(f) ? f->control + f->got : (uint8_t *)f->text + f->text_length;
    for (size_t i = 0; i < count; i++)
        to[i] ^= f->head[f->head_length - MASK + (int)((f->got + i) % MASK)];
    f->got += (uint32_t)count;
    if (!is_control(f))
        f->text_length += count;
    return f->got < f->length ? FRAMES_MORE : end_frame(f);
}

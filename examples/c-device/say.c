#include "say.h"

#include <string.h>

enum { REASON = 123 };

void wd_say_bytes(wd_say *to, const void *bytes, size_t count)
{
    if ((size_t)(to->end - to->at) < count) {
        to->is_cut = 1;
        return;
    }
    memcpy(to->at, bytes, count);
    to->at += count;
}

void wd_say_text(wd_say *to, const char *text) { wd_say_bytes(to, text, strlen(text)); }

void wd_say_integer(wd_say *to, uint64_t number)
{
    char digits[20];
    size_t count = 0;
    do
        digits[sizeof digits - ++count] = (char)('0' + number % 10);
    while (number /= 10);
    wd_say_bytes(to, digits + sizeof digits - count, count);
}

void wd_say_number(wd_say *to, double number)
{
    enum { UNIT = 1000000000 };
    const uint64_t parts = (uint64_t)(number * UNIT + 0.5);
    uint64_t rest = parts % UNIT;
    wd_say_integer(to, parts / UNIT);
    if (rest)
        wd_say_text(to, ".");
    for (uint64_t unit = UNIT / 10; rest; rest %= unit, unit /= 10)
        wd_say_integer(to, rest / unit);
}

void wd_say_frame(wd_say *to, int opcode, const void *payload, size_t length)
{
    const uint8_t head[SAY_FRAME] = {(uint8_t)(0x80 | opcode), (uint8_t)(length < 126 ? length : 126),
                                     (uint8_t)(length >> 8), (uint8_t)length};
    wd_say_bytes(to, head, length < 126 ? 2 : 4);
    wd_say_bytes(to, payload, length);
}

void wd_say_close(wd_say *to, unsigned code, const char *reason)
{
    char payload[2 + REASON] = {(char)(code >> 8), (char)code};
    const size_t length = strlen(reason) < REASON ? strlen(reason) : REASON;
    memcpy(payload + 2, reason, length);
    wd_say_frame(to, SAY_CLOSE, payload, 2 + length);
}

/* Values of JSON that was read: what numbers and texts may be. */
#include <string.h>

#include "parts.h"

#define MAX_DOUBLE 1.7976931348623157e308

bool ws_stream_is(struct ws_stream_value value, const char *literal)
{
    return value.length == strlen(literal) && memcmp(value.at, literal, value.length) == 0;
}

bool ws_stream_to_integer(struct ws_stream_value value, uint64_t most, uint64_t *out)
{
    *out = 0;
    for (uint32_t i = 0; i < value.length; i++) {
        if (value.at[i] < '0' || value.at[i] > '9')
            return false;
        *out = *out * 10 + (unsigned)(value.at[i] - '0');
        if (*out > most)
            return false;
    }
    return value.length > 0;
}

static bool is_digit(char sign)
{
    return sign >= '0' && sign <= '9';
}

/* An exponent, no further from 0 than any text is long. */
static int32_t read_exponent(const char *at, const char *end)
{
    bool negative = at < end && *at == '-';
    int32_t exponent = 0;

    for (; at < end; at++)
        if (is_digit(*at) && exponent < 100000000)
            exponent = exponent * 10 + (*at - '0');
    return negative ? -exponent : exponent;
}

/* NUMBER x 10^EXPONENT, by powers that doubles hold exactly. */
static double scale(double number, int32_t exponent)
{
    while (exponent != 0 && number > 0 && number <= MAX_DOUBLE) {
        int32_t left = exponent < 0 ? -exponent : exponent, step = left < 22 ? left : 22;
        double power = 1;

        for (int32_t i = 0; i < step; i++)
            power *= 10;
        number = exponent < 0 ? number / power : number * power;
        exponent += exponent < 0 ? step : -step;
    }
    return number;
}

bool ws_stream_to_number(struct ws_stream_value value, double *out)
{
    const char *at = value.at, *end = value.at + value.length;
    bool negative = *at == '-', fraction = false;
    uint64_t digits = 0;
    int32_t exponent = 0;

    at += negative;
    if (at == end || !is_digit(*at))
        return false;
    for (; at < end && (is_digit(*at) || *at == '.'); at++) {
        if (*at == '.') {
            fraction = true;
        } else if (digits < 100000000000000000u) {
            digits = digits * 10 + (unsigned)(*at - '0');
            exponent -= fraction;
        } else {
            exponent += !fraction; /* more digits than a double holds */
        }
    }
    if (at < end)
        exponent += read_exponent(at + 1, end);
    *out = scale((double)digits, exponent);
    if (!(*out <= MAX_DOUBLE))
        return false;
    if (negative)
        *out = -*out;
    return true;
}

bool ws_stream_to_text(struct ws_stream_value value, uint32_t most, struct ws_stream_text *out)
{
    const char *at = value.at + 1, *end = value.at + value.length - 1;
    uint32_t count = 0;

    if (value.length < 2 || *value.at != '"')
        return false;
    *out = (struct ws_stream_text){at, (uint32_t)(end - at)};
    for (int32_t code; (code = ws_stream_character(&at, end)) >= 0; count++)
        if (code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0xD800 && code < 0xE000))
            return false;
    return count <= most;
}

static unsigned put_utf8(uint32_t code, char *out)
{
    static const uint8_t FIRST[] = {0, 0, 0xC0, 0xE0, 0xF0};
    unsigned length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

    for (unsigned i = length; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)(FIRST[length] | code);
    return length;
}

size_t ws_stream_copy(struct ws_stream_text text, char *out, size_t size)
{
    const char *at = text.at, *end = text.at + text.length;
    size_t done = 0;

    for (int32_t code; (code = ws_stream_character(&at, end)) >= 0;) {
        char utf8[4];
        unsigned length = put_utf8((uint32_t)code, utf8);

        if (length >= size - done)
            break;
        memcpy(out + done, utf8, length);
        done += length;
    }
    out[done] = 0;
    return done;
}

#include "head.h"

#include <stdint.h>
#include <string.h>

char wd_head_lower(char sign) { return sign >= 'A' && sign <= 'Z' ? (char)(sign + 32) : sign; }

int wd_head_is_same(wd_letters a, wd_letters b)
{
    if (a.length != b.length)
        return 0;
    for (size_t i = 0; i < a.length; i++)
        if (wd_head_lower(a.at[i]) != wd_head_lower(b.at[i]))
            return 0;
    return 1;
}

int wd_head_is_word(wd_letters text, const char *word)
{
    return wd_head_is_same(text, (wd_letters){word, strlen(word)});
}

int wd_head_is(wd_letters text, const char *what)
{
    return text.at && text.length == strlen(what) && !memcmp(text.at, what, text.length);
}

static wd_letters trimmed(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return (wd_letters){at, (size_t)(end - at)};
}

int wd_head_has(wd_letters list, const char *word)
{
    const char *at = list.at, *const end = list.at ? list.at + list.length : NULL;
    while (at && at <= end) {
        const char *const comma = memchr(at, ',', (size_t)(end - at)), *const stop = comma ? comma : end;
        if (wd_head_is_word(trimmed(at, stop), word))
            return 1;
        at = stop + 1;
    }
    return 0;
}

/* METHOD SP TARGET SP HTTP/1.x, the target a path. */
static int read_line(wd_head *h, const char *at, const char *end)
{
    const char *const first = memchr(at, ' ', (size_t)(end - at));
    const char *const second = first ? memchr(first + 1, ' ', (size_t)(end - first - 1)) : NULL;
    if (!second || first == at || first[1] != '/' || end - second != 9 || memcmp(second + 1, "HTTP/1.", 7) ||
        (end[-1] != '0' && end[-1] != '1'))
        return 0;
    for (const char *sign = at; sign < second; sign++)
        if ((sign < first && (*sign < 'A' || *sign > 'Z')) || (sign > first && (*sign <= ' ' || *sign > '~')))
            return 0;
    const char *const mark = memchr(first, '?', (size_t)(second - first));
    h->method = (wd_letters){at, (size_t)(first - at)};
    h->path = (wd_letters){first + 1, (size_t)((mark ? mark : second) - first - 1)};
    h->query = mark ? (wd_letters){mark + 1, (size_t)(second - mark - 1)} : (wd_letters){second, 0};
    h->is_1_0 = end[-1] == '0';
    return 1;
}

/* One header. Those that are known may be there once; a body is none that anything here takes. */
static int read_field(wd_head *h, const char *at, const char *end)
{
    const struct {
        const char *name;
        wd_letters *value;
    } known[] = {{"host", &h->host}, {"origin", &h->origin}, {"if-none-match", &h->known}, {"connection", &h->connection},
                 {"upgrade", &h->upgrade}, {"sec-websocket-version", &h->version}, {"sec-websocket-key", &h->key},
                 {"sec-websocket-protocol", &h->protocol}};
    const char *const colon = memchr(at, ':', (size_t)(end - at));
    if (!colon || colon == at || *at == ' ' || *at == '\t' || colon[-1] == ' ' || colon[-1] == '\t')
        return 0;
    for (const char *sign = at; sign < end; sign++)
        if (((uint8_t)*sign < ' ' && *sign != '\t') || *sign == 127)
            return 0;
    const wd_letters value = trimmed(colon + 1, end);
    const wd_letters name = {at, (size_t)(colon - at)};
    h->has_body |= wd_head_is_word(name, "transfer-encoding") ||
                   (wd_head_is_word(name, "content-length") && !wd_head_is(value, "0"));
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!wd_head_is_word(name, known[i].name))
            continue;
        if (known[i].value->at)
            return 0;
        *known[i].value = value;
    }
    return 1;
}

int wd_head_read(wd_head *h, const char *bytes, size_t size, size_t most, size_t *length)
{
    const char *at = bytes, *const end = bytes + size;
    *h = (wd_head){.is_1_0 = 0};
    for (int line = 0; at < end; line++) {
        const char *const feed = memchr(at, '\n', (size_t)(end - at));
        if (!feed)
            break;
        const char *const stop = feed > at && feed[-1] == '\r' ? feed - 1 : feed;
        if (stop == at && line) {
            *length = (size_t)(feed + 1 - bytes);
            return h->has_body ? HEAD_WRONG : HEAD_WHOLE;
        }
        if (!(line ? read_field(h, at, stop) : read_line(h, at, stop)))
            return HEAD_WRONG;
        at = feed + 1;
    }
    return size == most ? HEAD_TOO_LONG : HEAD_MORE;
}

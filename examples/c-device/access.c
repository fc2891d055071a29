/* A page of the Internet can make the browser of somebody on this network ask here, also by a name that it points
   at this device. So the name asked for must be one that no page can point, and the page that asks must lie on the
   very host it asks for. */
#include "access.h"

#include <string.h>

enum { NAME_MOST = 253 };

static int ends_in(wd_letters text, const char *end)
{
    const size_t length = strlen(end);
    return text.length > length && wd_head_is_word((wd_letters){text.at + text.length - length, length}, end);
}

/* Four numbers, as they are written by whoever means nothing else. */
static int is_ipv4(wd_letters text)
{
    unsigned parts = 0, digits = 0, number = 0;
    for (size_t i = 0; i <= text.length; i++) {
        const char sign = i < text.length ? text.at[i] : '.';
        if (sign == '.') {
            if (!digits || number > 255)
                return 0;
            parts++;
            digits = number = 0;
        } else if (sign < '0' || sign > '9' || digits == 3 || (digits && !number)) {
            return 0;
        } else {
            number = number * 10 + (unsigned)(sign - '0');
            digits++;
        }
    }
    return parts == 4;
}

static int is_ipv6(wd_letters text)
{
    size_t colons = 0;
    for (size_t i = 0; i < text.length; i++) {
        const char sign = wd_head_lower(text.at[i]);
        colons += sign == ':';
        if (!(sign >= '0' && sign <= '9') && !(sign >= 'a' && sign <= 'f') && sign != ':' && sign != '.')
            return 0;
    }
    return colons >= 2 && colons <= 7 && text.length <= 45;
}

static int is_name(wd_letters text)
{
    for (size_t i = 0; i < text.length; i++) {
        const char sign = wd_head_lower(text.at[i]);
        const int is_inner = sign == '.' || sign == '-';
        if (!(sign >= 'a' && sign <= 'z') && !(sign >= '0' && sign <= '9') && sign != '_' &&
            !(is_inner && i && i + 1 < text.length))
            return 0;
    }
    return text.length && text.length <= NAME_MOST;
}

/* What stands behind the host: a colon and digits, or nothing. */
static int is_port(const char *at, const char *end)
{
    if (at == end)
        return 1;
    if (*at++ != ':')
        return 0;
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at == end;
}

wd_letters wd_access_host(wd_letters authority)
{
    const wd_letters none = {NULL, 0};
    if (!authority.at || !authority.length)
        return none;
    const char *at = authority.at, *const end = at + authority.length;
    const int has_brackets = *at == '[';
    const char *stop = memchr(at, has_brackets ? ']' : ':', authority.length);
    if (has_brackets && !stop)
        return none;
    wd_letters host = {at + has_brackets, (size_t)((stop ? stop : end) - at) - (size_t)has_brackets};
    if (!is_port((stop ? stop : end) + has_brackets, end))
        return none;
    if (!has_brackets && host.length && host.at[host.length - 1] == '.')
        host.length--;
    return (has_brackets ? is_ipv6(host) : is_name(host)) ? host : none;
}

int wd_access_is_loopback(wd_letters host)
{
    const int is_net = is_ipv4(host) && host.length > 4 && !memcmp(host.at, "127.", 4);
    return is_net || wd_head_is_word(host, "::1") || wd_head_is_word(host, "localhost") || ends_in(host, ".localhost");
}

static int is_own(wd_letters host, const char *own)
{
    if (!own)
        return 0;
    const wd_letters stem = {host.at, host.length > 6 && ends_in(host, ".local") ? host.length - 6 : host.length};
    return wd_head_is_word(stem, own);
}

/* The host of a page that a host serves by http or https. */
static wd_letters page_host(wd_letters origin)
{
    const wd_letters none = {NULL, 0};
    for (int i = 0; i < 2; i++) {
        const char *const scheme = i ? "https://" : "http://";
        const size_t length = strlen(scheme);
        if (origin.length > length && wd_head_is_word((wd_letters){origin.at, length}, scheme))
            return wd_access_host((wd_letters){origin.at + length, origin.length - length});
    }
    return none;
}

const char *wd_access_refusal(wd_letters host, wd_letters origin, const char *own)
{
    const wd_letters asked = wd_access_host(host);
    if (!asked.at)
        return "this is no host; right would be one name or address in the header Host";
    const int has_colons = memchr(asked.at, ':', asked.length) != NULL;
    if (!has_colons && !is_ipv4(asked) && !wd_access_is_loopback(asked) && !is_own(asked, own))
        return "this host is not answered for; right would be the device's address";
    if (!origin.at)
        return NULL;
    const wd_letters page = page_host(origin);
    if (page.at && (wd_head_is_same(page, asked) || (wd_access_is_loopback(page) && wd_access_is_loopback(asked))))
        return NULL;
    return "pages of other hosts are not answered; right would be a page of the very host that is asked";
}

#include "headers.h"

#include <string.h>

#include "access.h"

static const struct {
    int status;
    const char *phrase;
} PHRASES[] = {
    {101, "Switching Protocols"}, {200, "OK"},          {304, "Not Modified"},
    {400, "Bad Request"},         {403, "Forbidden"},   {404, "Not Found"},
    {405, "Method Not Allowed"},  {426, "Upgrade Required"}, {431, "Request Header Fields Too Large"},
};

void wd_say_field(wd_say *to, const char *name, const char *value)
{
    wd_say_text(to, name);
    wd_say_text(to, ": ");
    wd_say_text(to, value);
    wd_say_text(to, "\r\n");
}

void wd_say_status(wd_say *to, int status)
{
    size_t i = 0;
    while (PHRASES[i].status != status)
        i++;
    wd_say_text(to, "HTTP/1.1 ");
    wd_say_integer(to, (uint64_t)status);
    wd_say_text(to, " ");
    wd_say_text(to, PHRASES[i].phrase);
    wd_say_text(to, "\r\n");
}

static void say_frame_source(wd_say *to, wd_letters name)
{
    for (int i = 0; i < 2; i++) {
        wd_say_text(to, i ? " https://" : " http://");
        for (size_t at = 0; at < name.length; at++) { /* as it is compared */
            const char sign = wd_head_lower(name.at[at]);
            wd_say_bytes(to, &sign, 1);
        }
        wd_say_text(to, ":*");
    }
}

/* Which pages may frame the viewer: those of the host that was asked. A policy can name no IPv6 address. */
static void say_frames(wd_say *to, wd_letters host)
{
    static const char *const LOCAL[] = {"*.localhost", "127.0.0.1", "localhost"};
    int is_told = !host.at || memchr(host.at, ':', host.length) != NULL;
    for (size_t i = 0; host.at && wd_access_is_loopback(host) && i < 3; i++) {
        say_frame_source(to, (wd_letters){LOCAL[i], strlen(LOCAL[i])});
        is_told |= wd_head_has(host, LOCAL[i]);
    }
    if (!is_told)
        say_frame_source(to, host);
}

void wd_say_standing(wd_say *to, const wd_head *h, const char *own)
{
    const wd_letters host = wd_access_host(h->host);
    const int is_refused = wd_access_refusal(h->host, h->origin, own) != NULL;
    const int is_page = h->origin.at && !is_refused;
    if (is_page) {
        wd_say_text(to, "Access-Control-Allow-Origin: ");
        wd_say_bytes(to, h->origin.at, h->origin.length);
        wd_say_text(to, "\r\n");
    }
    if (host.at && wd_access_is_loopback(host))
        wd_say_field(to, "Cross-Origin-Opener-Policy", "same-origin");
    wd_say_field(to, "Cross-Origin-Resource-Policy", is_page ? "cross-origin" : "same-origin");
    wd_say_text(to, "Content-Security-Policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' "
                 "blob:; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action "
                 "'none'; frame-ancestors 'self'");
    say_frames(to, wd_access_refusal(h->host, (wd_letters){NULL, 0}, own) ? (wd_letters){NULL, 0} : host);
    wd_say_text(to, "\r\n");
    wd_say_field(to, "Permissions-Policy",
              "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()");
    wd_say_field(to, "X-Content-Type-Options", "nosniff");
    wd_say_field(to, "Referrer-Policy", "no-referrer");
    wd_say_field(to, "Cache-Control", "no-cache");
}

int wd_say_end(wd_say *to, const wd_head *h, int closes, size_t length)
{
    closes = closes || h->is_1_0 || wd_head_has(h->connection, "close");
    wd_say_field(to, "Connection", closes ? "close" : "keep-alive");
    wd_say_text(to, "Content-Length: ");
    wd_say_integer(to, length);
    wd_say_text(to, "\r\n\r\n");
    return closes;
}

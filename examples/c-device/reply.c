#include "reply.h"

#include <string.h>

#include "accept.h"
#include "access.h"
#include "headers.h"
#include "page.h"

static const char SUBPROTOCOL[] = "ws-stream.v1";

static wd_reply with_text(wd_say *to, const wd_head *h, const wd_reply_facts *facts, int status,
                          const char *type, const char *text)
{
    const int is_head = wd_head_is(h->method, "HEAD"), is_wrong = status == HEAD_WRONG || status == HEAD_TOO_LONG;
    wd_say_status(to, status);
    wd_say_standing(to, h, facts->own);
    wd_say_field(to, "Content-Type", type);
    if (status == 405)
        wd_say_field(to, "Allow", "GET, HEAD");
    const int closes = wd_say_end(to, h, is_wrong, strlen(text));
    wd_say_text(to, is_head ? "" : text);
    return (wd_reply){.closes = closes};
}

static wd_reply sentence(wd_say *to, const wd_head *h, const wd_reply_facts *facts, int status, const char *text)
{
    return with_text(to, h, facts, status, "text/plain; charset=utf-8", text);
}

static int is_known(wd_letters known, const char *tag)
{
    for (size_t length = strlen(tag); known.at && known.length >= length; known.at++, known.length--)
        if (!memcmp(known.at, tag, length))
            return 1;
    return 0;
}

static wd_reply with_file(wd_say *to, const wd_head *h, const wd_reply_facts *facts, const wd_page_file *file)
{
    const int is_old = is_known(h->known, file->tag), is_sent = !is_old && wd_head_is(h->method, "GET");
    wd_say_status(to, is_old ? 304 : 200);
    wd_say_standing(to, h, facts->own);
    wd_say_field(to, "Content-Type", file->type);
    wd_say_field(to, "ETag", file->tag);
    if (file->is_packed && !is_old)
        wd_say_field(to, "Content-Encoding", "gzip");
    const int closes = wd_say_end(to, h, 0, is_old ? 0 : file->length);
    return (wd_reply){.body = file->bytes, .length = is_sent ? file->length : 0, .closes = closes};
}

static wd_reply with_streams(wd_say *to, const wd_head *h, const wd_reply_facts *facts)
{
    char room[192];
    wd_say text = wd_say_to(room, sizeof room - 1);
    wd_say_text(&text, "[{\"name\": \"");
    wd_say_text(&text, facts->name);
    wd_say_text(&text, "\", \"format\": \"rgb565\", \"width\": ");
    wd_say_integer(&text, facts->width);
    wd_say_text(&text, ", \"height\": ");
    wd_say_integer(&text, facts->height);
    wd_say_text(&text, ", \"viewers\": ");
    wd_say_integer(&text, facts->viewers);
    wd_say_text(&text, "}]");
    *text.at = 0;
    return with_text(to, h, facts, 200, "application/json", room);
}

/* ---- WebSockets ---- */

static int is_stream(const wd_head *h, const char *name)
{
    const size_t stem = sizeof "/stream/" - 1;
    if (wd_head_is(h->path, "/stream") || wd_head_is(h->path, "/stream/"))
        return 1;
    return h->path.length > stem && !memcmp(h->path.at, "/stream/", stem) &&
           wd_head_is((wd_letters){h->path.at + stem, h->path.length - stem}, name);
}

/* A browser hides from its page why a handshake failed: so it is opened, and closed with a code. */
static wd_reply open_viewer(wd_say *to, const wd_head *h, const wd_reply_facts *facts, const char *refusal)
{
    char accept[WEBSOCKET_ACCEPT + 1];
    if (!websocket_is_key(h->key.at, h->key.length) || !wd_head_is(h->version, "13") || h->is_1_0)
        return sentence(to, h, facts, 400, "this is no handshake; right would be that of RFC 6455, version 13\n");
    websocket_accept(h->key.at, accept);
    wd_say_status(to, 101);
    wd_say_field(to, "Upgrade", "websocket");
    wd_say_field(to, "Connection", "Upgrade");
    wd_say_field(to, "Sec-WebSocket-Protocol", SUBPROTOCOL);
    wd_say_field(to, "Sec-WebSocket-Accept", accept);
    wd_say_text(to, "\r\n");
    if (refusal)
        return (wd_reply){.is_viewer = 1, .code = 1008, .why = refusal};
    if (!is_stream(h, facts->name))
        return (wd_reply){.is_viewer = 1, .code = 4004, .why = "there is no such stream; /streams lists them"};
    return (wd_reply){.is_viewer = 1};
}

static wd_reply found(wd_say *to, const wd_head *h, const wd_reply_facts *facts)
{
    for (size_t i = 0; i < wd_page_count; i++)
        if (wd_head_is(h->path, wd_page_files[i].path))
            return with_file(to, h, facts, &wd_page_files[i]);
    if (wd_head_is(h->path, "/streams"))
        return with_streams(to, h, facts);
    if (wd_head_is(h->path, "/healthz"))
        return with_text(to, h, facts, 200, "application/json", "{\"status\": \"ok\"}");
    if (!is_stream(h, facts->name))
        return sentence(to, h, facts, 404, "there is nothing here; the viewer is at /\n");
    if (!wd_head_has(h->upgrade, "websocket"))
        return sentence(to, h, facts, 426, "this is a WebSocket; the viewer is at /\n");
    return sentence(to, h, facts, 400, "a viewer must offer the WebSocket subprotocol ws-stream.v1\n");
}

wd_reply wd_reply_to(wd_say *to, const wd_head *h, int status, const wd_reply_facts *facts)
{
    static const wd_head none = {.is_1_0 = 1};
    if (status == HEAD_TOO_LONG)
        return sentence(to, &none, facts, status, "this request is too long; right would be 2048 bytes\n");
    if (status != HEAD_WHOLE)
        return sentence(to, &none, facts, status, "this is no request; right would be GET or HEAD, without a body\n");
    const char *const refusal = wd_access_refusal(h->host, h->origin, facts->own);
    const int is_read = wd_head_is(h->method, "GET") || wd_head_is(h->method, "HEAD");
    const int upgrades = wd_head_has(h->upgrade, "websocket") && wd_head_has(h->connection, "upgrade");
    if (upgrades && wd_head_has(h->protocol, SUBPROTOCOL) && wd_head_is(h->method, "GET"))
        return open_viewer(to, h, facts, refusal);
    if (refusal)
        return sentence(to, h, facts, 403, refusal);
    if (!is_read)
        return sentence(to, h, facts, 405, "this is not served; GET is\n");
    return found(to, h, facts);
}

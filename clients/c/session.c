/* When a viewer says what, and when it connects anew. It has no clock and no socket: it is told both. */
#include <string.h>

#include "parts.h"

enum { SIGN_OF_LIFE = 5000, STALE = 3000, SILENCE = 10000, FIRST_WAIT = 500, LONGEST_WAIT = 2000 }; /* milliseconds */

void ws_stream_connected(struct ws_stream_session *session, struct ws_stream *stream, bool acknowledges, uint32_t now)
{
    memset(session, 0, sizeof *session);
    session->stream = stream;
    session->acknowledges = acknowledges;
    session->said = session->heard = now;
    ws_stream_announce(stream, 0, 0, 0, 0);
}

void ws_stream_on_bytes(struct ws_stream_session *session, uint32_t now)
{
    session->heard = now;
}

enum ws_stream_reaction ws_stream_on_picture(struct ws_stream_session *session, enum ws_stream_result result,
                                             uint32_t now)
{
    const struct ws_stream_header *header = &session->stream->header;

    session->heard = now;
    if (result == WS_STREAM_REFUSED) {
        if (!session->announced)
            return WS_STREAM_RECONNECT;
        session->resync_due |= !session->resyncing;
        session->resyncing = true;
        session->acknowledge = 0;
    }
    if (result != WS_STREAM_APPLIED)
        return WS_STREAM_NOTHING;
    session->resyncing = session->resync_due = false;
    session->worked = true;
    if (session->acknowledges && !header->no_ack)
        session->acknowledge = header->number;
    return WS_STREAM_SHOW;
}

static enum ws_stream_reaction on_stream(struct ws_stream_session *session, const struct ws_stream_control *control)
{
    session->resyncing = session->resync_due = false;
    session->acknowledge = 0;
    session->announced =
        ws_stream_announce(session->stream, control->epoch, control->format, control->width, control->height);
    return session->announced ? WS_STREAM_ANNOUNCED : WS_STREAM_TOO_LARGE;
}

static enum ws_stream_reaction on_report(struct ws_stream_session *session, bool problem)
{
    session->worked = true;
    session->resync_due |= session->resyncing;
    session->life_due = session->acknowledges;
    return problem ? WS_STREAM_TELL : WS_STREAM_NOTHING;
}

enum ws_stream_reaction ws_stream_on_control(struct ws_stream_session *session, const struct ws_stream_control *control,
                                             uint32_t now)
{
    session->heard = now;
    switch (control->type) {
    case WS_STREAM_BROKEN:
        return WS_STREAM_RECONNECT;
    case WS_STREAM_STREAM:
        return on_stream(session, control);
    case WS_STREAM_PACE:
    case WS_STREAM_UNCHANGED:
    case WS_STREAM_WAITING:
    case WS_STREAM_PROBLEM:
        return on_report(session, control->type == WS_STREAM_PROBLEM);
    default:
        return WS_STREAM_NOTHING;
    }
}

void ws_stream_resync(struct ws_stream_session *session)
{
    if (!session->announced)
        return;
    session->stream->held = 0;
    session->acknowledge = 0;
    session->resyncing = session->resync_due = true;
}

size_t ws_stream_next(struct ws_stream_session *session, char *out, size_t size, uint32_t now)
{
    uint32_t number = session->acknowledge;
    bool resync = session->resync_due, life = session->life_due && now - session->said >= SIGN_OF_LIFE;

    session->resync_due = session->life_due = false;
    session->acknowledge = 0;
    if (!resync && number == 0 && !life)
        return 0;
    session->said = now;
    if (resync)
        return ws_stream_say_resync(out, size);
    return number ? ws_stream_say_acknowledge(out, size, session->stream->epoch, number)
                  : ws_stream_say_clock(out, size, now);
}

bool ws_stream_is_stale(const struct ws_stream_session *session, uint32_t now)
{
    return now - session->heard >= STALE;
}

bool ws_stream_is_silent(const struct ws_stream_session *session, uint32_t now)
{
    return now - session->heard >= SILENCE;
}

bool ws_stream_again_after_close(unsigned code)
{
    static const uint16_t FINAL[] = {1002, 1003, 1007, 1008, 1009, 1010};

    for (size_t i = 0; i < sizeof FINAL / sizeof *FINAL; i++)
        if (code == FINAL[i])
            return false;
    return code < 4400 || code > 4499;
}

bool ws_stream_again_after_http(unsigned status)
{
    return status == 0 || status == 408 || status == 425 || status == 429 || (status >= 500 && status <= 599);
}

uint32_t ws_stream_wait(unsigned tries, uint32_t random)
{
    uint32_t wait = tries < 2 ? (uint32_t)FIRST_WAIT << tries : LONGEST_WAIT;

    return wait / 2 + random % (wait / 2 + 1);
}

"""Who is let in, whatever socket it came by: judges requests, answers plain HTTP, follows viewers until they end.

Knows nothing of sockets, nor of what is said to a viewer that is in.
"""

import time
from collections.abc import Hashable, Mapping
from http import HTTPStatus
from typing import NamedTuple

from websockets.frames import CloseCode

from ..errors import UnsuitedError
from ..hub.stream import Stream
from ..protocol.request import parse_request
from . import pages
from .judgement import Judge
from .peers import Viewers
from .readers import Channel, Look, Readers
from .request import HttpRequest
from .request_log import RequestLog
from .stills import Wanted
from .tokens import Right
from .viewer import GONE, UNSUITED, Goodbye, Guest, Visitor, goodbye_after

NO_RIGHT = 4401
"""Close code for a viewer that presents no token which lets it see. It is of those after which none tries again."""
NO_STREAM = 4004
"""Close code for a viewer of a stream there is not; there may be one later."""
_CLOSE_CODES = {
    HTTPStatus.BAD_REQUEST: CloseCode.POLICY_VIOLATION,
    HTTPStatus.UNAUTHORIZED: NO_RIGHT,
    HTTPStatus.FORBIDDEN: CloseCode.POLICY_VIOLATION,
    HTTPStatus.NOT_FOUND: NO_STREAM,
    HTTPStatus.TOO_MANY_REQUESTS: CloseCode.TRY_AGAIN_LATER,
}
"""Browsers hide from pages why a handshake failed. So a viewer is let in and told by the close code and its reason."""


class Entry(NamedTuple):
    """A viewer's WebSocket is to be opened."""

    asked: HttpRequest
    address: Hashable
    right: Right
    refused: Goodbye | None
    """Why there is nothing to see for it; `Admission.follow` says so."""


class Admission:
    """Lets requests and viewers in, and out again."""

    def __init__(
        self, streams: Mapping[str, Stream], judge: Judge, log: RequestLog, times: float
    ) -> None:
        self.judge = judge
        self.viewers: Viewers[Visitor] = Viewers(times)
        self.log = log
        self._readers = Readers(self.viewers, log, self._complete)
        self._streams = streams

    def answer(self, asked: HttpRequest, address: Hashable) -> pages.Reply | Entry | Look:
        """The reply to a request, with all its headers; the entry of a viewer; what `show` answers."""
        verdict = self.judge.judge(asked, address, time.monotonic())
        reply = pages.answer(asked, verdict, self._streams)
        if verdict.refused is HTTPStatus.FORBIDDEN:
            self.log.warning(verdict.sentence)
        if isinstance(reply, Wanted):
            return Look(asked, address, verdict.right, reply)
        if reply is None or (asked.is_viewer and reply.status in _CLOSE_CODES):
            refused = (_CLOSE_CODES[reply.status], reply.body.decode()) if reply else None
            return Entry(asked, address, verdict.right, refused)
        return self._complete(asked, reply)

    def _complete(self, asked: HttpRequest, reply: pages.Reply) -> pages.Reply:
        """The reply with all its headers."""
        policy = self.judge.policy.headers(asked.host, asked.origin, is_secure=asked.is_secure)
        headers = {**policy, "Vary": "Accept-Encoding, Origin", **reply.headers}
        if reply.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            headers["Content-Type"] = reply.content_type
            if reply.has_length:
                headers["Content-Length"] = str(len(reply.body))
        body = b"" if asked.method == "HEAD" else reply.body
        return reply._replace(headers=headers, body=body)

    async def show(self, look: Look, channel: Channel) -> None:
        """Answer who sees pictures by plain HTTP, until that ends."""
        stream = look.wanted.stream
        is_there = self._streams.get(stream.name) is stream  # `answer` has looked before
        refused = self.viewers.too_many(look.address) if is_there else GONE
        await self._readers.show(look, channel, refused)

    async def close(self) -> None:
        """Send those away."""
        await self._readers.close()

    async def follow(self, guest: Guest) -> None:
        """Serve one viewer until its connection ends."""
        full = self.viewers.too_many(guest.address)
        refused = guest.refused or (full and (CloseCode.TRY_AGAIN_LATER, full))
        if refused:
            await guest.say_goodbye(*refused)
            return
        stream = pages.stream_at(guest.asked.target, self._streams)
        if stream is None:  # removed since `answer` has looked
            await guest.say_goodbye(NO_STREAM, GONE)
            return
        self.viewers.add(guest)
        try:
            request = parse_request(guest.asked.target.partition("?")[2])
            goodbye = await guest.attach(stream, request).ended
            if goodbye:
                await guest.say_goodbye(*goodbye)
        except UnsuitedError as error:
            await guest.say_goodbye(UNSUITED, str(error))
        except Exception as error:
            self.log.exception("a viewer could not be let in")
            await guest.say_goodbye(*goodbye_after(error))
        finally:
            self.viewers.remove(guest)
            guest.detach()

    def reload(self) -> None:
        """Ask for the tokens that there are now. Raises UsageError, and then all is as it was."""
        self.judge.reload()
        self._judge_anew()

    def change(self, other: "Admission") -> None:
        """From now on answer whom another does, by its tokens."""
        self.judge.change(other.judge)
        self._judge_anew()

    def _judge_anew(self) -> None:
        """Who may not watch any more goes; who watches by another right than before comes again, or cannot."""
        for guest in self.viewers:
            refusal = self.judge.policy.refusal(guest.asked.host, guest.asked.origin)
            if refusal:
                guest.end((CloseCode.POLICY_VIOLATION, refusal))
            elif self.judge.right(guest.asked) is not guest.right:
                guest.end((CloseCode.SERVICE_RESTART, "the server's tokens are others now"))

    def dismiss(self, stream: Stream) -> None:
        """Nobody watches it any more: it is served no longer, or another is in its place."""
        goodbye = (
            (CloseCode.SERVICE_RESTART, "the stream is another one now")
            if stream.name in self._streams
            else (NO_STREAM, GONE)
        )
        for guest in self.viewers:
            if guest.watches(stream):
                guest.end(goodbye)

"""One viewer's WebSocket: sends what the viewer is to get at the moment it may, and handles what it says.

Knows nothing of pictures. No task waits for anything here: a picture goes from the feed to the socket, and a word from
the socket to the viewer, in one call.
"""

import asyncio
import struct
from collections.abc import Callable
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import Event, State

from ..errors import ProtocolError, UsageError
from ..hub.stream import Stream
from ..protocol import control
from ..protocol.request import Request

SILENT = 4001
"""Close code for a viewer that gave no sign of life."""
UNREAD_BYTES = 65536
"""Bytes that may wait for a peer beside the largest picture it was sent; over that it only asks and never reads."""

_REQUEST_END = b"\r\n\r\n"

Verdict = tuple[int, str]
"""Close code and reason."""


class Connection(ServerConnection):
    """A connection whose memory is bounded whatever its peer does: the library's own answers (pong) wait for nobody."""

    def __init__(
        self,
        come: "Callable[[Connection], None]",
        go: "Callable[[Connection], None]",
        *arguments: Any,  # noqa: ANN401 - the library's
        **options: Any,  # noqa: ANN401 - the library's
    ) -> None:
        super().__init__(*arguments, **options)
        self._come, self._go = come, go
        self._asked = b""
        self._unread_limit = UNREAD_BYTES
        self._link: Link | None = None
        self._early: list[Event] = []
        self._fragments = b""

    def attach(self, stream: Stream, request: Request) -> "Link":
        """From now on this is a viewer of a stream."""
        self._link = Link(self, stream, request)
        early, self._early = self._early, []
        for event in early:
            self.process_event(event)
        return self._link

    def write(self, message: str | bytes) -> None:
        """Send a message; what the socket does not take at once waits here, and `paused` is set until it has gone."""
        payload = message.encode() if isinstance(message, str) else message
        self._unread_limit = max(self._unread_limit, len(payload) + UNREAD_BYTES)
        opcode = Opcode.TEXT if isinstance(message, str) else Opcode.BINARY
        self.transport.writelines((_frame_head(opcode, len(payload)), payload))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """One more is there."""
        super().connection_made(transport)
        self._come(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """One less."""
        self._go(self)
        if self._link:
            self._link.end(None)
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        """All that waited has gone."""
        super().resume_writing()
        if self._link:
            self._link.wake()

    def data_received(self, data: bytes) -> None:
        """Read on, unless the peer does not read itself; of plain HTTP nothing behind the first request."""
        if self.transport.get_write_buffer_size() > self._unread_limit:
            self.transport.abort()
        elif self.protocol.state is not State.CONNECTING:
            super().data_received(data)
        elif not self._asked.endswith(_REQUEST_END):  # nothing counts that comes before the answer
            begin = len(self._asked)
            end = (self._asked + data).find(_REQUEST_END)
            data = data if end < 0 else data[: end + len(_REQUEST_END) - begin]
            self._asked = (self._asked + data)[-len(_REQUEST_END) :]
            super().data_received(data)

    def process_event(self, event: Event) -> None:
        """Give the viewer's words to its link at once, rather than to a task that would have to be woken."""
        if not isinstance(event, Frame) or event.opcode not in _DATA:
            super().process_event(event)
        elif self._link is None:
            self._early.append(event)
        elif event.opcode is Opcode.BINARY:
            self._link.end((CloseCode.UNSUPPORTED_DATA, "viewers send text only"))
        else:
            self._fragments += event.data  # the library bounds their sum
            if event.fin:
                text, self._fragments = self._fragments, b""
                self._link.on_message(text)


class Link:
    """Between one viewer and its connection. `ended` is done when the one is gone or the other is to be closed."""

    def __init__(self, connection: Connection, stream: Stream, request: Request) -> None:
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[Verdict | None] = self._loop.create_future()
        self._connection = connection
        self._stream = stream
        self._request = request
        self._timer: asyncio.Handle | None = None
        self._timer_due = 0.0
        """Of the timer; not every loop's timers can say."""
        self._is_ready = False
        self._viewer = stream.join(self.wake, request)
        self._is_ready = True
        self._life: asyncio.TimerHandle | None = None
        self._see_life()
        self.wake()

    def wake(self) -> None:
        """Send all there is to be sent, unless the socket is full: nothing piles up behind it."""
        if not self._is_ready or self._connection.protocol.state is not State.OPEN:
            return
        now = self._loop.time()
        while not self._connection.paused:
            message = self._viewer.take(now)
            if message is None:
                due = self._viewer.due(now)
                if (
                    self._timer is None or due < self._timer_due
                ):  # most are put off by the next picture
                    self._wake_at(due)
                return
            self._connection.write(message)

    def on_message(self, text: bytes) -> None:
        """Handle what the viewer says; one that breaks the protocol is to be closed."""
        try:
            message = control.parse_from_viewer(text.decode())
            self._handle(message)
        except UnicodeDecodeError:
            self.end((CloseCode.INVALID_DATA, "viewers send UTF-8"))
        except (ProtocolError, UsageError) as error:
            self.end((CloseCode.POLICY_VIOLATION, str(error)[:100]))

    def end(self, verdict: Verdict | None) -> None:
        """Say how it ends; the first to say so counts."""
        if not self.ended.done():
            self.ended.set_result(verdict)

    def leave(self) -> None:
        """The viewer is gone."""
        self._is_ready = False
        for timer in (self._timer, self._life):
            if timer:
                timer.cancel()
        self._stream.leave(self.wake)

    def _handle(self, message: control.ViewerMessage | None) -> None:
        now = self._loop.time()
        self._viewer.window.heard(now)
        if message is None:
            return
        self._viewer.handle(message, now)
        if isinstance(message, control.Acknowledge) and not self._viewer.is_behind:
            return  # mostly so, and nothing is to be sent
        if isinstance(message, control.Wanted):
            self._request = self._request._replace(**message._asdict())
            rendition = self._request.rendition(self._stream.rendition)._replace(crop=message.crop)
            self._stream.want(self.wake, rendition)
        elif isinstance(message, control.Rate):
            self._stream.demand()
        self.wake()

    def _wake_at(self, due: float) -> None:
        """In place of the timer there is."""
        if self._timer:
            self._timer.cancel()
        self._timer, self._timer_due = self._loop.call_at(due, self._wake_now), due

    def _wake_now(self) -> None:
        self._timer = None
        self.wake()

    def _see_life(self) -> None:
        """End the connection of a viewer that has gone silent, also while a full socket holds up what is sent."""
        left = self._viewer.window.life_left(self._loop.time())
        if left <= 0:
            self.end((SILENT, "nothing was heard"))
        elif left < float("inf"):
            self._life = self._loop.call_later(left, self._see_life)


_DATA = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)
_FIN = 0x80


def _frame_head(opcode: Opcode, length: int) -> bytes:
    """What stands before a payload of this length that a server sends unmasked and whole: RFC 6455, section 5.2."""
    if length < 126:  # noqa: PLR2004 - the RFC's
        return bytes((_FIN | opcode, length))
    if length < 1 << 16:
        return struct.pack(">BBH", _FIN | opcode, 126, length)
    return struct.pack(">BBQ", _FIN | opcode, 127, length)

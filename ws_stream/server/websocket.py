"""One viewer's WebSocket: handles what the viewer says, and sends it control messages between two pictures.

Knows nothing of pictures: the walk writes them to the same socket, which has one owner at a time. Whoever writes here
takes the socket first, sends what of a picture is still to be sent, and gives it back when all has gone.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import Event, State

from ..errors import ProtocolError, UsageError
from ..hub.stream import Stream
from ..protocol import control
from ..protocol.request import Request
from ..walk.outlet import frame_head

SILENT = 4001
"""Close code for a viewer that gave no sign of life."""
NO_STREAM = 4004
"""Close code for a viewer of a stream there is not; there may be one later."""
UNREAD_BYTES = 65536
"""Bytes that may wait for a peer beside the largest picture it was sent; over that it only asks and never reads."""

_REQUEST_END = b"\r\n\r\n"

Verdict = tuple[int, str]
"""Close code and reason."""


class ViewerConnection(ServerConnection):
    """A connection whose memory is bounded whatever its peer does: the library's own answers (pong) wait for nobody."""

    def __init__(
        self,
        on_open: "Callable[[ViewerConnection], None]",
        on_close: "Callable[[ViewerConnection], None]",
        *arguments: Any,  # noqa: ANN401 - the library's
        **options: Any,  # noqa: ANN401 - the library's
    ) -> None:
        super().__init__(*arguments, **options)
        self._on_open, self._on_close = on_open, on_close
        self._asked = b""
        self._unread_limit = UNREAD_BYTES
        self._viewer: Viewer | None = None
        self._early: list[Event] = []
        self._fragments = b""

    def attach(self, stream: Stream, request: Request) -> "Viewer":
        """From now on this is a viewer of a stream."""
        self._viewer = Viewer(self, stream, request)
        stream.begin(self._viewer.subscription)
        early, self._early = self._early, []
        for event in early:
            self.process_event(event)
        return self._viewer

    def detach(self) -> None:
        """From now on its socket is its own."""
        viewer, self._viewer = self._viewer, None
        if viewer:
            viewer.leave()

    def fileno(self) -> int:
        """The socket that pictures are written to."""
        return int(self.transport.get_extra_info("socket").fileno())

    def write(self, message: str) -> None:
        """Send a control message. What the socket does not take at once waits here."""
        if self.protocol.state is State.OPEN:
            with self._own_socket():
                payload = message.encode()
                self.transport.writelines((frame_head(Opcode.TEXT, len(payload)), payload))

    def finish_picture(self) -> None:
        """Send what is still to be sent of a picture."""
        with self._own_socket():
            pass

    def time_out(self) -> None:
        """Nothing was heard of the viewer for too long, also while a full socket holds up what is sent."""
        if self._viewer:
            self._viewer.end((SILENT, "nothing was heard"))

    def send_data(self) -> None:
        """Send what the library has to say (pong, close) between two messages, never within one."""
        if (
            self.protocol.writes
        ):  # mostly there is nothing, and this is called after each thing heard
            with self._own_socket():
                super().send_data()

    @contextmanager
    def _own_socket(self) -> Iterator[None]:
        """The socket is the transport's within, and until all that waits has gone; then it is the walk's again."""
        if self._viewer is None or self.transport.is_closing():
            yield
            return
        tail = self._viewer.subscription.take()
        if tail is None:
            self.transport.abort()
        elif tail:
            self._unread_limit = max(self._unread_limit, len(tail) + UNREAD_BYTES)
            self.transport.write(tail)
        yield
        self._give_back()

    def _give_back(self) -> None:
        is_open = self.protocol.state is State.OPEN  # nothing comes behind a goodbye
        if self._viewer and is_open and not self.transport.get_write_buffer_size():
            self._viewer.subscription.give()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """One more is there."""
        super().connection_made(transport)
        self._on_open(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """One less."""
        self._on_close(self)
        if self._viewer:
            self._viewer.end(None)
        super().connection_lost(exc)
        self.transport = _Gone()

    def resume_writing(self) -> None:
        """All that waited has gone."""
        super().resume_writing()
        self._give_back()

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
        """Handle the viewer's words at once, rather than to a task that would have to be woken."""
        if not isinstance(event, Frame) or event.opcode not in _DATA:
            super().process_event(event)
        elif self._viewer is None:
            if self.protocol.state is State.OPEN:  # else it is told why it is not let in
                self._early.append(event)
        elif event.opcode is Opcode.BINARY:
            self._viewer.end((CloseCode.UNSUPPORTED_DATA, "viewers send text only"))
        else:
            self._fragments += event.data  # the library bounds their sum
            if event.fin:
                text, self._fragments = self._fragments, b""
                try:
                    self._viewer.on_message(text)
                except (
                    Exception
                ):  # a fault of ours: each viewer could bring it about as often as it likes
                    self.logger.exception("a viewer's message could not be handled")
                    self._viewer.end((CloseCode.INTERNAL_ERROR, ""))


class Viewer:
    """One viewer behind a connection: what it says, and how it ends.

    `ended` is done when the connection is gone or is to be closed.
    """

    def __init__(self, connection: ViewerConnection, stream: Stream, request: Request) -> None:
        self.ended: asyncio.Future[Verdict | None] = asyncio.get_running_loop().create_future()
        self.subscription = stream.join(connection, request)
        self._stream = stream

    def on_message(self, text: bytes) -> None:
        """Handle what the viewer says; one that breaks the protocol is to be closed."""
        try:
            message = control.parse_from_viewer(text.decode())
            self._handle(message, time.monotonic())
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
        self._stream.leave(self.subscription)

    def _handle(self, message: control.ViewerMessage | None, now: float) -> None:
        subscription = self.subscription
        subscription.heard(now)
        match message:
            case control.Acknowledge(number):
                subscription.acknowledge(number, now)
            case control.Resync():
                subscription.resync(now)
            case control.ClockQuestion(viewer_time):
                subscription.answer_clock(viewer_time)
            case control.Rate(fps):
                subscription.set_rate(fps, now)
                self._stream.demand()
            case control.Wanted():
                request = subscription.request._replace(**message._asdict())
                rendition = request.rendition(self._stream.audience.default)
                subscription.request = request
                self._stream.move(subscription, rendition._replace(crop=message.crop))


class _Gone(asyncio.Transport):
    """In the place of a transport that is gone: asyncio's own may raise an error when it is aborted once more."""

    def is_closing(self) -> bool:
        return True

    def get_write_buffer_size(self) -> int:
        return 0

    def write(self, data: object) -> None: ...

    def can_write_eof(self) -> bool:
        return False

    def close(self) -> None: ...

    def abort(self) -> None: ...


_DATA = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)

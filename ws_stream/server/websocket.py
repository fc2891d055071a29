"""One viewer's WebSocket: takes what the viewer says apart, and sends it control messages between two pictures.

Knows nothing of pictures: the walk writes them to the same socket, which has one owner at a time. Whoever writes here
takes the socket first, sends what of a picture is still to be sent, and gives it back when all has gone.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import Event, State

from ..hub.stream import Stream
from ..protocol.request import Request
from ..walk.outlet import frame_head
from .hearing import Hearing, RequestHead
from .peers import origin
from .viewer import Viewer

SILENT = 4001
"""Close code for a viewer that gave no sign of life."""
REQUEST_LINE_WITHIN = 2.0
"""Seconds until a connection must have said what it wants; a browser says so at once."""
UNSUITED = 4406
"""Close code for a viewer that can decode no rendition. It is of those after which none tries again."""
NO_STREAM = 4004
"""Close code for a viewer of a stream there is not; there may be one later."""
UNREAD_BYTES = 65536
"""Bytes that may wait for a peer beside the largest picture it was sent; over that it only asks and never reads."""


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
        self._address: Hashable = None
        self._hearing = Hearing(self._hear)
        self._head = RequestHead()
        self._unread_limit = UNREAD_BYTES
        self._viewer: Viewer | None = None
        self._early: list[Event] = []
        self._fragments = b""

    @property
    def address(self) -> Hashable:
        """Where the peer is, as `peers.origin` says."""
        return self._address

    @property
    def has_asked(self) -> bool:
        """Whether its request is complete."""
        return self._head.is_complete

    def attach(self, stream: Stream, request: Request) -> Viewer:
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
        """Send a control message. What the socket does not take at once waits here, up to a bound."""
        if self.transport.get_write_buffer_size() > self._unread_limit:
            self.transport.abort()
        elif self.protocol.state is State.OPEN and not self.transport.is_closing():
            with self._own_socket():
                payload = message.encode()
                self.transport.writelines((frame_head(Opcode.TEXT, len(payload)), payload))

    def finish_picture(self) -> None:
        """Send what is still to be sent of a picture."""
        with self._own_socket():
            pass

    def time_out(self) -> None:
        """Nothing was heard of the viewer for too long, also while a full socket holds up what is sent."""
        if self._viewer and not self._hearing.is_behind:
            self._viewer.end((SILENT, "nothing was heard"))

    def refuse(self, sentence: str) -> None:
        """There is nothing that the viewer can decode."""
        if self._viewer:
            self._viewer.end((UNSUITED, sentence))

    def fail(self) -> None:
        """A fault of ours: each viewer could bring it about as often as it likes, so the log is the library's."""
        self.logger.exception("what a viewer asked for could not be done")
        if self._viewer:
            self._viewer.end((CloseCode.INTERNAL_ERROR, ""))

    def send_data(self) -> None:
        """Send what the library has to say (pong, close) between two messages, never within one."""
        said = self.protocol.writes
        if self.transport.is_closing():
            said.clear()  # nobody is there, and asyncio would log each try
        elif said:  # mostly there is nothing, and this is called after all that is heard
            end = [b""] if b"" in said else []
            said[:] = [b"".join(said), *end]  # in one try, as above
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
        # Nothing comes behind a goodbye.
        is_open = self.protocol.state is State.OPEN and not self.transport.is_closing()
        if self._viewer and is_open and not self.transport.get_write_buffer_size():
            self._viewer.subscription.give()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """One more is there."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self._address = origin(peer[0] if isinstance(peer, tuple) else "")
        self._on_open(self)
        asyncio.get_running_loop().call_later(REQUEST_LINE_WITHIN, self._hurry)

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
        # Later: asyncio takes a transport on which a write fails within this call for one to be closed twice.
        asyncio.get_running_loop().call_soon(self._give_back)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the peer does not read itself."""
        if self.transport.get_write_buffer_size() > self._unread_limit:
            self.transport.abort()
        else:
            self._hearing.receive(data, self.transport)

    def _hear(self, data: bytes) -> None:
        """Of plain HTTP nothing behind the first request."""
        if self.protocol.state is not State.CONNECTING:
            super().data_received(data)
        else:  # nothing counts that comes before the answer
            super().data_received(self._head.cut(data))

    def _hurry(self) -> None:
        if not self._head.has_line:
            self.transport.abort()

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
                except Exception:
                    self.fail()


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

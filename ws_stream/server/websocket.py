"""One viewer's WebSocket: takes what the viewer says apart, and sends it control messages between two pictures.

Knows nothing of pictures: the walk writes them to the same socket, which has one owner at a time. Whoever writes here
takes the socket first, sends what of a picture is still to be sent, and gives it back when all has gone.
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import Event, State

from ..hub.stream import Stream
from ..protocol.request import Request
from ..walk.outlet import BY_TRANSPORT, frame_head
from .hearing import Hearing
from .plain_http import HttpConnection
from .viewer import CLOSE_TIMEOUT, GONE_AFTER, UNREAD_BYTES, Guest, Viewer, as_reason

UNSENT_BYTES = 16384
"""Bytes the kernel takes beyond what is on its way to the viewer. Without a bound Linux takes up to 4 MB for a reader
that never reads, all of it pictures that are old when they arrive."""
RETRANSMIT_WITHIN_MS = 1000
"""Milliseconds TCP waits at most before it sends again what was lost: after an outage of 2 s pictures are fresh within
0.9 s rather than 1.5. Linux 6.15 and later."""
_TCP_RTO_MAX_MS = 44
"""From Linux's tcp.h; Python has no name for it yet."""


class ViewerConnection(Guest, HttpConnection):
    """A connection whose memory is bounded whatever its peer does: the library's own answers (pong) wait for nobody."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - as above
        super().__init__(*arguments, **options)
        self._hearing = Hearing(super().data_received)
        self._unread_limit = UNREAD_BYTES
        self._early: list[Event] = []
        self._fragments = b""

    def attach(self, stream: Stream, request: Request) -> Viewer:
        """From now on this is a viewer of a stream."""
        viewer = super().attach(stream, request)
        early, self._early = self._early, []
        for event in early:
            self.process_event(event)
        return viewer

    @property
    def is_behind(self) -> bool:
        """Whether it has said more than was heard: it is not silent."""
        return self._hearing.is_behind

    async def say_goodbye(self, code: int, reason: str) -> None:
        """Close the connection; a peer that does not answer is left."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self.close(code, as_reason(reason))
        self.transport.abort()

    def fileno(self) -> int:
        """The socket that pictures are written to; by TLS that is the transport's alone."""
        if self.speaks_tls:
            return BY_TRANSPORT
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
            self.transport.write(tail)
            waiting = self.transport.get_write_buffer_size()
            self._unread_limit = max(self._unread_limit, waiting + UNREAD_BYTES)
        yield
        self._give_back()

    def _give_back(self) -> None:
        # Nothing comes behind a goodbye.
        is_open = self.protocol.state is State.OPEN and not self.transport.is_closing()
        if self._viewer and is_open and not self.transport.get_write_buffer_size():
            self._viewer.subscription.give()

    def connection_lost(self, exc: Exception | None) -> None:
        """The viewer is gone."""
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


def bound_socket(tcp: Any) -> None:  # noqa: ANN401 - a socket, in whatever a transport wraps it
    """Let the kernel queue little, and look often whether a lost link is back.

    Where it cannot be told so, acknowledgements alone bound the queue, and TCP doubles its wait as it always did.
    """
    lowat = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    gone = getattr(socket, "TCP_USER_TIMEOUT", None)
    options = (
        (lowat, UNSENT_BYTES),
        (_TCP_RTO_MAX_MS, RETRANSMIT_WITHIN_MS),
        (gone, int(1000 * GONE_AFTER)),
    )
    for option, value in options:
        with suppress(OSError, TypeError):
            tcp.setsockopt(socket.IPPROTO_TCP, option, value)


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

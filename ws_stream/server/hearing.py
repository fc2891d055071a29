"""How much of what a peer says is listened to: so many bytes a second, and the rest when it is its turn.

Whoever says more is not read meanwhile, so that its own kernel holds it back. Knows nothing of what is said.
"""

import asyncio
from collections.abc import Callable

from ..allowance import Allowance

BYTES_A_SECOND, BYTES_AT_ONCE = 8192, 32768
"""A viewer at 60 pictures a second says less than 3 kB; a request's headers are less than 2 kB. To hear as much as this
costs about 4 % of a small device's core."""
RECEIVED_BYTES = 32768
"""Bytes that the kernel takes of a peer that is not read."""
TURN = 0.1
"""Seconds until a peer that has said too much is heard again."""

_END = b"\r\n\r\n"


class Hearing:
    """One peer's words, on their way from its transport to whoever handles them."""

    def __init__(self, hear: Callable[[bytes], None]) -> None:
        self._hear = hear
        self._allowance = Allowance(BYTES_A_SECOND, BYTES_AT_ONCE)
        self._unheard = b""

    @property
    def is_behind(self) -> bool:
        """Whether it has said more than was heard: it is not silent."""
        return bool(self._unheard)

    def receive(self, data: bytes, transport: asyncio.Transport) -> None:
        """The peer has said this."""
        if self._unheard:  # the transport had read it before it was paused
            self._unheard += data
            return
        self._unheard = data
        self._listen(transport)

    def _listen(self, transport: asyncio.Transport) -> None:
        if transport.is_closing():
            self._unheard = b""
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        allowed = int(self._allowance.left(now))
        heard, self._unheard = self._unheard[:allowed], self._unheard[allowed:]
        self._allowance.take(now, len(heard))
        is_behind = bool(self._unheard)
        if heard:
            self._hear(heard)
        if transport.is_closing():
            self._unheard = b""
        elif is_behind:
            transport.pause_reading()
            loop.call_later(TURN, self._listen, transport)
        elif not transport.is_reading():
            transport.resume_reading()


class RequestHead:
    """Cuts off what stands behind the head of a request."""

    def __init__(self) -> None:
        self.has_line = False
        """The first line, which says what is asked for, is there."""
        self.has_more = False
        """Something came behind it, and was cut off."""
        self._last = b""

    @property
    def has_begun(self) -> bool:
        """Whether any of it is there."""
        return bool(self._last)

    @property
    def is_complete(self) -> bool:
        """Whether its end is there."""
        return self._last.endswith(_END)

    def cut(self, data: bytes) -> bytes:
        """What of this belongs to the head."""
        if self.is_complete:
            self.has_more = self.has_more or bool(data)
            return b""
        begin = len(self._last)
        end = (self._last + data).find(_END)
        if end >= 0:
            length = end + len(_END) - begin
            self.has_more = len(data) > length
            data = data[:length]
        self.has_line = self.has_line or b"\n" in data
        self._last = (self._last + data)[-len(_END) :]
        return data

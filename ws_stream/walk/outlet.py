"""One viewer's socket, or whatever takes messages in its place. Its twin is core/outlet.c.

A socket has one owner at a time. It is the walk's between messages: a picture is sent by one call, and what the socket
does not take is kept as the tail. From then on it is the transport's, which sends the tail first and whatever else is
to be said, and gives the socket back when all has gone. A socket taken for a control message goes the same way. Nothing
else ever writes to it, so no message begins within another. Where only the transport can write to it, as by TLS, each
message is a tail from its first byte.
"""

import os
import socket
import struct
from collections.abc import Callable

_FIN, _BINARY = 0x80, 0x2
_SEND = socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL

NO_SOCKET, BY_TRANSPORT = -1, -2
"""In the place of a socket's number: there is none, a function takes the messages; the transport sends all of them."""


class Outlet:
    """Where a subscriber's messages go: its socket, its transport, or a function where there is neither."""

    def __init__(self, fd: int, keep: Callable[[bytes], None]) -> None:
        # One of our own: the transport's may be closed at any time, and its number used for another.
        self._socket = socket.socket(fileno=os.dup(fd)) if fd >= 0 else None
        self._keep = keep if fd == NO_SOCKET else None
        self.is_ours = True
        self.is_lost = False
        """The socket refused: the transport will find out why."""
        self.is_handed_over = False
        """The transport is still to be told."""
        self._tail = b""

    def send(self, head: bytes, body: bytes) -> int:
        """One message. What the socket does not take is kept, and it is the transport's then. How many bytes it was."""
        prefix = frame_head(_BINARY, len(head) + len(body)) + head
        if self._keep:
            self._keep(head + body)
            return len(prefix) + len(body)
        try:
            taken = self._socket.sendmsg([prefix, body], [], _SEND) if self._socket else 0
        except (BlockingIOError, InterruptedError):
            taken = 0
        except OSError:
            self.is_lost, taken = True, 0
        if taken < len(prefix) + len(body):
            self.is_ours, self.is_handed_over = False, True
            self._tail = (prefix + body)[taken:]
        return len(prefix) + len(body)

    def take(self) -> bytes | None:
        """The socket is the transport's from now on: what it is to send first; None where the socket is lost."""
        self.is_ours = self.is_handed_over = False
        tail, self._tail = self._tail, b""
        return None if self.is_lost else tail

    def give(self) -> None:
        """All that the transport had has gone."""
        self.is_ours = not self.is_lost and not self._tail

    def close(self) -> None:
        """Let go of the socket."""
        if self._socket:
            self._socket.close()


def frame_head(opcode: int, length: int) -> bytes:
    """What stands before a payload of this length that a server sends unmasked and whole: RFC 6455, section 5.2."""
    if length < 126:  # noqa: PLR2004 - the RFC's
        return bytes((_FIN | opcode, length))
    if length < 1 << 16:
        return struct.pack(">BBH", _FIN | opcode, 126, length)
    return struct.pack(">BBQ", _FIN | opcode, 127, length)


def payload(frame: bytes) -> bytes:
    """The message in such a frame, for whoever frames it otherwise."""
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :]

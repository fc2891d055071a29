"""Sockets that listen, and let in no more connections from one address than may come.

Who comes too often is closed again before anything is made for it: that costs a twentieth of what a connection does.
Knows nothing of what connections are for.
"""

import asyncio
import errno
import resource
import socket
import time
from collections.abc import Callable
from typing import Any

Admits = Callable[[socket.socket, str], bool]
"""Whether this connection, from this address, may come in now."""

UNIX = "unix"
"""The address of whoever connects to a Unix socket."""
SPARE = 16
"""File descriptors that no connection may have: they are for sources, certificates and tokens."""
NO_DESCRIPTORS = (
    "connections are refused, as this process may open few more files; "
    "right would be a higher limit: ulimit -n, or LimitNOFILE= of a unit"
)
PAUSE = 1.0
"""Seconds after which asyncio tries again to accept what the system had no room for."""
MOST_REFUSED = 64
"""Connections refused one after the other before others on the event loop have their turn."""
_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Gate(socket.socket):
    """A listening socket. uvloop accepts without asking it, and leaves it to whoever is told of the connection."""

    __slots__ = ("_failed", "admits")

    admits: Admits

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - a socket's
        super().__init__(*arguments, **options)
        self._failed = -PAUSE

    def leave(self) -> None:
        """Soon it listens no longer."""

    def accept(self) -> tuple[socket.socket, object]:
        """The next connection that may come in. Raises BlockingIOError when there is none now."""
        for _ in range(MOST_REFUSED):
            try:
                connection, address = super().accept()
            except OSError as error:
                if error.errno in _NO_ROOM and not self._is_first():
                    raise BlockingIOError from None
                raise
            if self.admits(connection, peer_of(connection, address)):
                return connection, address
            connection.close()
        raise BlockingIOError

    def _is_first(self) -> bool:
        """Whether asyncio has not just heard of it: it logs each time, and tries a hundred times."""
        now = time.monotonic()
        if now < self._failed + PAUSE / 2:
            return False
        self._failed = now
        return True


def leaves_spare(descriptor: int) -> bool:
    """Whether there are others for the device itself: the system hands out the lowest that is free."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return most == resource.RLIM_INFINITY or descriptor < most - min(SPARE, most // 4)


def peer_of(connection: socket.socket, name: object) -> str:
    """The address that a connection comes from, by the name of its other end; "" where that is gone already."""
    if connection.family == socket.AF_UNIX:
        return UNIX
    return str(name[0]) if isinstance(name, tuple) else ""


async def bind(host: str, port: int, admits: Admits) -> list[Gate]:
    """A socket for each address of the host; "" is every one of this machine. Raises OSError and UnicodeError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    gates: list[Gate] = []
    try:
        for family, kind, protocol, _, address in dict.fromkeys(found):
            try:
                gate = Gate(family, kind, protocol)
            except OSError:  # the machine has no such family, whatever its resolver says
                continue
            gate.admits = admits
            gates.append(gate)
            gate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                gate.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            gate.bind(address)
        if not gates:
            raise OSError(errno.EAFNOSUPPORT, "there is no such family of addresses here")
    except BaseException:
        for gate in gates:
            gate.close()
        raise
    return gates

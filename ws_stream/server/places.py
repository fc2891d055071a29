"""Where a server listens: on a host's port, on a Unix socket, or on sockets that were handed over.

Knows nothing of what is asked for there.
"""

import os
import socket
import stat
from pathlib import Path
from typing import Any, NamedTuple

from ..arguments import PATH, Kind, instance, matching, optional, plain, whole
from .gate import Admits, Gate, bind

UNIX_MODE = 0o660
"""Of a Unix socket: who may connect are its owner and its group, such as a proxy's."""

_HOST = matching(
    r"[\w.:%-]{0,253}", "an address or name of this machine, or '0.0.0.0' for every network"
)
_PORT = whole(0, 65535)
_SOCKET = instance(socket.socket, "a socket")
_FAMILIES = (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX)


def _sockets(value: Any) -> tuple[socket.socket, ...]:  # noqa: ANN401 - whatever was handed in
    found = tuple(map(_SOCKET.read, value))
    for one in found:
        listens = one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        if one.family not in _FAMILIES or one.type != socket.SOCK_STREAM or not listens:
            raise ValueError(one)
    return found


def _path(value: Any) -> str:  # noqa: ANN401 - whatever was handed in
    path = PATH.read(value)
    if not path or "\0" in path:
        raise ValueError(value)
    return path


_SOCKETS = Kind(_sockets, "a list of TCP or Unix sockets that listen")
_UNIX = optional(Kind(_path, "a path for a Unix socket, such as '/run/ws-stream.sock'"))


class Place(NamedTuple):
    """Sockets that were handed over, else a Unix socket, else a host's port."""

    host: str
    port: int
    unix: str | None = None
    sockets: tuple[socket.socket, ...] = ()

    async def open(self, admits: Admits) -> list[Gate]:
        """Sockets that let in whom `admits` does. Raises OSError, OverflowError and UnicodeError."""
        if self.sockets:
            # Theirs stay open: who has handed them over closes them.
            gates = [Gate(fileno=os.dup(one.fileno())) for one in self.sockets]
        elif self.unix:
            gates = [_bind_unix(self.unix)]
        else:
            return await bind(self.host, self.port, admits)
        for gate in gates:
            gate.admits = admits
        return gates

    def cannot(self, reason: str) -> str:
        """Why nothing listens there, in one sentence."""
        if self.sockets:
            return f"cannot listen on the sockets handed over: {reason}; right would be some that listen"
        if self.unix:
            return (
                f"cannot listen on unix:{plain(self.unix)}: {plain(reason)}; right would be a path in a "
                "folder that is there, of nothing or of the socket of a server that has ended"
            )
        return (
            f"cannot listen on {self.host} port {self.port}: {reason}; "
            "right would be an address of this machine and a port that is free"
        )


def checked_place(host: object, port: object, unix: object, sockets: object) -> Place:
    """The place of these arguments. Raises UsageError."""
    return Place(
        _HOST.take("host", host),
        _PORT.take("port", port),
        _UNIX.take("unix", unix),
        _SOCKETS.take("sockets", sockets),
    )


class UnixGate(Gate):
    """One that has a file, which goes with it if it is still its own."""

    __slots__ = ("file", "path")

    path: Path
    file: tuple[int, int]
    """Its number, and its device's."""

    def leave(self) -> None:
        """Take its file away, while it still listens: nobody else can have one of the same number meanwhile."""
        if _file(self.path) == self.file:
            self.path.unlink(missing_ok=True)


def _bind_unix(name: str) -> UnixGate:
    """A socket at this path, instead of one at which nobody listens any more. Raises OSError."""
    path = Path(name).absolute()  # this process may go elsewhere
    if _is_left_behind(path):
        path.unlink()
    gate = UnixGate(socket.AF_UNIX, socket.SOCK_STREAM)
    gate.path, gate.file = path, (-1, -1)
    try:
        # So its file never has another mode; a file that another thread makes meanwhile has that one at most.
        before = os.umask(~UNIX_MODE & 0o777)
        try:
            gate.bind(os.fspath(path))
        finally:
            os.umask(before)
        gate.file = _file(path) or gate.file
        gate.listen()  # at once: another server takes one that does not listen for left behind
    except BaseException:
        gate.leave()
        gate.close()
        raise
    return gate


def _file(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_ino, found.st_dev


def _is_left_behind(path: Path) -> bool:
    """Whether this is a socket of a program that has ended: it was killed, else there were none."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            return False
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.setblocking(False)
            probe.connect(os.fspath(path))
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return False

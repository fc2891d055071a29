"""TLS on one connection: a layer between its socket's transport and the connection that is spoken to through it.

asyncio has one too, but tells of a connection only after its handshake: until then nobody would count it. Here a peer
is a connection from its first moment on, under the same bounds of number and time as all others. It is the same on
every event loop, and what its socket has not taken is what waits, so that pictures are as fresh as without.
Knows nothing of HTTP.
"""

import asyncio
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, cast

from .certificate import Certificate

HANDSHAKE = b"\x16"
"""The first byte that a client says by TLS; no request begins so."""
RECORD_BYTES = 16384
"""Bytes of the longest record: encrypted one by one, as OpenSSL keeps as much memory as it ever held at once."""

Connection = Callable[..., asyncio.Protocol]


def by_tls(create: Connection, certificate: Certificate | None) -> Connection:
    """Connections that speak through TLS; or as they are where there is no certificate."""
    if certificate is None:
        return create
    return lambda *arguments, **options: Tls(create(*arguments, **options), certificate.context)


class Tls(asyncio.Transport, asyncio.Protocol):
    """The protocol of a socket's transport, and the transport of a connection.

    Who does not speak TLS is heard as is; then `get_extra_info` has no `ssl_object`.
    """

    def __init__(self, connection: asyncio.Protocol, context: ssl.SSLContext) -> None:
        super().__init__()
        self._connection = connection
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = context.wrap_bio(
            self._incoming, self._outgoing, server_side=True
        )
        self._is_known = self._is_open = self._has_ended = False
        self._socket: asyncio.Transport

    # What the socket's transport tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there before its handshake is done."""
        self._socket = cast(asyncio.Transport, transport)
        self._connection.connection_made(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._connection.connection_lost(exc)

    def pause_writing(self) -> None:
        """The socket is full."""
        self._connection.pause_writing()

    def resume_writing(self) -> None:
        """All that waited has gone."""
        self._connection.resume_writing()

    def data_received(self, data: bytes) -> None:
        """Take records apart."""
        if not self._is_known:
            self._is_known = True
            if data[:1] != HANDSHAKE:
                self._tls = None
        if self._tls is None:
            self._connection.data_received(data)
            return
        self._incoming.write(data)
        try:
            said = self._read(self._tls)
        except ssl.SSLError:  # it is no TLS, or none that is spoken here: an alert says so
            self._flush()
            self._socket.close()
            return
        self._flush()
        if self._is_open:  # also when there is nothing: it looks at how much waits to be read
            self._connection.data_received(said)
        if self._has_ended and not self._socket.is_closing():
            self._connection.eof_received()
            self.close()

    def eof_received(self) -> bool | None:
        """The peer says no more."""
        if self._has_ended:
            return None
        return self._connection.eof_received()

    # What the connection asks for.

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - asyncio's
        """As the socket's transport, and the `ssl_object`."""
        return self._tls if name == "ssl_object" else self._socket.get_extra_info(name, default)

    def is_closing(self) -> bool:
        """Whether nothing can be said any more."""
        return self._socket.is_closing()

    def is_reading(self) -> bool:
        """Whether the peer is listened to."""
        return self._socket.is_reading()

    def pause_reading(self) -> None:
        """Do not listen."""
        self._socket.pause_reading()

    def resume_reading(self) -> None:
        """Listen again."""
        self._socket.resume_reading()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """How much may wait until the connection is paused."""
        self._socket.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        """Bytes that the socket has not taken."""
        return self._socket.get_write_buffer_size()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Say this. Before the handshake is done there is nobody to say it to."""
        if self._tls is None:
            self._socket.write(data)
        elif self._is_open:
            view, records = memoryview(data), []
            try:
                for begin in range(0, len(view), RECORD_BYTES):
                    self._tls.write(view[begin : begin + RECORD_BYTES])
                    records.append(self._outgoing.read())
            except ssl.SSLError:  # after a goodbye
                self._socket.abort()
            else:
                self._socket.write(b"".join(records))  # in one: each would be a call of the system

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        """Say all of this in one."""
        self.write(b"".join(list_of_data))

    def can_write_eof(self) -> bool:
        """What is asked after the reply to it is still heard, as without TLS."""
        return True

    def write_eof(self) -> None:
        """Say no more."""
        self._say_goodbye()
        self._socket.write_eof()

    def close(self) -> None:
        """End when all that waits has gone."""
        self._say_goodbye()
        self._socket.close()

    def abort(self) -> None:
        """End now."""
        self._socket.abort()

    def _read(self, tls: ssl.SSLObject) -> bytes:
        """What the peer has said, as far as whole records are there. Raises SSLError."""
        said = []
        with suppress(ssl.SSLWantReadError):
            if not self._is_open:
                tls.do_handshake()
                self._is_open = True
            try:
                while part := tls.read(RECORD_BYTES):
                    said.append(part)
            except ssl.SSLZeroReturnError:
                pass
            self._has_ended = True
        return b"".join(said)

    def _say_goodbye(self) -> None:
        if self._tls and self._is_open and not self._socket.is_closing():
            with suppress(ssl.SSLError):  # it wants to read the peer's, which is not waited for
                self._tls.unwrap()
            self._flush()

    def _flush(self) -> None:
        """Send what TLS itself has to say."""
        if self._outgoing.pending and not self._socket.is_closing():
            self._socket.write(self._outgoing.read())

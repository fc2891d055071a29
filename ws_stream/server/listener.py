"""Listens: opens the sockets that let requests and viewers in, and closes all in the end.

Knows nothing of what is asked for.
"""

import asyncio
import contextlib
import logging
import os
import socket
from functools import partial
from ipaddress import ip_address

from websockets.asyncio.server import Server, serve
from websockets.typing import Subprotocol

from ..arguments import why
from ..errors import UsageError
from ..limits import MAX_VIEWER_MESSAGE
from ..protocol.picture import SUBPROTOCOL
from .files import files
from .gate import Gate, bind
from .hearing import RECEIVED_BYTES
from .reception import Reception
from .websocket import CLOSE_TIMEOUT, ViewerConnection

_log = logging.getLogger(__name__)


class Listener:
    """The sockets that listen."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._servers: list[Server] = []

    async def listen(self, host: str, port: int) -> None:
        """Serve on this host and port. Raises UsageError when that address cannot be had."""
        gates: list[Gate] = []
        files()  # packed before anybody waits for one
        try:
            gates = await bind(host, port, self._reception.admits)
            self._reception.has_gate = isinstance(
                asyncio.get_running_loop(), asyncio.SelectorEventLoop
            )
            for gate in gates:
                # What it accepts does as it does.
                gate.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED_BYTES)
                self._servers.append(await _serve(self._reception, gate))
            self._warn()
        except (OSError, OverflowError, UnicodeError) as error:
            for server in self._servers:
                server.close()
            self._servers.clear()
            for gate in gates:
                gate.close()
            number = getattr(error, "errno", None) or 0
            known = os.strerror(number) if number > 0 else why(error)
            raise UsageError(
                f"cannot listen on {host} port {port}: {known}; "
                "right would be an address of this machine and a port that is free"
            ) from None

    def _warn(self) -> None:
        """Whoever serves a network and asks for no token is to know that."""
        hosts = [listening.getsockname()[0] for listening in self.sockets]
        if self._reception.judge.tokens is None and not all(
            ip_address(h).is_loopback for h in hosts
        ):
            _log.warning(
                "whoever reaches %s sees what is served; right would be tokens, if not all may: --token-file FILE",
                " or ".join(hosts),
            )

    @property
    def sockets(self) -> list[socket.socket]:
        """Those that listen."""
        return [listening for server in self._servers for listening in server.sockets]

    async def close(self) -> None:
        """Say goodbye to all; who does not answer is left without one."""
        for server in self._servers:
            server.close()
        for connection in self._reception.connections:
            if connection.is_kept:
                connection.transport.abort()
        closed = asyncio.gather(*(server.wait_closed() for server in self._servers))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await asyncio.shield(closed)
        for connection in self._reception.connections:
            connection.transport.abort()
        await closed
        self._servers.clear()


async def _serve(reception: Reception, gate: Gate) -> Server:
    return await serve(
        reception.follow,
        sock=gate,
        create_connection=partial(ViewerConnection, reception),  # type: ignore[arg-type]  # called like the class
        write_limit=0,  # paused as soon as the socket is full
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        compression=None,
        logger=reception.log,
        server_header=None,
        max_size=MAX_VIEWER_MESSAGE,
        open_timeout=None,  # `HttpConnection` has a time for each request
        ping_interval=None,  # who is there is told something each second, and TCP knows whether it arrives
        close_timeout=CLOSE_TIMEOUT,
    )

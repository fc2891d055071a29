"""Listens: opens the sockets that let requests and viewers in, and closes all in the end.

Knows nothing of what is asked for.
"""

import asyncio
import contextlib
import errno
import logging
import os
import socket
from functools import partial

from websockets.asyncio.server import Server, serve
from websockets.typing import Subprotocol

from ..arguments import why
from ..errors import TakenError, UsageError
from ..hub.stream import Stream
from ..limits import MAX_VIEWER_MESSAGE
from ..printable import MAX_LINE, printable
from ..protocol.picture import SUBPROTOCOL
from .addresses import is_open_to_others, urls
from .files import files
from .gate import Gate
from .hearing import RECEIVED_BYTES
from .places import Place
from .reception import Reception
from .tls import by_tls
from .viewer import CLOSE_TIMEOUT
from .websocket import ViewerConnection

_log = logging.getLogger(__name__)


class Listener:
    """The sockets that listen."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception
        self._servers: list[Server] = []
        self._gates: list[Gate] = []

    async def listen(self, place: Place) -> None:
        """Serve at this place. Raises UsageError when it cannot be had."""
        files()  # packed before anybody waits for one
        try:
            self._gates = await place.open(self._reception.admits)
            self._reception.has_gate = isinstance(
                asyncio.get_running_loop(), asyncio.SelectorEventLoop
            )
            for gate in self._gates:
                # What it accepts does as it does.
                gate.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED_BYTES)
                self._servers.append(await _serve(self._reception, gate))
            self._warn()
            if self._reception.certificate:
                self._reception.certificate.watch()
        except (OSError, OverflowError, UnicodeError) as error:
            for server in self._servers:
                server.close()
            self._servers.clear()
            for gate in self._gates:
                gate.leave()
                gate.close()
            self._gates.clear()
            number = getattr(error, "errno", None) or 0
            known = os.strerror(number) if number > 0 else why(error)
            kind = TakenError if number == errno.EADDRINUSE and not place.unix else UsageError
            raise kind(place.cannot(known)) from None

    def _warn(self) -> None:
        """Whoever serves a network and asks for no token is to know that."""
        if self._reception.judge.tokens is None and any(map(is_open_to_others, self.sockets)):
            _log.warning(
                "whoever reaches this server by a network sees what it serves; "
                "right would be tokens, if not all may: --token-file FILE"
            )

    def urls(self, query: str) -> list[str]:
        """Where browsers find the page, with this query."""
        scheme = "https" if self._reception.certificate else "http"
        return urls(self.sockets, scheme, query)

    def reload(self) -> None:
        """Read what lies in files anew. What cannot be used is told in the log, and what was before stays."""
        try:
            self._reception.admission.reload()
        except UsageError as error:
            _log.warning(
                "%s", printable(f"{error}; until then the tokens are those before", MAX_LINE)
            )
        self._reload_certificate()

    def change(self, other: "Listener") -> None:
        """From now on answer whom another does, by its tokens, and read certificate and key anew."""
        asked = self._reception.judge.tokens is not None
        self._reception.change(other._reception)
        if asked:
            self._warn()
        self._reload_certificate()

    def _reload_certificate(self) -> None:
        if self._reception.certificate:
            self._reception.certificate.reload()

    def dismiss(self, stream: Stream) -> None:
        """Nobody watches it any more."""
        self._reception.admission.dismiss(stream)

    @property
    def sockets(self) -> list[socket.socket]:
        """Those that listen."""
        return [listening for server in self._servers for listening in server.sockets]

    async def close(self) -> None:
        """Say goodbye to all; who does not answer is left without one."""
        for gate in self._gates:
            gate.leave()
        if self._reception.certificate:
            self._reception.certificate.close()
        for server in self._servers:
            server.close()
        for connection in self._reception.connections:
            if connection.is_kept:
                connection.transport.abort()
        ends = [server.wait_closed() for server in self._servers]
        closed = asyncio.gather(self._reception.admission.close(), *ends)
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
        unix=gate.family == socket.AF_UNIX,
        create_connection=by_tls(partial(ViewerConnection, reception), reception.certificate),  # type: ignore[arg-type]  # called like the class
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

"""Who comes in by the sockets that listen: their number, what proxies say of them, and replies as they are sent.

Knows nothing of pictures, nor of what is said to a viewer that is in.
"""

import logging
import time
from collections.abc import Mapping
from functools import partial
from socket import socket

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from ..errors import UsageError
from ..hub.stream import Stream
from . import pages
from .admission import Admission, Entry
from .certificate import Certificate
from .gate import NO_DESCRIPTORS, leaves_spare
from .judgement import Judge
from .lasting import Write, as_response
from .peers import Peers, origin
from .plain_http import HttpConnection
from .proxy import Proxies
from .readers import Channel, Look
from .request import parts
from .request_log import RequestLog
from .websocket import ViewerConnection, bound_socket


class Reception:
    """Lets requests and viewers in, and out again."""

    def __init__(
        self,
        streams: Mapping[str, Stream],
        judge: Judge,
        proxies: Proxies,
        certificate: Certificate | None,
        times: float = 1.0,
    ) -> None:
        self.connections: Peers[HttpConnection] = Peers(times)
        self.log = RequestLog(logging.getLogger(__name__))
        self.admission = Admission(streams, judge, self.log, times)
        self._proxies = proxies
        self.certificate = certificate
        """By which all is said; None: by plain http."""
        if pages.is_taken(proxies.root_path):
            raise UsageError(
                f"root_path='{proxies.root_path}' cannot be, as this server has something there itself; "
                "right would be another name, such as /camera1"
            )
        self.standing_headers = self._standing_headers()
        self.has_gate = False
        """Whether who comes too often was left outside already."""

    @property
    def judge(self) -> Judge:
        """Whether a request may have what it asks for."""
        return self.admission.judge

    @property
    def root_path(self) -> str:
        """Under which path this server is seen."""
        return self._proxies.root_path

    def on_open(self, connection: HttpConnection) -> None:
        """A connection is there."""
        if not self._proxies.trusts(connection.peer):
            connection.address = origin(connection.peer)
        one_too_many = self.connections.add(connection)
        opened = connection.transport.get_extra_info("socket")
        if not (self.has_gate or self.admits(opened, connection.peer)):
            one_too_many = connection
        if one_too_many:
            one_too_many.transport.abort()

    def on_close(self, connection: HttpConnection) -> None:
        """A connection is gone."""
        self.connections.remove(connection)

    def receive(self, connection: HttpConnection, request: Request) -> None:
        """Make of a request what it was before it came through proxies, and count it for who sent it.

        Raises UsageError.
        """
        speaks_tls = connection.speaks_tls
        asked = parts(
            request,
            is_secure=speaks_tls,
            lacks_tls=self.certificate is not None and not speaks_tls,
            root_path=self.root_path,
        )._replace(target=self._proxies.target(request.path))
        connection.asked, address = self._proxies.original(asked, connection.peer)
        if self._proxies.trusts(connection.peer):
            one_too_many = self.connections.move(connection, origin(address))
            if one_too_many:
                one_too_many.transport.abort()

    def turn(self, connection: HttpConnection, is_further: bool) -> float:
        """In how many seconds this request may be answered. A proxy may open a connection for each."""
        if not (is_further or self._proxies.trusts(connection.peer)):
            return 0.0
        return self.connections.turn(connection.address, time.monotonic())

    def answer(self, connection: HttpConnection, _: Request) -> Response | Write | None:
        """The response to plain HTTP, or what writes it, as that takes time.

        None opens the WebSocket, where `follow` says why if there is nothing to see.
        """
        reply = self.admission.answer(connection.asked, connection.address)
        if isinstance(reply, Entry):
            assert isinstance(connection, ViewerConnection)
            connection.right, connection.refused = reply.right, reply.refused
            return None
        if isinstance(reply, Look):
            return partial(self._show, connection, reply)
        return as_response(reply)

    async def _show(self, connection: HttpConnection, look: Look, channel: Channel) -> None:
        bound_socket(connection.transport.get_extra_info("socket"))
        await self.admission.show(look, channel)

    async def follow(self, connection: ServerConnection) -> None:
        """Serve one viewer until the connection ends."""
        assert isinstance(connection, ViewerConnection)
        if (
            not connection.transport.is_closing()
        ):  # else its socket's number may be another's by now
            bound_socket(connection.transport.get_extra_info("socket"))
            await self.admission.follow(connection)

    def change(self, other: "Reception") -> None:
        """From now on answer whom another does, by its tokens."""
        self.admission.change(other.admission)
        self.standing_headers = self._standing_headers()

    def _standing_headers(self) -> dict[str, str]:
        return self.judge.policy.headers(None, None, is_secure=self.certificate is not None)

    def admits(self, connection: socket, address: str) -> bool:
        """Count a connection from this address; whether it may come in. A proxy's are counted by its requests."""
        if not leaves_spare(connection.fileno()):
            self.log.warning(NO_DESCRIPTORS)
            return False
        return self._proxies.trusts(address) or self.connections.may_arrive(
            origin(address), time.monotonic()
        )

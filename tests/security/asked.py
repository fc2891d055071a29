"""Asks the server a row, without a socket: from the request as it was read to the reply as it is sent."""

import itertools
from collections.abc import Mapping
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

from websockets.http11 import Response
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from ws_stream import UsageError
from ws_stream.hub.stream import Stream
from ws_stream.protocol.picture import SUBPROTOCOL
from ws_stream.server import plain_http
from ws_stream.server.access import AccessPolicy
from ws_stream.server.judgement import WRONG_AT_ONCE, Judge
from ws_stream.server.lasting import as_response
from ws_stream.server.pages import Reply
from ws_stream.server.peers import origin
from ws_stream.server.proxy import Proxies
from ws_stream.server.reception import Reception
from ws_stream.server.request import HttpRequest
from ws_stream.server.stills import FRESH
from ws_stream.server.tokens import known
from ws_stream.server.websocket import ViewerConnection

from .classes import (
    ALLOWED_FRAME,
    ALLOWED_HOST,
    ALLOWED_PAGE,
    BELOW,
    CLAIMS,
    CLIENT,
    DIRECT,
    GUESSER,
    LINES,
    NEEDLESS,
    NO_TLS,
    NO_TOKENS,
    PROXY,
    ROOT_PATH,
    STRANGER,
    TLS,
    WRONG,
    Row,
    as_request,
)
from .expected import Answer
from .rules import ALWAYS, HEADERS, OPENED, SCRIPTS

GUESS = {"host": "localhost", "authorization": f"Bearer {WRONG}"}
RESTED = 1000.0
"""Seconds after which nobody remembers a wrong token."""


class Caller(ViewerConnection):
    """A connection without a socket."""

    def __init__(self, protocol: ServerProtocol, peer: str, *, speaks_tls: bool) -> None:
        self.protocol = protocol
        self.peer = peer
        self.address = self.refused = None
        told = {"ssl_object": object() if speaks_tls else None}
        self.transport: Any = SimpleNamespace(get_extra_info=told.get)


class Device:
    """A server of one of the kinds that a row can meet."""

    def __init__(self, *, has_tokens: bool, speaks_tls: bool, root_path: str, now: "Now") -> None:
        policy = AccessPolicy([ALLOWED_HOST], [ALLOWED_PAGE], [ALLOWED_FRAME])
        judge = Judge(policy, lambda: known(LINES if has_tokens else None, None))
        certificate: Any = object() if speaks_tls else None
        self._reception = Reception(
            {"camera": Stream("camera")}, judge, Proxies([PROXY], root_path), certificate
        )
        self._reception.has_gate = True
        protocol = ServerProtocol(subprotocols=[Subprotocol(SUBPROTOCOL)])
        self._protocol = plain_http._Protocol(protocol, self._reception.standing_headers)
        self._now = now
        guess = HttpRequest("GET", "/streams", "HTTP/1.1", GUESS)
        for address in (STRANGER, CLIENT, PROXY):
            for _ in range(WRONG_AT_ONCE):
                judge.judge(guess, origin(address), 0.0)

    def ask(self, row: Row) -> Answer:
        self._now.turn(begins=row.token == GUESSER)
        peer = STRANGER if row.proxy in (DIRECT, CLAIMS) else PROXY
        caller = Caller(self._protocol, peer, speaks_tls=row.tls == TLS)
        request = as_request(row)
        self._reception.on_open(caller)
        try:
            self._reception.receive(caller, request)
            response = self._reception.answer(caller, request)
        except UsageError as error:
            return Answer(400, headers=said(self._protocol.reject(400, str(error))))
        finally:
            self._reception.on_close(caller)
        visitor = str(caller.address)
        if callable(response):
            response = self._begun(caller)
        if response is None:
            response = self._protocol.accept(request)
            if response.status_code == OPENED:
                code, _ = caller.refused or (OPENED, "")
                right = caller.right.name if code == OPENED else None
                return Answer(code, right, visitor)
        return Answer(response.status_code, None, visitor, said(response))

    def _begun(self, caller: Caller) -> Response:
        """The head of a reply that takes time: as that of one which has come."""
        begun = Reply(HTTPStatus.OK, "", b"", FRESH)
        return as_response(self._reception.admission._complete(caller.asked, begun))


def said(response: Response) -> Mapping[str, object]:
    """The headers of which there are rules. Raises AssertionError where those are not that every reply has."""
    headers = response.headers
    policy, _, frames = headers["Content-Security-Policy"].partition("frame-ancestors ")
    assert policy.startswith(SCRIPTS)
    assert not {name: value for name, value in ALWAYS.items() if headers.get(name) != value}
    of_rules = {name: headers.get(name) for name in HEADERS}
    return {**of_rules, "frame-ancestors": frames}


class Now:
    """The server's clock: nobody is remembered from one row to the next, but those who have just guessed."""

    def __init__(self) -> None:
        self._seconds = self._latest = 0.0

    def turn(self, *, begins: bool) -> None:
        self._latest += RESTED
        self._seconds = 0.0 if begins else self._latest

    def monotonic(self) -> float:
        return self._seconds


class Devices:
    """Servers of all kinds, at which somebody has just presented too many wrong tokens."""

    def __init__(self, now: Now) -> None:
        self._all = {
            (has_tokens, speaks_tls, root_path): Device(
                has_tokens=has_tokens, speaks_tls=speaks_tls, root_path=root_path, now=now
            )
            for has_tokens, speaks_tls, root_path in itertools.product(
                (False, True), (False, True), ("", ROOT_PATH)
            )
        }

    def ask(self, row: Row) -> Answer:
        root_path = ROOT_PATH if row.proxy == BELOW else ""
        return self._all[row.token not in (NO_TOKENS, NEEDLESS), row.tls != NO_TLS, root_path].ask(
            row
        )

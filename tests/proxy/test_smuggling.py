"""Request smuggling: what nginx takes for one request and a server behind it for two would be answered to a stranger.

Each attack has as many replies as nginx sees requests in it, and a stranger beside it has its own replies only, also
where nginx keeps connections to the server for whoever comes next.
"""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proxy.proxies import HOST, nginx
from ws_stream import Server

NAMED = b"Host: camera.example\r\n"
SECOND = b"GET /camera1/smuggled HTTP/1.1\r\n" + NAMED + b"\r\n"
LENGTH = b"Content-Length: %d\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
END = b"0\r\n\r\n"
CHUNK = b"%x\r\n" % len(SECOND) + SECOND + b"\r\n" + END
ALL = LENGTH % len(SECOND)
KEY = b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: ws-stream.v1\r\n"


def get(headers: bytes, body: bytes = b"", method: bytes = b"POST") -> bytes:
    return method + b" /camera1/attack HTTP/1.1\r\n" + NAMED + headers + b"\r\n" + body


ATTACKS: dict[str, tuple[bytes, list[int]]] = {
    "CL.TE": (get(LENGTH % len(END + SECOND) + CHUNKED, END + SECOND), [400]),
    "TE.CL": (get(CHUNKED + LENGTH % 4, CHUNK), [400]),
    "TE.TE": (get(CHUNKED + b"Transfer-Encoding: identity\r\n", END + SECOND), [400]),
    "a length that is a chunk": (get(CHUNKED, CHUNK), [400]),
    "an unknown coding": (get(b"Transfer-Encoding: xchunked\r\n" + ALL, SECOND), [501]),
    "a coding with a space": (get(b"Transfer-Encoding : chunked\r\n" + ALL, SECOND), [400]),
    "a folded coding": (get(b"Transfer-Encoding:\r\n chunked\r\n" + ALL, SECOND), [400]),
    "an extended chunk": (get(CHUNKED, b'5;a="\n' + SECOND[:5] + b"\r\n" + END), [400]),
    "two lengths": (get(LENGTH % 0 + ALL, SECOND), [400]),
    "a list of lengths": (get(b"Content-Length: 0, %d\r\n" % len(SECOND), SECOND), [400]),
    "a length with a sign": (get(b"Content-Length: +%d\r\n" % len(SECOND), SECOND), [400]),
    "a folded length": (get(b"X: a\r\n Content-Length: %d\r\n" % len(SECOND)), [400]),
    "a length behind a CR": (get(b"X: a\rContent-Length: %d\r\n" % len(SECOND)), [400]),
    "lines that end by LF": (get(ALL).replace(b"\r", b"") + SECOND, [400]),
    "a GET with a body": (get(ALL, SECOND, b"GET"), [400]),
    "a body that is expected": (get(b"Expect: 100-continue\r\n" + ALL, SECOND), [100, 400]),
    "a NUL": (get(b"X: a\0b\r\n", method=b"GET"), [400]),
    "two hosts": (get(b"Host: 127.0.0.1\r\n", method=b"GET"), [400]),
    "a line within a path": (
        get(b"", method=b"GET").replace(b"attack", b"x%20HTTP/1.1%0d%0aX:a"),
        [404],
    ),
    # Nginx does not take these for open tunnels, and sends the second as a request of the attacker's.
    "a WebSocket that is refused": (
        get(
            b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 9\r\n" + KEY,
            SECOND,
            b"GET",
        ),
        [400, 404],
    ),
    "HTTP/2 that is not spoken": (
        get(b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n", SECOND, b"GET"),
        [404, 404],
    ),
}
KEPT = {
    "map $http_upgrade": "upstream kept { server unix:/run/ws-stream/camera1.sock; keepalive 4; }\n"
    "map $http_upgrade",
    "proxy_pass http://unix:/run/ws-stream/camera1.sock;": "proxy_pass http://kept;",
    '""      close;': '""      "";',
}


@pytest.fixture(scope="module", params=[{}, KEPT], ids=["as printed", "kept connections"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder: Path = tmp_path_factory.mktemp("smuggling")
    with (
        Server(
            unix=folder / "socket",
            root_path="/camera1",
            trusted_proxies=["unix"],
            allow_hosts=["camera.example"],
        ) as server,
        nginx(folder, folder / "socket", request.param) as port,
    ):
        server.stream("camera")
        yield port


class Visitor:
    """A connection to nginx, read reply by reply."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port), 10)
        self._heard = b""

    def hear(self) -> tuple[int, bytes]:
        """The next status, and the body."""
        head = self._read_to(b"\r\n\r\n")
        length = re.search(rb"\r\nContent-Length: (\d+)", head)
        body = self._read(int(length[1]) if length else 0)
        return int(head.split()[1]), body

    def has_more(self) -> bool:
        self.socket.setblocking(False)
        try:
            return bool(self._heard or self.socket.recv(1))
        except (BlockingIOError, ConnectionError):
            return False

    def _read_to(self, end: bytes) -> bytes:
        while end not in self._heard:
            self._more()
        head, _, self._heard = self._heard.partition(end)
        return head

    def _read(self, count: int) -> bytes:
        while len(self._heard) < count:
            self._more()
        body, self._heard = self._heard[:count], self._heard[count:]
        return body

    def _more(self) -> None:
        more = self.socket.recv(65536)
        assert more, self._heard
        self._heard += more


@pytest.mark.parametrize("name", ATTACKS)
def test_of_two_readings_of_a_request_no_stranger_has_the_second(port: int, name: str) -> None:
    attack, replies = ATTACKS[name]
    attacker, stranger = Visitor(port), Visitor(port)
    with attacker.socket, stranger.socket:
        for number in range(3):
            ask = get(b"", method=b"GET").replace(b"attack", b"mine-%d" % number)
            stranger.socket.sendall(ask)
            assert stranger.hear()[1].startswith(b"there is nothing at /mine-%d;" % number)
            if number == 1:
                attacker.socket.sendall(attack)
                assert [attacker.hear()[0] for _ in replies] == replies
        assert not attacker.has_more()
        assert not stranger.has_more()

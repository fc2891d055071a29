"""Behind nginx and Caddy all is as without them, and each visitor is who it is."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from http.client import HTTPConnection
from ipaddress import ip_address
from pathlib import Path

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as open_websocket
from websockets.typing import Subprotocol

from tests.proxy.proxies import HOST, PROXIES
from ws_stream import Server, connect
from ws_stream.protocol.picture import SUBPROTOCOL
from ws_stream.server import peers
from ws_stream.server.files import files

ANN, BOB = "127.0.0.2", "127.0.0.3"
"""Two visitors of this machine."""
FORGED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
PICTURE = np.random.default_rng(3).integers(0, 256, (48, 64, 3), np.uint8)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    path = tmp_path / "socket"
    with Server(
        unix=path, root_path="/camera1", trusted_proxies=["unix"], allow_hosts=["camera.example"]
    ) as server:
        server.stream("camera").publish(PICTURE)
        yield server


@pytest.fixture(params=PROXIES)
def port(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Iterator[int]:
    """Where a proxy shows the server."""
    with PROXIES[request.param](tmp_path, tmp_path / "socket") as port:
        yield port


def ask(
    port: int, path: str, visitor: str = HOST, headers: Mapping[str, str] | None = None
) -> tuple[int, Mapping[str, str], bytes]:
    connection = HTTPConnection(HOST, port, timeout=10, source_address=(visitor, 0))
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        response = connection.getresponse()
        return response.status, dict(response.headers), response.read()
    finally:
        connection.close()


def view(port: int, visitor: str, headers: Mapping[str, str] | None = None) -> ClientConnection:
    return open_websocket(
        f"ws://{HOST}:{port}/camera1/stream/camera",
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        additional_headers=dict(headers or {}),
        compression=None,
        proxy=None,
        source_address=(visitor, 0),
    )


def addresses(server: Server) -> list[object]:
    return [peer.address for peer in server._listener._reception.connections]


def test_every_file_of_the_page_is_there_under_the_path(port: int) -> None:
    for path, file in files().items():
        status, headers, body = ask(port, f"/camera1{path}")
        assert (status, body) == (200, file.plain.content), path
        assert headers["Content-Type"] == file.content_type
    assert ask(port, "/camera1/streams")[0] == 200
    assert ask(port, "/camera1/nothing")[2] == b"there is nothing at /nothing; the viewer is at /\n"


def test_the_path_without_its_last_stroke_leads_to_the_page(port: int) -> None:
    status, headers, _ = ask(port, "/camera1")
    assert status in (301, 302, 308)
    assert headers["Location"].endswith("/camera1/")


def test_the_host_and_the_page_that_ask_are_judged_as_without_a_proxy(port: int) -> None:
    for host, origin, status in (
        ("camera.example", None, 200),
        ("camera.example", "https://camera.example", 200),
        ("evil.example", None, 403),
        ("camera.example", "http://evil.example", 403),
    ):
        headers = {"Host": host, **({"Origin": origin} if origin else {})}
        assert ask(port, "/camera1/streams", headers=headers)[0] == status
    # A page that was pointed here may send any header but Host.
    headers = {"Host": "evil.example", "X-Forwarded-Host": "camera.example"}
    assert ask(port, "/camera1/streams", headers=headers)[0] == 403


def test_a_python_client_sees_every_pixel(port: int) -> None:
    for url in (f"http://{HOST}:{port}/camera1/?stream=camera", f"ws://{HOST}:{port}/camera1/"):
        with connect(url) as screen:
            assert (next(iter(screen)).pixels[..., :3] == PICTURE).all()


def test_a_visitor_is_known_by_its_own_address_and_cannot_forge_it(
    port: int, server: Server
) -> None:
    with view(port, ANN) as ann, view(port, BOB, FORGED) as bob:
        for viewer in (ann, bob):
            viewer.recv(10)
        assert set(addresses(server)) == {ip_address(ANN), ip_address(BOB)}
        assert not any(peer.asked.is_secure for peer in server._listener._reception.connections)


def test_the_bound_on_viewers_is_each_visitor_s_own(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "MAX_ADDRESS_VIEWERS", 2)
    with ExitStack() as viewers:
        for _ in range(2):
            viewers.enter_context(view(port, ANN)).recv(10)
        for headers in ({}, FORGED):
            with pytest.raises(ConnectionClosed, match="2 viewers are connected from your address"):
                viewers.enter_context(view(port, ANN, headers)).recv(10)
        viewers.enter_context(view(port, BOB)).recv(10)


def test_the_bound_on_connections_is_each_visitor_s_own(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "MAX_ADDRESS_CONNECTIONS", 2)
    with ExitStack() as viewers:
        for _ in range(2):
            viewers.enter_context(view(port, ANN)).recv(10)
        assert ask(port, "/camera1/healthz", ANN, FORGED)[0] == 502, "the proxy's own"
        assert ask(port, "/camera1/healthz", BOB)[0] == 200


def test_who_asks_too_much_waits_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(peers, "REQUESTS_A_SECOND", 0.1)
    monkeypatch.setattr(peers, "REQUESTS_AT_ONCE", 3)
    request.getfixturevalue("server")
    with PROXIES["nginx"](tmp_path, tmp_path / "socket") as port:
        for _ in range(3):
            assert ask(port, "/camera1/healthz", ANN)[0] == 200
        waiting = HTTPConnection(HOST, port, timeout=0.5, source_address=(ANN, 0))
        waiting.request("GET", "/camera1/healthz", headers=FORGED)
        assert ask(port, "/camera1/healthz", BOB)[0] == 200
        with pytest.raises(TimeoutError):
            waiting.getresponse()
        waiting.close()

"""Who is not let in, and how it is told so: pages by HTTP, viewers behind the handshake, the owner by the log."""

import asyncio
import errno
import gzip
from collections.abc import AsyncIterator
from typing import NoReturn

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from ws_stream import Server, UsageError
from ws_stream.protocol import control, messages
from ws_stream.server import gate, viewer
from ws_stream.server.admission import NO_STREAM
from ws_stream.server.request_log import LINES_A_MINUTE
from ws_stream.server.websocket import ViewerConnection

from .test_server import HANDSHAKE, fetch, picture, receive_frame, refusal, viewing


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0) as server:
        yield server


@pytest.mark.parametrize(
    ("path", "origin", "code", "sentence"),
    [
        (
            "/stream/camera",
            "http://dashboard.example",
            CloseCode.POLICY_VIOLATION,
            "pages of http://dashboard.example are not answered; right would be --allow-origin http://dashboard.example",
        ),
        (
            "/stream/camera?step=99",
            None,
            CloseCode.POLICY_VIOLATION,
            "step=99 cannot be; right would be a whole number from 1 to 16",
        ),
        (
            "/stream/kamera",
            None,
            NO_STREAM,
            "there is no stream at /stream/kamera; there are: camera",
        ),
        ("/nothing", None, NO_STREAM, "there is nothing at /nothing; the viewer is at /"),
    ],
)
async def test_a_viewer_is_told_why_it_is_not_let_in_where_its_page_can_read_it(
    server: Server, path: str, origin: str | None, code: int, sentence: str
) -> None:
    server.stream("camera")
    assert await refusal(server, path, origin) == (code, sentence)
    assert not server.streams["camera"].watched


async def test_a_reason_is_as_long_as_a_websocket_takes(server: Server) -> None:
    server.stream("camera")
    code, reason = await refusal(server, "/stream/" + "a" * 400)
    assert code == NO_STREAM
    assert len(reason) == 123


async def test_a_stream_that_comes_later_is_seen_at_the_next_attempt(server: Server) -> None:
    assert (await refusal(server, "/stream/camera"))[0] == NO_STREAM
    server.stream("camera").publish(picture(7))
    async with viewing(server) as websocket:
        assert ((await receive_frame(websocket)).pixels == 7).all()


async def test_who_is_refused_and_goes_on_talking_costs_no_memory_and_is_gone_in_time(
    server: Server,
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(HANDSHAKE.replace(b"camera", b"kamera"))
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x81\x82\0\0\0\0{}" * 1000)
    (connection,) = server._listener._reception.connections
    assert isinstance(connection, ViewerConnection)
    async with asyncio.timeout(viewer.CLOSE_TIMEOUT + 4):
        while server._listener._reception.connections:
            assert len(connection._early) <= 1000
            await asyncio.sleep(0.01)
    assert len(connection._early) < 1000
    writer.close()


async def test_refused_hosts_and_pages_are_logged_once_with_the_option_that_allows_them(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        await fetch(server, "/viewer.js", Host="proxy.example")
        await fetch(server, "/", Origin="http://dashboard.example")
        await refusal(server, "/stream/camera", "http://dashboard.example")
        await fetch(server, "/", Origin="null")
    assert caplog.messages == [
        "the host proxy.example is not answered for; right would be --allow-host proxy.example",
        "pages of http://dashboard.example are not answered; right would be --allow-origin http://dashboard.example",
        "pages of 'null' are not answered; right would be a page that a host serves by http",
    ]


@pytest.mark.parametrize("path", ["/", "/stream.js", "/streams", "/healthz", "/nothing", "/stream"])
async def test_a_page_that_may_open_the_socket_may_read_whatever_is_answered(
    server: Server, path: str
) -> None:
    _, headers, _ = await fetch(server, path, Origin="http://localhost:3000")
    assert headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    for origin in ({}, {"Origin": "null"}, {"Origin": "http://dashboard.example"}):
        _, headers, _ = await fetch(server, path, **origin)
        assert "Access-Control-Allow-Origin" not in headers
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_caches_are_told_what_a_reply_depends_on_and_to_ask_again(server: Server) -> None:
    asked = [{}, {"Accept-Encoding": "gzip"}]
    bodies = []
    for more in asked:
        _, headers, body = await fetch(server, "/stream.js", **more)
        bodies.append(gzip.decompress(body) if "Content-Encoding" in headers else body)
        status, again, nothing = await fetch(
            server, "/stream.js", **{**more, "If-None-Match": headers["ETag"]}
        )
        assert (status, nothing, again["ETag"]) == (304, b"", headers["ETag"])
        assert "Content-Length" not in again, "which would be that of the file"
        for told in (headers, again):
            assert told["Cache-Control"] == "no-cache"
            assert told["Vary"] == "Accept-Encoding, Origin"
    assert bodies[0] == bodies[1]


async def test_a_flood_of_ever_new_hosts_leaves_a_few_lines_in_the_log(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(5 * LINES_A_MINUTE):
        status, _, _ = await fetch(server, "/", Host=f"host-{number}.example")
        assert status == 403
    assert len(caplog.records) <= LINES_A_MINUTE + 1


async def test_a_fault_in_serving_a_viewer_is_one_line_however_often_it_is_met(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    camera = server.stream("camera")
    monkeypatch.setattr(camera, "join", lambda *_: 1 // 0)
    for _ in range(3):
        assert (await refusal(server, "/stream/camera"))[0] == CloseCode.INTERNAL_ERROR
    (record,) = caplog.records
    assert "ZeroDivisionError" in record.getMessage()
    assert not record.exc_info


async def test_so_is_a_fault_in_handling_what_a_viewer_says(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    camera = server.stream("camera")
    camera.publish(picture(1))
    for _ in range(3):
        async with viewing(server) as websocket:
            await receive_frame(websocket)
            monkeypatch.setattr(camera.audience, "grant", lambda *_: 1 // 0)
            await websocket.send(control.serialize(messages.Requested(1, {"fps": 5})))
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    await asyncio.wait_for(websocket.recv(), 5)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == CloseCode.INTERNAL_ERROR
    (record,) = caplog.records
    assert "could not be done: ZeroDivisionError" in record.getMessage()
    assert not record.exc_info


async def test_a_machine_without_the_host_s_family_of_addresses_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_family(*_: object) -> NoReturn:
        raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")

    monkeypatch.setattr(gate, "Gate", no_family)
    with pytest.raises(UsageError, match="cannot listen on ::1 port 0: Address family not"):
        async with Server("::1", 0):
            pass

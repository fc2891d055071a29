"""Servers by TLS on real sockets, spoken to by OpenSSL, curl and Python's ssl; on both event loops."""

import asyncio
import contextlib
import inspect
import os
import socket
import ssl
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvloop
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.typing import Subprotocol

from tests.pair import made_pair, move, write
from ws_stream import Server, Stream, connect
from ws_stream.limits import MAX_ADDRESS_CONNECTIONS
from ws_stream.pixels.formats import GRAY8, Pixels
from ws_stream.protocol.picture import SUBPROTOCOL, parse
from ws_stream.server import certificate as certificate_module
from ws_stream.server import plain_http
from ws_stream.server.viewer import UNREAD_BYTES
from ws_stream.walk import NumpyWalk, Walk, new_walk

from .test_server import HANDSHAKE

WALKS = pytest.mark.parametrize("walk", [NumpyWalk, new_walk], ids=["numpy", "quickest"])
HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
"""How what a client says by TLS begins."""


Pair = tuple[str, str]
Test = Callable[..., Coroutine[Any, Any, None]]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return made_pair(tmp_path_factory.mktemp("pair"))


def on_both_loops(test: Test) -> Callable[..., None]:
    """The test with a server by TLS, on asyncio's own event loop and on uvloop."""

    @wraps(test)
    def play(
        *rest: object, pair: Pair, loop: Callable[[], asyncio.AbstractEventLoop], **options: object
    ) -> None:
        async def run() -> None:
            async with Server(port=0, tls_cert=pair[0], tls_key=pair[1]) as server:
                given = {"server": server, "pair": pair}
                asked = {name: given[name] for name in given if name in own}
                await test(*rest, **asked, **options)

        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(run())

    own = inspect.signature(test).parameters
    others = [own[name] for name in own if name not in ("server", "pair")]
    for name in ("pair", "loop"):
        others.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY))
    play.__signature__ = inspect.Signature(others)  # type: ignore[attr-defined]  # what pytest asks
    loops = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
    return pytest.mark.parametrize("loop", loops.values(), ids=loops)(play)


def trusted(pair: Pair) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=pair[0])


def noise(seed: int) -> Pixels:
    """A picture that is far larger than a socket's buffer, however it is packed."""
    return np.random.default_rng(seed).integers(0, 256, (600, 800), np.uint8)


def viewing(server: Server, pair: Pair, query: str = "") -> open_websocket:
    return open_websocket(
        f"wss://localhost:{server.port}/stream/camera{query}",
        ssl=trusted(pair),
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        compression=None,
        proxy=None,
        max_size=None,
    )


async def output_of(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    return (await asyncio.wait_for(process.communicate(), 10))[0].decode()


async def reply_to(port: int, request: bytes, tls: ssl.SSLContext | None = None) -> bytes:
    """All that is said until the connection ends."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=tls, server_hostname="localhost" if tls else None
    )
    with contextlib.closing(writer):
        writer.write(request)
        try:
            return await asyncio.wait_for(reader.read(), 10)
        except ConnectionError:
            return b""


GET = b"GET /healthz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"


class TestReplies:
    @on_both_loops
    async def test_curl_is_answered_by_https_and_addresses_say_so(
        self, server: Server, pair: Pair
    ) -> None:
        assert server.urls() == [f"https://127.0.0.1:{server.port}/"]
        said = await output_of("curl", "-sSi", "--cacert", pair[0], server.urls()[0] + "healthz")
        assert said.endswith('{"status": "ok"}')
        assert "Strict-Transport-Security" not in said

    @on_both_loops
    async def test_openers_are_kept_out_whatever_the_host(self, server: Server, pair: Pair) -> None:
        said = await reply_to(server.port, GET % b"192.168.1.7", trusted(pair))
        assert b"Cross-Origin-Opener-Policy: same-origin\r\n" in said

    @pytest.mark.parametrize(
        ("option", "expected"),
        [
            ("-tls1_1", "tlsv1 alert protocol version"),
            ("-tls1_2", "New, TLSv1.2, Cipher is ECDHE-"),
            ("-tls1_3", "New, TLSv1.3, Cipher is TLS_"),
            ("-alpn=h2,http/1.1", "ALPN protocol: http/1.1"),
        ],
    )
    @on_both_loops
    async def test_openssl_finds_tls_from_1_2_on(
        self, server: Server, pair: Pair, option: str, expected: str
    ) -> None:
        words = [*option.split("="), "-cipher", "DEFAULT@SECLEVEL=0"]
        address = f"127.0.0.1:{server.port}"
        assert expected in await output_of("openssl", "s_client", *words, "-connect", address)

    @on_both_loops
    async def test_a_request_and_its_handshake_may_come_byte_by_byte(
        self, server: Server, pair: Pair
    ) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = trusted(pair).wrap_bio(incoming, outgoing, server_hostname="localhost")
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)

        async def talk(step: Callable[[], object]) -> object:
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    for byte in outgoing.read():
                        writer.write(bytes((byte,)))
                        await asyncio.sleep(0)
                    incoming.write(await asyncio.wait_for(reader.read(100), 5))

        await talk(tls.do_handshake)
        tls.write(GET % b"localhost")
        assert str(await talk(lambda: tls.read(1000))).startswith("b'HTTP/1.1 200 OK")
        writer.close()


class TestPlainHttp:
    @on_both_loops
    async def test_it_is_told_in_a_sentence_what_would_be_right(
        self, server: Server, pair: Pair
    ) -> None:
        said = (await reply_to(server.port, GET % b"localhost:81")).decode()
        assert said.startswith("HTTP/1.1 400 ")
        assert said.endswith(
            "\r\n\r\nthis port speaks https; right would be https://localhost:81/\n"
        )
        assert "\r\nContent-Security-Policy: " in said
        assert "\r\nX-Content-Type-Options: nosniff\r\n" in said

    @on_both_loops
    async def test_a_host_that_is_not_answered_for_is_not_named_as_one_to_go_to(
        self, server: Server, pair: Pair
    ) -> None:
        said = await reply_to(server.port, GET % b"evil.example")
        assert said.startswith(b"HTTP/1.1 403 ")
        assert b"https://evil" not in said

    @pytest.mark.parametrize(
        "request_", [b"GET / HTTP/1.0\r\n\r\n", b"\r\n\r\n", b"SSH-2.0-OpenSSH_9\r\n", b"\x80\x2e"]
    )
    @on_both_loops
    async def test_whatever_is_said_the_connection_ends(
        self, server: Server, pair: Pair, request_: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(plain_http, "REQUEST_WITHIN", 0.2)
        said = await reply_to(server.port, request_)
        assert b"status" not in said

    @on_both_loops
    async def test_a_viewer_is_told_behind_the_handshake_and_sees_nothing(
        self, server: Server, pair: Pair
    ) -> None:
        server.stream("camera").publish(noise(1))
        async with open_websocket(
            f"ws://127.0.0.1:{server.port}/stream/camera",
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            proxy=None,
        ) as websocket:
            with pytest.raises(ConnectionClosed) as closed:
                await asyncio.wait_for(websocket.recv(), 5)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == CloseCode.POLICY_VIOLATION
        assert closed.value.rcvd.reason.startswith("this port speaks https; right would be https:")


class TestTlsWhereThereIsNone:
    @on_both_loops
    async def test_it_ends_at_once_and_the_log_has_one_line_of_it(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with Server(port=0) as server:
            for _ in range(30):
                said = await reply_to(server.port, HELLO)
                assert (
                    b"TLS was spoken to this port, which speaks http; right would be http" in said
                )
        (line,) = caplog.messages
        assert "--tls-cert" in line

    @on_both_loops
    async def test_curl_says_what_it_found(self) -> None:
        async with Server(port=0) as server:
            said = await output_of("curl", "-sS", f"https://127.0.0.1:{server.port}/")
        assert "wrong version number" in said


class TestHandshakes:
    """Whoever begins one is a connection, under the bounds of all."""

    @on_both_loops
    async def test_of_300_that_never_end_few_are_there_and_others_are_answered(
        self, server: Server, pair: Pair, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(plain_http, "REQUEST_WITHIN", 1.0)
        connections = server._listener._reception.connections
        connections._arrivals._at_once = 1000
        begun = []
        for number in range(300):
            begun.append(socket.create_connection(("127.0.0.1", server.port)))
            begun[-1].sendall(HELLO[: number % 12])
            await asyncio.sleep(0)
            assert len(connections) <= MAX_ADDRESS_CONNECTIONS
        assert b"200 OK" in await reply_to(server.port, GET % b"localhost", trusted(pair))
        async with asyncio.timeout(10):
            while len(connections):
                await asyncio.sleep(0.01)
        for one in begun:
            one.close()

    @pytest.mark.parametrize("rest", [b"", b"\0" * 2000, b"\xff" * 2000, os.urandom(3000)])
    @on_both_loops
    async def test_garbage_behind_the_first_byte_ends_in_silence(
        self,
        server: Server,
        pair: Pair,
        rest: bytes,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr(plain_http, "REQUEST_WITHIN", 0.2)
        for head in (b"\x16", HELLO):
            said = await reply_to(server.port, head + rest)
            assert said[:1] in (b"", b"\x15"), "nothing, or an alert"
        assert caplog.messages == []

    @on_both_loops
    async def test_a_server_that_closes_amid_one_ends(self, pair: Pair) -> None:
        async with Server(port=0, tls_cert=pair[0], tls_key=pair[1]) as server:
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(HELLO)
            await asyncio.sleep(0.01)
        writer.close()

    @on_both_loops
    async def test_sessions_that_are_kept_for_clients_before_tls_1_3_do_not_pile_up(
        self, server: Server, pair: Pair, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(certificate_module, "MAX_SESSIONS", 3)
        tls = trusted(pair)
        tls.maximum_version = ssl.TLSVersion.TLSv1_2
        tls.options |= ssl.OP_NO_TICKET
        certificate = server._listener._reception.certificate
        assert certificate
        for _ in range(5):
            assert b"200 OK" in await reply_to(server.port, GET % b"localhost", tls)
        assert certificate.context.session_stats()["number"] == 5
        certificate._watch()
        assert certificate.context.session_stats()["number"] == 0


class TestPictures:
    @WALKS
    @on_both_loops
    async def test_a_client_sees_each_picture_exactly(
        self, server: Server, pair: Pair, walk: Callable[[float], Walk]
    ) -> None:
        stream = server.add(Stream("camera", format=GRAY8, fps=1000, walk=walk))
        number = 0
        stream.publish(noise(number))
        link = connect(server.urls(stream)[0], tls_ca=pair[0])
        async with contextlib.aclosing(aiter(link)) as frames:
            async for frame in frames:
                assert (frame.pixels == noise(number)).all()
                if number == 10:
                    break
                number += 1
                stream.publish(noise(number))
        assert link.refused_messages == link.checksum_mismatches == 0

    @on_both_loops
    async def test_mapped_memory_is_shown_as_it_changes(
        self, server: Server, pair: Pair, tmp_path: Path
    ) -> None:
        shown = str(tmp_path / "picture")
        write(shown, bytes(24))
        stream = server.serve(f"mmap:{shown}?width=6&height=4&format=gray8", fps=200)
        link = connect(server.urls(stream)[0], tls_ca=pair[0])
        async with contextlib.aclosing(aiter(link)) as frames:
            for value in range(1, 20):
                write(shown, bytes([value]) * 24)
                async with asyncio.timeout(5):
                    while (await anext(frames)).pixels.max() != value:
                        pass
        assert link.refused_messages == link.checksum_mismatches == 0

    @on_both_loops
    async def test_pongs_come_between_pictures_and_never_within_one(
        self, server: Server, pair: Pair
    ) -> None:
        stream = server.add(Stream("camera", format=GRAY8, fps=1000))
        async with viewing(server, pair, "?acknowledge=no") as websocket:
            for number in range(1, 20):
                pong = await websocket.ping(b"%d" % number)
                stream.publish(noise(number))
                await last_picture(websocket, number)
                await asyncio.wait_for(pong, 5)

    @WALKS
    @on_both_loops
    async def test_who_reads_slowly_skips_pictures_and_memory_is_bounded(
        self, server: Server, pair: Pair, walk: Callable[[float], Walk]
    ) -> None:
        stream = server.add(Stream("camera", format=GRAY8, fps=1000, walk=walk))
        async with viewing(server, pair, "?acknowledge=no") as websocket:
            websocket.transport.pause_reading()
            (connection,) = server._listener._reception.connections
            for number in range(1, 60):
                stream.publish(noise(number))
                await asyncio.sleep(0.003)
                waiting = connection.transport.get_write_buffer_size()
                assert waiting < noise(0).size + UNREAD_BYTES
            assert waiting
            websocket.transport.resume_reading()
            shown = await last_picture(websocket, 59)
            assert len(shown) < 30
            assert not connection.transport.get_write_buffer_size()

    @on_both_loops
    async def test_goodbye_is_said_when_the_server_closes(self, pair: Pair) -> None:
        async with Server(port=0, tls_cert=pair[0], tls_key=pair[1]) as server:
            server.stream("camera").publish(noise(1))
            websocket = await viewing(server, pair)
            await websocket.recv()
        await websocket.wait_closed()
        assert websocket.close_code == CloseCode.GOING_AWAY


async def last_picture(websocket: ClientConnection, number: int) -> list[int]:
    """The numbers of all pictures until this one."""
    shown: list[int] = []
    while shown[-1:] != [number]:
        message = await asyncio.wait_for(websocket.recv(), 10)
        if isinstance(message, bytes):
            shown.append(parse(message).number)
    return shown


class TestReplaced:
    @on_both_loops
    async def test_viewers_stay_and_whoever_comes_then_is_shown_the_new_one(
        self, tmp_path: Path
    ) -> None:
        old, new = made_pair(tmp_path, "old"), made_pair(tmp_path, "new")
        async with Server(port=0, tls_cert=old[0], tls_key=old[1]) as server:
            stream = server.stream("camera", format=GRAY8)
            stream.publish(noise(1))
            async with viewing(server, old, "?acknowledge=no") as websocket:
                await last_picture(websocket, 1)
                for before, after in zip(old, new, strict=True):
                    move(after, before)
                server.reload()
                stream.publish(noise(2))
                await last_picture(websocket, 2)
                async with viewing(server, old) as other:
                    shown = [w.transport.get_extra_info("peercert") for w in (websocket, other)]
        assert ["new.example" in str(certificate) for certificate in shown] == [False, True]


@on_both_loops
async def test_a_goodbye_by_tls_amid_a_request_ends_the_connection(
    server: Server, pair: Pair
) -> None:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", server.port, ssl=trusted(pair), server_hostname="localhost"
    )
    writer.write(HANDSHAKE[:20])
    writer.close()
    async with asyncio.timeout(plain_http.REQUEST_WITHIN - 1):
        while len(server._listener._reception.connections):
            await asyncio.sleep(0.001)
    assert await reader.read() == b""

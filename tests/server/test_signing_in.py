"""Tokens over real sockets: who is let in, by what, who may operate, and where a token never gets to."""

import asyncio
import logging
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path

import numpy as np
import pytest
from websockets.asyncio.client import connect as dial
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from ws_stream import ConnectError, Frame, InputEvents, Key, Server, UsageError, connect
from ws_stream.protocol import control, messages
from ws_stream.protocol.picture import SUBPROTOCOL
from ws_stream.server.admission import NO_RIGHT
from ws_stream.server.judgement import WRONG_AT_ONCE
from ws_stream.server.tokens import new_token

from .test_requests import heard
from .test_server import fetch

VIEW, CONTROL = "v" * 43, "c" * 43
TOKENS = [f"view:{VIEW}", f"control:{CONTROL}"]
PRESSED, RELEASED = Key("a", "KeyA", True), Key("a", "KeyA", False)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0, tokens=TOKENS) as server:
        server.stream("camera", input=True).publish(np.zeros((4, 6), np.uint8))
        yield server


def url(server: Server) -> str:
    return f"ws://127.0.0.1:{server.port}/stream/camera"


async def ended(server: Server, *, protocols: str = "", **headers: str) -> tuple[int, str] | None:
    """How a viewer that presents this is told goodbye; None: it hears the stream."""
    offered = [Subprotocol(SUBPROTOCOL), *map(Subprotocol, protocols.split())]
    async with dial(
        url(server), subprotocols=offered, additional_headers=headers, proxy=None
    ) as socket:
        assert socket.subprotocol == SUBPROTOCOL
        try:
            await socket.recv()
        except ConnectionClosed as closed:
            assert closed.rcvd
            return closed.rcvd.code, closed.rcvd.reason
    return None


async def test_a_viewer_presents_its_token_in_one_of_three_ways(server: Server) -> None:
    port = server.port
    for token in (VIEW, CONTROL):
        assert await ended(server, Authorization=f"Bearer {token}") is None
        assert await ended(server, Cookie=f"a=b; ws-stream-{port}={token}") is None
        assert await ended(server, protocols=f"ws-stream.token.{token}") is None


async def test_one_without_a_right_is_told_so_by_a_code_after_which_none_tries_again(
    server: Server,
) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Cookie": f"ws-stream-1={VIEW}"}):
        closed = await ended(server, **headers)
        assert closed
        assert closed[0] == NO_RIGHT
        assert "right would be" in closed[1]
    assert not server.streams["camera"].watched


async def test_a_python_viewer_has_its_token_alone_or_as_its_line(server: Server) -> None:
    for token in (VIEW, f"view:{VIEW}", f"control:{CONTROL}\n"):
        async with asyncio.timeout(5):
            frame = await anext(aiter(connect(url(server), token=token)))
        assert isinstance(frame, Frame)
    async with asyncio.timeout(5):
        assert await anext(aiter(connect(f"{url(server)}#token={VIEW}")))
    with pytest.raises(ConnectError, match="a token is needed to see this"):
        await anext(aiter(connect(url(server))))


@pytest.mark.parametrize("token", ["", "short", f"{VIEW}!", f"admin:{VIEW}", 5, b"x" * 30])
def test_what_is_no_token_is_refused_and_not_shown(token: object) -> None:
    with pytest.raises(
        UsageError, match="what was given as the token is none; right would be"
    ) as told:
        connect("ws://127.0.0.1:1/stream", token=token)  # type: ignore[arg-type]  # wrong on purpose
    assert not token or str(token) not in str(told.value)


async def do(server: Server, token: str) -> messages.Announcement:
    """Press a key, with this token; what was announced."""
    headers = {"Authorization": f"Bearer {token}"}
    async with dial(
        url(server), subprotocols=[Subprotocol(SUBPROTOCOL)], additional_headers=headers, proxy=None
    ) as socket:
        told = await heard(socket, messages.Announcement)
        await socket.send(control.serialize(messages.Input(told.epoch, 1, (PRESSED,))))
        await socket.send(control.serialize(messages.ClockQuestion(1)))
        await heard(socket, messages.ClockAnswer)
    return told


async def test_only_who_may_control_is_told_so_and_heard(server: Server) -> None:
    events: InputEvents = server.streams["camera"].input()
    assert not (await do(server, VIEW)).input
    assert (await do(server, CONTROL)).input
    async with asyncio.timeout(5):
        assert [(await anext(events)).action for _ in range(2)] == [PRESSED, RELEASED]
    events.close()
    assert [event async for event in events] == []


@pytest.mark.parametrize("path", ["/streams", "/signin", "/stream/camera"])
async def test_a_program_without_a_token_is_told_what_it_needs(server: Server, path: str) -> None:
    status, headers, body = await fetch(server, path)
    assert status == HTTPStatus.UNAUTHORIZED
    assert headers["WWW-Authenticate"].startswith("Bearer")
    assert "right would be" in body.decode()


async def test_the_page_and_the_health_of_the_server_need_none(server: Server) -> None:
    for path in ("/", "/viewer.js", "/healthz"):
        assert (await fetch(server, path))[0] == HTTPStatus.OK


async def test_signing_in_makes_a_cookie_that_no_script_and_no_other_site_has(
    server: Server,
) -> None:
    status, headers, body = await fetch(server, "/signin", Authorization=f"Bearer {VIEW}")
    assert (status, body) == (HTTPStatus.NO_CONTENT, b"")
    cookie, *attributes = headers["Set-Cookie"].split("; ")
    assert set(attributes) == {"Path=/", "Max-Age=34560000", "HttpOnly", "SameSite=Strict"}
    assert (await fetch(server, "/streams", Cookie=cookie))[0] == HTTPStatus.OK
    assert await ended(server, Cookie=cookie) is None


async def test_a_wrong_token_makes_no_cookie(server: Server) -> None:
    for authorization in ("Bearer wrong", "Basic wrong", ""):
        status, headers, _ = await fetch(server, "/signin", Authorization=authorization)
        assert status == HTTPStatus.UNAUTHORIZED
        assert "Set-Cookie" not in headers


async def test_who_is_signed_in_already_is_told_so_and_has_no_other_cookie(server: Server) -> None:
    cookie = f"ws-stream-{server.port}={VIEW}"
    status, headers, _ = await fetch(server, "/signin", Cookie=cookie)
    assert status == HTTPStatus.OK
    assert "Set-Cookie" not in headers


async def test_nor_does_one_that_a_right_cookie_comes_with(server: Server) -> None:
    """Who is signed in and opens an old address would be signed out, and the header is the client's own text."""
    cookie = f"ws-stream-{server.port}={VIEW}"
    for wrong in (new_token(), f"{VIEW}; Domain=evil.example", "", "\xff"):
        told = await fetch(server, "/signin", Authorization=f"Bearer {wrong}", Cookie=cookie)
        assert told[0] == HTTPStatus.UNAUTHORIZED
        assert "Set-Cookie" not in told[1]
    for path in ("/streams", "/metrics"):
        told = await fetch(server, path, Authorization=f"Bearer {new_token()}", Cookie=cookie)
        assert told[0] == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("token", [VIEW, "a; Domain=evil.example", "a\tb", "\xff", ""])
async def test_a_server_without_tokens_makes_no_cookie_of_what_it_is_told(token: str) -> None:
    async with Server(port=0) as server:
        status, headers, _ = await fetch(server, "/signin", Authorization=f"Bearer {token}")
    assert status == HTTPStatus.OK
    assert "Set-Cookie" not in headers


async def test_who_guesses_is_slowed_and_who_watches_goes_on(server: Server) -> None:
    watching = aiter(connect(url(server), token=VIEW))
    async with asyncio.timeout(10):
        await anext(watching)
        for _ in range(WRONG_AT_ONCE):
            await fetch(server, "/streams", Authorization=f"Bearer {new_token()}")
        status, headers, _ = await fetch(server, "/streams", Authorization=f"Bearer {VIEW}")
        assert (status, headers["Retry-After"]) == (HTTPStatus.TOO_MANY_REQUESTS, "2")
        closed = await ended(server, Authorization=f"Bearer {VIEW}")
        assert closed
        assert closed[0] == 1013
        server.streams["camera"].publish(np.ones((4, 6), np.uint8))
        assert (await anext(watching)).pixels.all()
    await watching.aclose()


async def test_no_log_has_a_token_whatever_is_logged(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = new_token()
    for token in (VIEW, wrong):
        await ended(server, Authorization=f"Bearer {token}")
        await ended(server, protocols=f"ws-stream.token.{token}")
        await fetch(server, "/streams", Cookie=f"ws-stream-{server.port}={token}")
        await fetch(
            server, "/signin", Authorization=f"Bearer {token}", Origin="http://evil.example"
        )
        try:
            await anext(aiter(connect(url(server), token=token)))
        except ConnectError:
            assert token is wrong
    ours = [
        r for r in caplog.records if not (r.name == "websockets.client" and "conn" not in r.msg)
    ]
    shown = "\n".join(record.getMessage() for record in ours)
    assert VIEW not in shown
    assert wrong not in shown


async def test_a_file_of_tokens_is_asked_for_as_it_is_when_the_server_begins(
    tmp_path: Path,
) -> None:
    file = tmp_path / "tokens"
    file.write_text(TOKENS[0])
    file.chmod(0o600)
    async with Server(port=0, token_file=file) as server:
        assert (await fetch(server, "/streams"))[0] == HTTPStatus.UNAUTHORIZED
        bearer = f"Bearer {VIEW}"
        assert (await fetch(server, "/streams", Authorization=bearer))[0] == HTTPStatus.OK


async def test_a_file_that_is_read_anew_sends_away_who_has_no_right_any_more_and_nobody_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "tokens"
    file.write_text("\n".join(TOKENS))
    file.chmod(0o600)
    async with Server(port=0, token_file=file) as server, asyncio.timeout(10):
        camera = server.stream("camera")
        camera.publish(np.zeros((4, 6), np.uint8))
        withdrawn = aiter(connect(url(server), token=VIEW))
        kept = aiter(connect(url(server), token=CONTROL))
        for each in (withdrawn, kept):
            await anext(each)
        file.write_text("no token")
        server.reload()
        assert "until then the tokens are those before" in caplog.text
        assert VIEW not in caplog.text
        camera.publish(np.ones((4, 6), np.uint8))
        for each in (withdrawn, kept):
            await anext(each)
        file.write_text(TOKENS[1])
        server.reload()
        with pytest.raises(ConnectError, match="this token gives no right"):
            await anext(withdrawn)
        camera.publish(np.zeros((4, 6), np.uint8))
        assert not (await anext(kept)).pixels.any()
        await kept.aclose()


@pytest.mark.parametrize(
    ("host", "options", "lines"),
    [
        ("0.0.0.0", {}, 1),
        ("0.0.0.0", {"tokens": TOKENS}, 0),
        ("127.0.0.1", {}, 0),
        ("::1", {}, 0),
        ("", {}, 1),
    ],
)
async def test_a_server_that_a_network_reaches_without_a_token_says_so_once(
    host: str, options: dict[str, list[str]], lines: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with Server(host, 0, **options):  # type: ignore[arg-type]  # of tokens only
        pass
    assert [r.getMessage().count("--token-file FILE") for r in caplog.records] == [1] * lines


@pytest.mark.parametrize(("scheme", "is_secure"), [("http", False), ("https", True)])
async def test_behind_a_proxy_the_cookie_is_of_its_path_and_by_https_of_https_only(
    scheme: str, is_secure: bool
) -> None:
    options = {"root_path": "/camera1", "trusted_proxies": ["127.0.0.1"]}
    async with Server(port=0, tokens=TOKENS, **options) as server:  # type: ignore[arg-type]  # of these two
        said = {"Authorization": f"Bearer {VIEW}", "X-Forwarded-Proto": scheme}
        _, headers, _ = await fetch(server, "/camera1/signin", **said)
        attributes = headers["Set-Cookie"].split("; ")
        assert "Path=/camera1/" in attributes
        assert ("Secure" in attributes) is is_secure

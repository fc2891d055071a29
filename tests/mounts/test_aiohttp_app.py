"""A mount in an aiohttp application answers as the server's own port does."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import numpy as np
import pytest
from aiohttp import web

from tests.server.test_server import fetch, picture
from ws_stream import Server, UsageError, aiohttp_app, connect
from ws_stream.limits import MAX_VIEWER_MESSAGE
from ws_stream.protocol.picture import SUBPROTOCOL

from .hosts import nothing_grows
from .program import PICTURE
from .test_asgi import ASKED, OURS, TOKEN

AIOHTTP_S = {"date", "server"}


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[tuple[str, web.AppRunner]]:
    """An application's address, and what runs it."""
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", runner
    finally:
        await runner.cleanup()


@asynccontextmanager
async def mounted(server: Server) -> AsyncIterator[tuple[str, web.AppRunner]]:
    async def home(_: web.Request) -> web.Response:
        return web.Response(text="at home")

    app = web.Application()
    app.router.add_get("/", home)
    app.add_subapp("/cam/", aiohttp_app(server))
    async with served(app) as running:
        yield running


@asynccontextmanager
async def viewing(
    url: str, path: str, **headers: str
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{url}{path}", protocols=[SUBPROTOCOL], headers=headers) as opened,
    ):
        yield opened


async def ending(opened: aiohttp.ClientWebSocketResponse) -> tuple[int | None, str | None]:
    while (message := await opened.receive(60)).type in (
        aiohttp.WSMsgType.TEXT,
        aiohttp.WSMsgType.BINARY,
    ):
        pass
    return message.data, message.extra


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
async def test_a_request_has_the_reply_that_it_has_at_the_server_s_own_port(method: str) -> None:
    async with Server(port=0, tokens=[f"view:{TOKEN}"]) as server, mounted(server) as (url, _):
        server.stream("camera").publish(picture(1))
        async with aiohttp.ClientSession(auto_decompress=False) as session:
            for path, more in ASKED:
                if ".." in path:
                    continue  # aiohttp looks for them outside of the mount
                headers = {
                    "Host": f"127.0.0.1:{server.port}",
                    "Accept-Encoding": "identity",
                    **more,
                }
                async with session.request(method, f"{url}/cam{path}", headers=headers) as reply:
                    said = {name.lower(): value for name, value in reply.headers.items()}
                    body = await reply.read()
                own_status, own_headers, own_body = await fetch(server, path, method, **headers)
                own = {name.lower(): value for name, value in own_headers.items()}
                own = {name: value for name, value in own.items() if name not in OURS}
                said = {name: value for name, value in said.items() if name not in OURS | AIOHTTP_S}
                assert (reply.status, said, body) == (own_status, own, own_body), (path, more)


async def test_its_pictures_are_exact_and_the_program_goes_on_as_it_was() -> None:
    server = Server()
    server.stream("camera").publish(PICTURE)
    async with mounted(server) as (url, _), aiohttp.ClientSession() as session:
        async for frame in connect(f"{url}/cam/?stream=camera"):
            assert np.array_equal(frame.to_rgb(), PICTURE)
            break
        async with session.get(f"{url}/cam/mjpeg/camera") as reply:
            assert reply.content_type == "multipart/x-mixed-replace"
            data = b""
            while data.count(b"\r\n--picture\r\n") < 2:
                data += await reply.content.readany()
            assert server.streams["camera"].watched
            server.remove(server.streams["camera"])
            assert (await reply.read()).endswith(b"--picture--\r\n")
        for path, shown in (("/", b"at home"), ("/cam?stream=camera", b"<canvas")):
            async with session.get(f"{url}{path}") as reply:
                assert shown in await reply.read()
        async with session.get(f"{url}/cam/../pyproject.toml") as reply:
            assert reply.status == 404


async def test_a_viewer_is_refused_by_the_code_of_the_server_s_own_port() -> None:
    server = Server()
    server.stream("camera")
    async with mounted(server) as (url, _):
        async with viewing(url, "/cam/stream/camera", Origin="http://evil.example") as viewer:
            assert (await ending(viewer))[0] == 1008
        async with viewing(url, "/cam/stream/camera", Host="evil.example") as viewer:
            assert (await ending(viewer))[0] == 1008
        async with viewing(url, "/cam/stream/nothing") as viewer:
            code = 4004, "there is no stream at /stream/nothing; there are: camera"
            assert await ending(viewer) == code
        async with viewing(url, "/cam/stream/camera") as viewer:
            await viewer.send_str("x" * (MAX_VIEWER_MESSAGE + 1))
            assert (await ending(viewer))[0] == 1009


async def test_when_the_program_ends_its_viewers_hear_that_it_goes_away() -> None:
    server = Server()
    server.stream("camera").publish(PICTURE)
    async with mounted(server) as (url, runner), viewing(url, "/cam/stream/camera") as viewer:
        assert viewer.compress == 0, "pictures are packed already"
        await viewer.receive()
        ended = asyncio.create_task(runner.cleanup())
        assert (await ending(viewer))[0] == 1001
        await viewer.close()
        await ended


async def test_for_a_viewer_that_never_reads_nothing_grows() -> None:
    server = Server()
    camera = server.stream("camera", fps=1000)
    async with (
        mounted(server) as (url, _),
        viewing(url, "/cam/stream/camera?acknowledge=0") as viewer,
    ):
        transport: Any = viewer._conn and viewer._conn.transport
        await nothing_grows(server, camera, transport)


async def test_another_thing_than_a_server_is_refused() -> None:
    with pytest.raises(UsageError, match=r"server='camera' .* right would be a ws_stream.Server"):
        aiohttp_app("camera")  # type: ignore[arg-type]


def test_without_aiohttp_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(UsageError, match="right would be: pip install aiohttp"):
        aiohttp_app(Server())

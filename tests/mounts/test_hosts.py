"""Real hosts of ASGI programs, with real frameworks: the same as at a port of the server's own."""

import asyncio
import io
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.client import HTTPConnection
from typing import Any

import numpy as np
import pytest
import uvicorn
from PIL import Image
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as open_plainly
from websockets.typing import Origin, Subprotocol

from ws_stream import Server, asgi, connect
from ws_stream.protocol.picture import SUBPROTOCOL

from .hosts import HOST, HOSTS, get, hosted, nothing_grows
from .program import PICTURE

OFTEN = [("uvicorn", "fastapi"), ("hypercorn", "quart"), ("granian", "starlette")]
EACH = [(host, app) for host in HOSTS for app in ("fastapi", "starlette", "quart")]
ENDS_WITH = {"uvicorn": 1012, "hypercorn": 1001, "granian": 1006}
"""The close codes by which hosts end; granian says none."""


def view(port: int, name: str = "camera", origin: str | None = None) -> Any:  # noqa: ANN401 - a context
    return open_plainly(
        f"ws://{HOST}:{port}/cam/stream/{name}",
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        origin=Origin(origin) if origin else None,
        compression=None,
        proxy=None,
    )


def film(port: int) -> Iterator[bytes]:
    """The first two JPEGs of MJPEG, and then nobody reads on."""
    connection = HTTPConnection(HOST, port, timeout=60)
    try:
        connection.request("GET", "/cam/mjpeg/camera")
        answer = connection.getresponse()
        assert answer.status == 200
        for _ in range(2):
            while not (line := answer.readline()).startswith(b"Content-Length"):
                pass
            while answer.readline() != b"\r\n":
                pass
            yield answer.read(int(line.partition(b":")[2]))
    finally:
        connection.close()


def ending(viewer: ClientConnection) -> int:
    """The code by which it is closed."""
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            viewer.recv(60)
    return closed.value.rcvd.code if closed.value.rcvd else 1006


@pytest.mark.parametrize(
    ("host", "app"),
    [
        pytest.param(*one, marks=() if one in OFTEN else pytest.mark.long, id="-".join(one))
        for one in EACH
    ],
)
def test_a_program_shows_its_pictures_by_its_own_socket_and_goes_on_as_it_was(
    host: str, app: str
) -> None:
    with hosted(host, app) as (port, program):
        assert b"at home" in get(port, "/")[1]
        with connect(f"http://{HOST}:{port}/cam/?stream=camera") as screen:
            assert np.array_equal(screen.wait_for(bool, 60).to_rgb(), PICTURE)
        assert b"<canvas" in get(port, "/cam/")[1]
        assert get(port, "/cam/healthz") == (200, b'{"status": "ok"}')
        assert b'"camera"' in get(port, "/cam/streams")[1]
        assert get(port, "/cam/streams", Host="evil.example")[0] == 403
        assert get(port, "/cam/streams", Origin="http://evil.example")[0] == 403
        png = get(port, "/cam/snapshot/camera.png")[1]
        assert np.array_equal(np.array(Image.open(io.BytesIO(png))), PICTURE)
        for part in film(port):
            assert np.array(Image.open(io.BytesIO(part))).shape == PICTURE.shape
        while b'"viewers": 0' not in get(port, "/cam/streams")[1]:
            time.sleep(0.02)
        for path in ("/cam/../pyproject.toml", "/cam/%2e%2e/pyproject.toml", "/cam//etc/passwd"):
            assert get(port, path)[0] == 404, path
        with view(port, origin="http://evil.example") as viewer:
            assert ending(viewer) == 1008
        with view(port, "nothing") as viewer:
            assert ending(viewer) == 4004
        with view(port) as viewer:
            assert viewer.subprotocol == SUBPROTOCOL
            viewer.recv(60)
            viewer.socket.close()  # midway, without a word
        while b'"viewers": 0' not in get(port, "/cam/streams")[1]:
            time.sleep(0.02)
        with view(port) as viewer:
            viewer.recv(60)
            program.terminate()
            assert ending(viewer) == ENDS_WITH[host]


@asynccontextmanager
async def mounted(server: Server) -> AsyncIterator[int]:
    """Uvicorn, in this process and event loop."""
    settings = uvicorn.Config(asgi(server), HOST, 0, log_level="warning", ws_ping_interval=None)
    host = uvicorn.Server(settings)
    task = asyncio.create_task(host.serve())
    while not host.started:
        await asyncio.sleep(0.01)
    yield host.servers[0].sockets[0].getsockname()[1]
    host.should_exit = True
    await task


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("acknowledges", ["", "?acknowledge=0"], ids=["acknowledges", "does not"])
async def test_for_a_viewer_that_never_reads_nothing_grows(acknowledges: str) -> None:
    server = Server()
    camera = server.stream("camera", fps=1000)
    async with mounted(server) as port:
        url = f"ws://{HOST}:{port}/stream/camera{acknowledges}"
        async with open_websocket(
            url, subprotocols=[Subprotocol(SUBPROTOCOL)], max_queue=1, compression=None, proxy=None
        ) as viewer:
            await nothing_grows(server, camera, viewer.transport)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_a_server_that_is_closed_says_goodbye_while_its_program_goes_on() -> None:
    server = Server()
    server.stream("camera").publish(PICTURE)
    async with mounted(server) as port:
        url = f"ws://{HOST}:{port}/stream/camera"
        async with open_websocket(
            url, subprotocols=[Subprotocol(SUBPROTOCOL)], compression=None, proxy=None
        ) as viewer:
            await viewer.recv()
            await server.close()
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    await viewer.recv()
            assert closed.value.rcvd
            assert closed.value.rcvd.code == 1001
        status, said = await asyncio.to_thread(get, port, "/")
        assert (status, said) == (503, b"this server was closed; right would be a new one\n")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_the_server_s_own_port_and_a_mount_show_the_same_streams() -> None:
    async with Server(port=0) as server:
        server.stream("camera").publish(PICTURE)
        async with mounted(server) as port:
            for place in (port, server.port):
                async for frame in connect(f"ws://{HOST}:{place}/stream/camera"):
                    assert np.array_equal(frame.to_rgb(), PICTURE)
                    break

"""The programs of docs/mounting.md run as they stand there."""

import numpy as np

from tests.test_docs import programs
from tests.test_flask import address
from ws_stream import connect

from .test_aiohttp_app import served
from .test_asgi import ask

FASTAPI, AIOHTTP, FLASK = programs("mounting.md")
PICTURE = np.full((6, 8, 3), 77, np.uint8)


async def test_the_one_of_fastapi() -> None:
    names: dict[str, object] = {}
    exec(FASTAPI, names)
    headers = {"Host": "localhost"}
    status, _, body = await ask(names["app"], "/cam/streams", "GET", headers, root="")  # type: ignore[arg-type]
    assert (status, b'"camera"' in body) == (200, True)


async def test_the_one_of_aiohttp() -> None:
    names: dict[str, object] = {}
    exec(AIOHTTP, names)
    names["server"].stream("camera").publish(PICTURE)  # type: ignore[attr-defined]
    async with served(names["app"]) as (url, _):  # type: ignore[arg-type]
        async for frame in connect(f"{url}/cam/?stream=camera"):
            assert np.array_equal(frame.to_rgb(), PICTURE)
            break


def test_the_one_of_flask() -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    exec(FLASK.replace('"0.0.0.0", 8000', "port=0"), names)
    html = names["app"].test_client().get("/").text  # type: ignore[attr-defined]
    assert address(html) == f"http://localhost:{names['server'].port}/?stream=camera"  # type: ignore[attr-defined]
    names["server"].__exit__()  # type: ignore[attr-defined]

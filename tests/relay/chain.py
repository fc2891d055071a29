"""A device and relays behind it, each a server of its own, in this process and by real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from typing import Any

from ws_stream import Connection, Frame, Server, connect

NAME = "camera"


def address(server: Server) -> str:
    return f"ws://127.0.0.1:{server.port}/stream/{NAME}"


@asynccontextmanager
async def chain(hops: int, **options: Any) -> AsyncIterator[list[Server]]:  # noqa: ANN401 - those of `serve`
    """The device without a stream first, then as many relays, each of the one before."""
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(Server(port=0)) for _ in range(hops + 1)]
        for before, server in pairwise(servers):
            server.serve(address(before), fps=1000, **options)
        yield servers


class Viewer:
    """Looks at a server's stream until the block ends."""

    def __init__(self, server: Server, query: str = "") -> None:
        self.connection: Connection = connect(address(server) + query)
        self.frames: list[Frame] = []
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Viewer":
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _look(self) -> None:
        async for frame in self.connection:
            self.frames.append(frame)

"""Streams on a port: the public API for programs that have pictures.

Knows nothing of how pictures are encoded. Runs in the caller's event loop (`async with`) or in a thread of its own
(`with`), for programs that have no event loop.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self
from urllib.parse import quote

from websockets.asyncio.server import Server as WebSocketServer

from ..errors import UsageError, WsStreamError
from ..hub.budget import Budget
from ..hub.stream import Stream
from ..pixels.formats import Pixels, named
from ..pixels.rendition import Crop, Rendition, check_size
from ..producers.poller import Poller
from ..producers.reader import Reader
from ..sources import Source, open_source
from .access import AccessPolicy
from .addresses import addresses
from .listener import Listener, listen
from .loop_thread import LoopThread

Pictures = Callable[[], Iterable[Pixels]]
"""Opens a source and returns its pictures; it and its iterator may block."""

FULL_RATE = 30.0
"""What stands for every stream's full rate in the budget, so that all give up the same share."""
BUDGET_EVERY = 1.0
"""Seconds between two looks at the CPU time used."""


class Server:
    """Serves streams, and the page that shows them, on one port.

        with Server() as server:
            camera = server.stream("camera", step=4)
            camera.publish(array)

    Listens on this machine only unless `host` says otherwise ("0.0.0.0" is every network). Requests must name the
    server by an address, localhost, this machine's name or one of `allow_hosts`, and come from its own pages, those of
    loopback to loopback, or those of `allow_hosts`: docs/network.md has the table. `cpu_budget` is a share of
    one core, in percent, that this process is to stay within: pictures become fewer, then coarser, until it does.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 8000,
        *,
        allow_hosts: Iterable[str] = (),
        cpu_budget: float | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.streams: dict[str, Stream] = {}
        self._listener = Listener(self.streams, AccessPolicy(frozenset(allow_hosts)))
        self._sources: list[Source] = []
        self._listening: WebSocketServer | None = None
        self._thread: LoopThread | None = None
        self._cpu_budget = cpu_budget
        self._budgeting: asyncio.Task[None] | None = None
        if cpu_budget is not None:
            Budget(cpu_budget, 1)  # says at once when it cannot be

    def stream(
        self,
        name: str,
        *,
        format: str | None = None,  # noqa: A002 - the field's word for it
        step: int = 1,
        crop: tuple[int, int, int, int] | None = None,
        average: bool = False,
        tolerance: int = 0,
        depth: int = 24,
        fps: float = 30,
        verify_damage: bool = False,
    ) -> Stream:
        """A new stream to publish arrays to.

        `format` is a pixel format's name; without one it is taken from the first array (RGB order is assumed). Viewers
        get every `step`-th pixel and row, or with `average` the mean of each step x step box, of the part `crop`
        (x, y, width, height). Film and camera noise can be sent in less than there is: with a `tolerance`, a pixel is
        sent only when a channel (of eight bits) has moved by more than that from what viewers show, so none is ever off
        by more, and what stands still is exact within a second; with a `depth` of 16, 12 or 8, so many bits of a pixel.
        `fps` is the most pictures per second that a viewer is sent. With `verify_damage`, `publish` checks every damage
        hint and raises UsageError for a wrong one: for debugging, it costs what the hint saves. Raises UsageError.
        """
        rendition = Rendition(Crop(*crop) if crop else None, step, average, tolerance, depth)
        pixel_format = named(format) if format else None
        stream = Stream(
            name, format=pixel_format, rendition=rendition, fps=fps, verify_damage=verify_damage
        )
        return self.add(stream)

    def serve(
        self,
        source: str | Source | Pictures,
        *,
        name: str | None = None,
        step: int = 1,
        crop: tuple[int, int, int, int] | None = None,
        average: bool = False,
        tolerance: int = 0,
        depth: int = 24,
        fps: float = 30,
    ) -> Stream:
        """A new stream of what a source shows, polled `fps` times a second while somebody watches.

        `source` is an address such as "mmap:/dev/shm/ring?width=1024&height=600&format=bgrx8888", or an object with the
        methods of `Source`, or a function that returns an iterable of arrays: that may wait for its pictures, and
        runs in a thread of its own. The rest is as for `stream`. Raises UsageError and SourceError.
        """
        rendition = Rendition(
            Crop(*crop) if crop else None, step, average, tolerance, depth
        ).check()
        if callable(source):
            name = name or self._free_name(getattr(source, "__name__", "pictures"))
            return self.add(Stream(name, rendition=rendition, fps=fps, producer=Reader(source)))
        opened = open_source(source) if isinstance(source, str) else source
        try:
            stream = self.add(_polled(opened, name or self._free_name(opened.name), rendition, fps))
        except WsStreamError:
            opened.close()
            raise
        self._sources.append(opened)
        return stream

    def urls(self, stream: Stream | None = None) -> list[str]:
        """Where a browser on this machine, or on the LAN when it can, finds the page (of one stream).

        Asked of the sockets: all of these answer, and while nothing listens there are none.
        """
        query = f"?stream={quote(stream.name)}" if stream else ""
        sockets = self._listening.sockets if self._listening else ()
        return [f"http://{address}/{query}" for address in addresses(sockets)]

    async def start(self) -> None:
        """Listen. Raises UsageError when the address cannot be listened on."""
        self._listening = await listen(self._listener, self.host, self.port)
        self.port = next(iter(self._listening.sockets)).getsockname()[1]
        if self._cpu_budget is not None:
            self._budgeting = asyncio.create_task(self._keep_budget(self._cpu_budget))

    async def close(self) -> None:
        """Say goodbye to viewers (close code 1001), stop the sources, free the port."""
        if self._budgeting:
            self._budgeting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._budgeting
        if self._listening:
            await self._listener.close(self._listening)
        for stream in self.streams.values():
            stream.close()
        for source in self._sources:
            source.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __enter__(self) -> Self:
        self._thread = LoopThread("ws-stream")
        try:
            self._thread.run(self.start)
        except BaseException:
            self._thread.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._thread
        self._thread.run(self.close)
        self._thread.stop()

    async def _keep_budget(self, percent: float) -> None:
        budget = Budget(percent, FULL_RATE)
        while True:
            await asyncio.sleep(BUDGET_EVERY)
            level = budget.sample(time.monotonic(), time.process_time())
            for stream in tuple(self.streams.values()):
                fps = stream.fps * level.fps / FULL_RATE
                stream.limit(
                    stream.audience.limits._replace(
                        fps=fps, extra_step=level.coarser, throttled=budget.limiting
                    )
                )

    def add(self, stream: Stream) -> Stream:
        """Serve a stream that was made elsewhere. Raises UsageError when its name is taken."""
        if stream.name in self.streams:
            raise UsageError(
                f"there is a stream named '{stream.name}' already; give one another name"
            )
        self.streams[stream.name] = stream
        return stream

    def _free_name(self, name: str) -> str:
        taken = self.streams
        return next(n for n in (name, *(f"{name}-{i}" for i in range(2, 1000))) if n not in taken)


def _polled(source: Source, name: str, rendition: Rendition, fps: float) -> Stream:
    """A stream of what this source shows. Raises UsageError for a rendition that does not fit it."""
    check_size(source.format, *rendition.size(source.width, source.height))
    stream = Stream(
        name, format=source.format, rendition=rendition, fps=fps, producer=Poller(source)
    )
    stream.resize(source.format, source.width, source.height)
    return stream

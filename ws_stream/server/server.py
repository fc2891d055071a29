"""Streams on a port: the public API for programs that have pictures.

Knows nothing of how pictures are encoded. Runs in the caller's event loop (`async with`) or in a thread of its own
(`with`), for programs that have no event loop.
"""

import asyncio
import contextlib
import itertools
import os
from collections.abc import Iterable, Sequence
from typing import Self
from urllib.parse import quote

from ..arguments import each, instance, matching, optional, shown, whole
from ..errors import UsageError, WsStreamError
from ..hub.budget import PERCENT
from ..hub.caller import Hearer
from ..hub.stream import Stream
from ..loop_thread import LoopThread, leave_to_parent
from ..pixels.described import FORMAT
from ..pixels.formats import PixelFormat
from ..pixels.rendition import rendition
from ..sources import Source
from .access import AccessPolicy
from .addresses import addresses
from .announcing import Announcing
from .budgeting import keep_budget
from .lifetime import Lifetime
from .listener import Listener
from .offer import Offer, Pictures, open_offer

_HOST = matching(
    r"[\w.:%-]{0,253}", "an address or name of this machine, or '0.0.0.0' for every network"
)
_PORT = whole(0, 65535)
_STREAM = instance(Stream, "a ws_stream.Stream")
_HOSTS = each(matching("[ -~]{1,253}", "a host's name"))  # AccessPolicy says which letters


class Server:
    """Serves streams, and the page that shows them, on one port.

        with Server() as server:
            camera = server.stream("camera", step=4)
            camera.publish(array)

    Listens on this machine only unless `host` says otherwise ("0.0.0.0" is every network). Requests must name the
    server by an address, localhost, this machine's name or one of `allow_hosts`, and come from its own pages, those of
    loopback to loopback, or those of `allow_hosts`: docs/network.md has the table. `cpu_budget` is a share of
    one core, in percent, that this process is to stay within: pictures become fewer, then coarser, until it does.
    With `announce`, others on the network find it without its address (docs/discovery.md).
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 8000,
        *,
        allow_hosts: Iterable[str] = (),
        cpu_budget: float | None = None,
        announce: bool = False,
    ) -> None:
        self.host = _HOST.take("host", host)
        self.port = _PORT.take("port", port)
        self.streams: dict[str, Stream] = {}
        policy = AccessPolicy(_HOSTS.take("allow_hosts", allow_hosts))
        self._listener = Listener(self.streams, policy)
        self._offers: list[Offer] = []
        self._thread: LoopThread | None = None
        self._cpu_budget = optional(PERCENT).take("cpu_budget", cpu_budget)
        self._budgeting: asyncio.Task[None] | None = None
        self._lifetime = Lifetime()
        self._announcing = Announcing(announce, self.streams, self._listener)

    def stream(
        self,
        name: str,
        *,
        format: str | PixelFormat | None = None,  # noqa: A002 - the field's word for it
        step: int = 1,
        crop: Sequence[int] | None = None,
        average: bool = False,
        tolerance: int = 0,
        depth: int = 24,
        fps: float = 30,
        verify_damage: bool = False,
        input: bool | Hearer = False,  # noqa: A002 - the wire's word for it
    ) -> Stream:
        """A new stream to publish arrays to.

        `format` is a pixel format's name; without one it is taken from each array (RGB order is assumed). Viewers
        get every `step`-th pixel and row, or with `average` the mean of each step x step box, of the part `crop`
        (x, y, width, height). Film and camera noise can be sent in less than there is: with a `tolerance`, a pixel is
        sent only when a channel (of eight bits) has moved by more than that from what viewers show, so none is ever off
        by more, and what stands still is exact within a second; with a `depth` of 16, 12 or 8, so many bits of a pixel.
        `fps` is the most pictures per second that a viewer is sent. With `verify_damage`, `publish` checks every damage
        hint and raises UsageError for a wrong one: for debugging, it costs what the hint saves. With `input`, whoever
        reaches the server may operate the device (docs/input.md): a function is called with each `InputEvent`, in a
        thread of its own; with True, `input()` of the stream gives them. Raises UsageError.
        """
        options = rendition(crop=crop, step=step, average=average, tolerance=tolerance, depth=depth)
        pixel_format = optional(FORMAT).take("format", format)
        stream = Stream(
            name,
            format=pixel_format,
            rendition=options,
            fps=fps,
            verify_damage=verify_damage,
            input=input,
        )
        return self.add(stream)

    def serve(
        self,
        source: str | os.PathLike[str] | Source | Pictures,
        *,
        name: str | None = None,
        format: str | PixelFormat | None = None,  # noqa: A002 - the field's word for it
        step: int = 1,
        crop: Sequence[int] | None = None,
        average: bool = False,
        tolerance: int = 0,
        depth: int = 24,
        fps: float = 30,
        input: bool | Hearer = False,  # noqa: A002 - the wire's word for it
    ) -> Stream:
        """A new stream of what a source shows, polled `fps` times a second while somebody watches.

        `source` is an address such as "mmap:/dev/shm/ring?width=1024&height=600&format=bgrx8888", or an object with the
        methods of `Source`, or a function that returns an iterable of arrays: that may wait for its pictures, and
        runs in a thread of its own. Only for a function there is a `format`; the others have their own. The rest is as
        for `stream`. Raises UsageError and SourceError.
        """
        options = rendition(crop=crop, step=step, average=average, tolerance=tolerance, depth=depth)
        self._lifetime.check("use")
        offer = open_offer(source, optional(FORMAT).take("format", format))
        name = self._free_name(offer.name) if name is None else name
        try:
            stream = self.add(offer.stream(name, options, fps, input))
        except WsStreamError:
            if isinstance(source, str | os.PathLike):
                offer.close()  # the others are the program's
            raise
        self._offers.append(offer)
        return stream

    def urls(self, stream: Stream | None = None) -> list[str]:
        """Where a browser on this machine, or on the LAN when it can, finds the page (of one stream).

        Asked of the sockets: all of these answer, and while nothing listens there are none.
        """
        if (
            stream is not None
            and self.streams.get(_STREAM.take("stream", stream).name) is not stream
        ):
            raise UsageError(
                f"the stream {shown(stream.name)} is not on this server; right would be one of its own"
            )
        query = f"?stream={quote(stream.name)}" if stream else ""
        return [f"http://{address}/{query}" for address in addresses(self._listener.sockets)]

    async def start(self) -> None:
        """Listen; once. Raises UsageError when the address cannot be listened on."""
        self._lifetime.begin()
        try:
            for stream in self.streams.values():
                stream.adopt(self)
            await self._listener.listen(self.host, self.port)
            self._announcing.start()
        except BaseException:
            await self._listener.close()
            self._lifetime = Lifetime()  # it may be tried again
            raise
        self.port = self._listener.sockets[0].getsockname()[1]
        if self._cpu_budget is not None:
            self._budgeting = asyncio.create_task(keep_budget(self.streams, self._cpu_budget))

    async def close(self) -> None:
        """Say goodbye to viewers (close code 1001), stop the sources, free the port. Closing again is no fault.

        Raises UsageError in another event loop than `start` was called in.
        """
        if self._lifetime.is_forked:
            return
        self._lifetime.end()
        if self._budgeting:
            self._budgeting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._budgeting
        await self._announcing.close()
        await self._listener.close()
        self._let_go()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __enter__(self) -> Self:
        thread = LoopThread("ws-stream")
        try:
            thread.run(self.start)
        except BaseException:
            thread.stop()
            raise
        self._thread = thread
        return self

    def __exit__(self, *_: object) -> None:
        if self._lifetime.is_forked:
            leave_to_parent()
            return
        thread, self._thread = self._thread, None
        if thread is None:
            self._lifetime.check("leave")
            self._lifetime.end()
            self._let_go()
            return
        try:
            thread.run(self.close)
        finally:
            thread.stop()

    def _let_go(self) -> None:
        with contextlib.ExitStack() as all_of_them:
            for offer in self._offers:
                all_of_them.callback(offer.close)
            for stream in self.streams.values():
                all_of_them.callback(stream.close)  # before the sources: it may be reading one
        self._offers.clear()

    def add(self, stream: Stream) -> Stream:
        """Serve a stream that was made elsewhere. Raises UsageError when its name is taken."""
        self._lifetime.check("use")
        _STREAM.take("stream", stream)
        if stream.name in self.streams:
            raise UsageError(
                f"there is a stream named '{stream.name}' already; give one another name"
            )
        stream.adopt(self)
        self.streams[stream.name] = stream
        return stream

    def _free_name(self, name: str) -> str:
        numbered = (f"{name}-{number}" for number in itertools.count(2))
        return next(free for free in itertools.chain([name], numbered) if free not in self.streams)

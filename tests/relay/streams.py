"""A device, a publisher and nodes around a NATS server, in the test's own event loop."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.faults.processes import until
from ws_stream import Server, Stream, connect
from ws_stream.pixels.frame import Frame
from ws_stream.relay.nats_address import nats_address
from ws_stream.relay.nats_link import linked
from ws_stream.relay.nats_publisher import NatsPublisher
from ws_stream.relay.nats_upstream import NatsUpstream
from ws_stream.relay.subjects import subjects

SUBJECT = "lab.camera"
WIDTH, HEIGHT = 40, 30
NOISE = np.random.default_rng(1)


def picture(number: int, scale: int = 1) -> NDArray[np.uint8]:
    """One that says its number in every pixel, and so is whole or not; a wide one is noise besides, and so is large."""
    made = np.empty((HEIGHT, WIDTH * scale, 3), np.uint8)
    made[..., :2] = number % 256, number // 256
    made[..., 2] = NOISE.integers(0, 256, made.shape[:2], np.uint8) if scale > 1 else 77
    return made


def number_of(frame: Frame) -> int:
    said = frame.to_rgb()[..., :2]
    assert (said == said[0, 0]).all(), "a picture that never was"
    red, green = map(int, said[0, 0])
    return red + 256 * green


class Device:
    """Shows numbered pictures, as quickly as its viewers may have them."""

    def __init__(self, server: Server, stream: Stream, scale: int) -> None:
        self.stream = stream
        self.scale = scale
        self.url = f"ws://127.0.0.1:{server.port}/stream/{stream.name}"
        self.number = 0

    @property
    def viewers(self) -> int:
        return len(self.stream.audience.subscriptions)

    def show(self) -> int:
        self.number += 1
        self.stream.publish(picture(self.number, self.scale))
        return self.number

    async def go_on(self) -> None:
        while True:
            self.show()
            await asyncio.sleep(0.02)


@asynccontextmanager
async def device(
    still: NDArray[np.uint8] | None = None, *, port: int = 0, scale: int = 1
) -> AsyncIterator[Device]:
    """One that shows a picture that stands still, or ever new ones, `scale` times as wide."""
    async with Server(port=port) as server:
        shows = Device(server, server.stream("camera", fps=100), scale)
        if still is not None:
            shows.stream.publish(still)
        going = asyncio.ensure_future(shows.go_on() if still is None else asyncio.sleep(0))
        try:
            yield shows
        finally:
            going.cancel()


@asynccontextmanager
async def publishing(
    url: str, nats: str, subject: str = SUBJECT, tls_ca: str | None = None
) -> AsyncIterator[NatsPublisher]:
    async with linked(nats_address(nats, tls_ca), subjects(subject).needed) as link:
        publisher = NatsPublisher(connect(url), link, subjects(subject))
        running = asyncio.ensure_future(publisher.run())
        try:
            yield publisher
            assert not running.done(), running.exception()
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


class Viewing:
    """Somebody who watches at a node. Every picture is looked at: none may be wrong."""

    def __init__(self, upstream: NatsUpstream) -> None:
        self.upstream = upstream
        self.frames: list[Frame] = []
        self.losses: list[str] = []
        self.problems: list[str | None] = []
        self.ages: list[tuple[float, float]] = []
        self.messages = 0

    async def watch(self, members: Mapping[str, Any] | None = None) -> None:
        await self.upstream.ask(members or {"fps": 100.0})
        async for message, frame in self.upstream.messages():
            self.messages += message is not None
            if message is None and self.upstream.lost:
                self.losses.append(self.upstream.lost)
            if self.problems[-1:] != [self.upstream.problem]:
                self.problems.append(self.upstream.problem)
            if frame:
                self.frames.append(frame)
                if age := self.upstream.age(frame):
                    self.ages.append(age)

    @property
    def numbers(self) -> list[int]:
        return [*map(number_of, self.frames)]

    async def sees(self, number: int) -> None:
        await until(lambda: self.frames and number_of(self.frames[-1]) >= number)


@asynccontextmanager
async def viewing(
    nats: str,
    subject: str = SUBJECT,
    members: Mapping[str, Any] | None = None,
    tls_ca: str | None = None,
) -> AsyncIterator[Viewing]:
    viewer = Viewing(NatsUpstream(f"{nats}/{subject}", tls_ca))
    watching = asyncio.ensure_future(viewer.watch(members))
    try:
        yield viewer
        assert not watching.done(), watching.exception()
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching

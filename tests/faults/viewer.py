"""A viewer, in the test's own process or in one of its own: `python -m tests.faults.viewer URL [TOKEN CA]`.

The latter prints of each picture when it was shown by the machine's clock that only moves forward, and its age.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from ws_stream import Frame, connect

from .processes import WITHIN, Process
from .writer import is_whole

FRESH = 0.5
"""Seconds: a picture that is older was not taken now."""


class Viewer:
    """Watches through whatever happens. Every picture is looked at: none may be wrong."""

    def __init__(self, url: str, *, token: str | None = None, tls_ca: str | None = None) -> None:
        self.connection = connect(url, token=token, tls_ca=tls_ca)
        self.shown = 0
        self.fresh_at = 0.0
        """When a picture was shown last that had just been taken."""
        self.ages: list[float] = []
        self.losses: list[str] = []

    async def watch(self) -> None:
        async for message, frame in self.connection.messages():
            if message is None:
                self.losses.append(self.connection.lost or "")
            if frame:
                self.take(frame)

    def take(self, frame: Frame) -> None:
        self.shown += 1
        assert is_whole(frame.to_rgb()), "a picture that never was"
        age = self.connection.age(frame)
        if age:
            self.ages.append(age.seconds)
            if age.seconds < FRESH:
                self.fresh_at = time.monotonic()

    async def fresh_again(self, within: float = WITHIN) -> float:
        """Seconds until a picture is shown that was taken after now. Raises TimeoutError."""
        began = time.monotonic()
        async with asyncio.timeout(within):
            while self.fresh_at < began + FRESH / 5:
                await asyncio.sleep(0.02)
        return self.fresh_at - began


@asynccontextmanager
async def watching(url: str, **how: str) -> AsyncIterator[Viewer]:
    """A viewer that has seen something. What it fails by, the test fails by; so do pictures that were wrong."""
    viewer = Viewer(url, **how)
    task = asyncio.ensure_future(viewer.watch())
    try:
        await viewer.fresh_again()
        yield viewer
        assert not task.done(), task.exception()
        assert viewer.connection.checksum_mismatches == 0
        assert viewer.connection.refused_messages == 0
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def age_of(line: str) -> float | None:
    """Of a line of a viewer in a process of its own."""
    age = line.strip().partition(" ")[2]
    return float(age) if age else None


def shown_fresh(viewer: Process, since: float) -> float:
    """When a viewer in a process of its own first showed a picture, after this time, that was fresh."""
    while True:
        line = viewer.line()
        at, age = float(line.split()[0]), age_of(line)
        if at > since and age is not None and age < FRESH:
            return at


async def main(url: str, token: str | None = None, tls_ca: str | None = None) -> None:
    connection = connect(url, token=token, tls_ca=tls_ca)
    async for frame in connection:
        assert is_whole(frame.to_rgb())
        age = connection.age(frame)
        print(time.monotonic(), age.seconds if age else "", flush=True)  # noqa: T201 - to the test


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

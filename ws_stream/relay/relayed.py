"""Another server's stream as the pictures of one here, while somebody watches.

Knows nothing of how they come. Passed on are the picture, its time and what is said of it; which rendition of it each
viewer has, and how often, is decided here.
"""

import asyncio
import time
from concurrent.futures import Future
from contextlib import aclosing
from functools import partial
from math import inf
from typing import Any

from ..errors import ConnectError, Failure, UsageError
from ..hub.stream import Stream
from ..hub.subscription import now_us, wall_us
from ..loop_thread import LoopThread
from ..pixels.frame import Frame
from ..producers.failure import Failures, Told, told
from ..protocol.extension import rewritten
from ..protocol.request import MAX_RELAYS
from ..retry import Retry
from .upstream import Upstream

QUIET = 3.0
"""Seconds without a message after which viewers are told: a server says something each second."""
APART = 30.0
"""Seconds for which relays that stand in a ring stay apart: they would find each other again at once."""

_RING = Told(
    Failure.RING,
    f"there are more than {MAX_RELAYS} relays in a row; right would be no ring of them",
)
_QUIET = Told(Failure.UNREACHED, f"nothing was heard for {QUIET:g} s")


class Relayed:
    """`Stream(name, producer=Relayed(upstream))`. In a thread of its own, from the first viewer on."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._thread: LoopThread | None = None
        self._relaying: Future[None] | None = None
        self._turn = asyncio.Lock()
        self._asked: dict[str, Any] = {}
        self._apart_until = -inf
        self._heard = inf
        self._failures = Failures()
        self._is_closed = False

    def demand(self, stream: Stream) -> None:
        """Ask for as many pictures as somebody wants; be no viewer there while nobody is one here."""
        if self._is_closed:  # those who watch leave one after the other
            return
        subscriptions, now = stream.audience.subscriptions, time.monotonic()
        behind = max((viewer.request.relays or 0 for viewer in subscriptions), default=0)
        if behind >= MAX_RELAYS:
            self._apart_until = now + APART
        is_apart = now < self._apart_until
        if stream.wanted and not is_apart:
            self._ask(stream, {"fps": stream.wanted, "relays": behind + 1})
        elif self._relaying:
            self._relaying.cancel()
            self._relaying = None
        if stream.wanted and is_apart:
            self._failures.tell(stream, _RING)

    def check(self, stream: Stream) -> None:
        """Tell of silence, and of a ring no longer than there may be one."""
        self.demand(stream)
        if self._relaying and time.monotonic() - self._heard > QUIET:
            self._failures.tell(stream, _QUIET)

    def overdue(self, stream: Stream, now: float) -> float | None:
        """Never: that there is no picture is told as a problem."""
        return 0.0 if self._relaying else None

    def close(self, stream: Stream) -> None:
        """End the connection, and behind its goodbye the thread, which is not waited for: the device may be gone."""
        self._is_closed = True
        relaying, self._relaying = self._relaying, None
        thread, self._thread = self._thread, None
        if relaying:
            relaying.cancel()
        if thread:
            thread.stop_behind(self._turn.acquire)

    def _ask(self, stream: Stream, asked: dict[str, Any]) -> None:
        if self._thread is None:
            self._thread = LoopThread(f"ws-stream {stream.name}")
        if asked != self._asked:
            self._asked = asked
            self._thread.begin(partial(self._upstream.ask, asked))
        if self._relaying is None:
            self._relaying = self._thread.begin(partial(self._relay, stream))

    # What follows runs in the thread.

    async def _relay(self, stream: Stream) -> None:
        async with self._turn:  # behind the goodbye of the last connection
            try:
                await self._relay_on(stream, Retry())
            finally:
                # Whoever comes next is shown nothing that may be long past.
                stream.newest.array = None

    async def _relay_on(self, stream: Stream, retry: Retry) -> None:
        while True:
            try:
                await self._receive(stream, retry)
            except ConnectError as error:
                self._failures.tell(stream, Told(Failure.UNREACHED, str(error)))
            except Exception as error:
                self._failures.tell(stream, told(error))
            self._heard = inf
            await asyncio.sleep(retry.wait())

    async def _receive(self, stream: Stream, retry: Retry) -> None:
        unfit: Told | None = None
        async with aclosing(self._upstream.messages()) as messages:
            async for message, frame in messages:
                self._heard = time.monotonic() if message is not None else inf
                if frame:
                    retry.shown()
                    unfit = self._pass_on(stream, frame)
                self._failures.tell(stream, self._trouble() or unfit)

    def _trouble(self) -> Told | None:
        """That of the connection, or what viewers there are told."""
        if self._upstream.lost is not None:
            return Told(Failure.UNREACHED, self._upstream.lost)
        said = self._upstream.problem
        return None if said is None else Told(said, said)

    def _pass_on(self, stream: Stream, frame: Frame) -> Told | None:
        """Show a picture to those here; why that cannot be."""
        age = self._upstream.age(frame)  # unknown for the first moment: then it counts from here
        taken = now_us() - round(1e6 * age.seconds) if age else now_us()
        meta = frame.meta if rewritten(frame.meta) else None
        stream.format = frame.format
        try:
            stream.publish(frame.pixels, time_us=max(0, wall_us(taken)), meta=meta)
        except (UsageError, MemoryError) as error:
            return told(error)
        return None

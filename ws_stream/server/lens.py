"""A viewer in this process, through which those see a stream who speak no WebSocket.

It decodes what any viewer is sent, one picture at a time and only when somebody wants the next: so the walk packs
nothing that is not taken, and what is skipped is skipped there. Knows nothing of HTTP.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from ..errors import ProtocolError, UnsuitedError
from ..hub.stream import Stream
from ..pixels.frame import Frame
from ..protocol import messages
from ..protocol.request import Request
from ..session import Session
from ..walk.outlet import payload
from .request_log import RequestLog
from .stills import KINDS, part
from .viewer import UNSUITED, Socketless, Viewer

PICTURE_WITHIN = 5.0
"""Seconds for the first picture: a camera takes up to two to begin, and who asks for a file may wait ten, as Home
Assistant does."""
PROBLEM_FOR = 2.0
"""Seconds after which a problem is believed: a source that failed is asked again each second, and what came is told."""


class LensError(Exception):
    """Nothing is to be seen, as the sentence says."""


class Still:
    """One picture, and the files that were made of it: each once, for all who want it."""

    def __init__(self, frame: Frame, message: bytes) -> None:
        self.frame = frame
        self.message = message
        """That made it."""
        self.is_acknowledged = False
        self._files: dict[str, asyncio.Future[bytes]] = {}

    async def file(self, kind: str) -> bytes:
        """Its file of this kind (`stills.KINDS`), made in a thread: it may take longer than a picture's interval."""
        return await self._made(kind, KINDS[kind].encode)

    async def part(self) -> bytes:
        """It as a part of MJPEG, likewise."""
        return await self._made("part", lambda frame: part(frame, KINDS["jpg"].encode(frame)))

    async def _made(self, name: str, make: Callable[[Frame], bytes]) -> bytes:
        if name not in self._files:
            loop = asyncio.get_running_loop()
            self._files[name] = loop.run_in_executor(None, make, self.frame)
        return await asyncio.shield(self._files[name])  # whoever goes leaves it to the others


class Lens(Socketless):
    """The peer of a subscription, shared by all who see the same rendition of a stream."""

    may_operate = False

    def __init__(self, stream: Stream, request: Request, log: RequestLog) -> None:
        """It joins the stream, on its event loop; `begin` follows. Raises UnsuitedError."""
        self._session = Session()
        self._still: Still | None = None
        self._is_wanted = True
        self._changed = asyncio.Event()
        self._fps = request.fps
        self.logger = log
        self._viewer = Viewer(self, stream, request)

    def begin(self) -> None:
        """From now on pictures come."""
        self._viewer.ended.add_done_callback(lambda _: self._notify())
        self._viewer.stream.begin(self._viewer.subscription)

    def leave(self) -> None:
        """It watches no more."""
        self._viewer.leave()

    def shows_as(self, other: "Lens") -> bool:
        """Whether both are sent the same."""
        one, two = self._viewer, other._viewer
        if one.stream is not two.stream or one.ended.done():
            return False
        granted = one.stream.audience.subscriptions
        return granted[one.subscription] == granted[two.subscription]

    @property
    def problem(self) -> str | None:
        """Why the source gives no pictures now, as it may be printed."""
        return self._session.problem

    def set_rates(self, rates: Iterable[float | None]) -> None:
        """Ask for as many pictures a second as the quickest wants of those who see through it; None: all there are."""
        wanted = tuple(rates)
        fps = None if None in wanted else max(rate for rate in wanted if rate is not None)
        if fps != self._fps:
            self._fps = fps
            self._viewer.stream.ask(self._viewer.subscription, {"fps": fps}, None)

    async def newer(self, seen: Still | None) -> Still:
        """The newest picture, as soon as it is another than this one, which was taken. Not while there is a problem.

        Raises LensError and UnsuitedError.
        """
        if seen:
            self._acknowledge(seen)
        while not (found := self._newer(seen)):
            self._is_wanted = True
            self._give()  # which may bring it at once
            if not self._newer(seen):
                await self._changed.wait()
        return found

    async def first(self) -> Still:
        """The first picture, once there is no problem. Else LensError and UnsuitedError say why not."""
        for seconds in (PROBLEM_FOR, PICTURE_WITHIN - PROBLEM_FOR):
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    return await self.newer(None)
            if self.problem is not None:
                raise LensError(self.problem)
        raise LensError(f"no picture came within {PICTURE_WITHIN:.0f} seconds")

    def _newer(self, seen: Still | None) -> Still | None:
        if self._viewer.ended.done():
            code, why = self._viewer.ended.result() or (0, "")
            if code == UNSUITED:
                raise UnsuitedError(why)
            raise LensError(why or "the log says why")
        return None if self._still is seen or self.problem is not None else self._still

    def _give(self) -> None:
        """The next picture may come, and be it at once."""
        if self._is_wanted:
            self._viewer.subscription.give()

    def _finish(self) -> None:
        frame = self._viewer.subscription.take()
        if frame:
            self._hear(payload(frame))

    def _hear(self, message: str | bytes) -> None:
        before = self.problem
        try:
            outcome = self._session.receive(message, time.monotonic())
        except (ProtocolError, MemoryError):
            self.fail()
            return
        if outcome.frame:
            assert isinstance(message, bytes)
            self._still = Still(outcome.frame, message)
            self._is_wanted = False
        if outcome.reply:
            self._say(outcome.reply)
        if outcome.frame or self.problem != before:
            self._notify()

    def _acknowledge(self, still: Still) -> None:
        """Somebody took it: only then the device counts it as shown."""
        if not still.is_acknowledged:
            still.is_acknowledged = True
            reply = self._session.acknowledge(still.frame, still.message, time.monotonic())
            if reply:
                self._say(reply)

    def _say(self, message: messages.ViewerMessage) -> None:
        self._viewer.handle(message, time.monotonic())

    def _notify(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

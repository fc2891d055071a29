"""What `ws-stream record` does: a stream's messages into a sink, until somebody or a limit ends it.

Knows nothing of terminals and signals.
"""

import asyncio
from collections.abc import AsyncIterator

from ..client import Connection
from ..dial import websocket_url
from ..errors import UsageError
from ..hub.subscription import now_us
from ..recording.files import Files, Names
from ..recording.recorder import Recorder
from ..recording.ring import Ring

LINE_EVERY = 1.0
"""Seconds between two lines."""


def patient(url: str) -> str:
    """The address for a viewer that need not acknowledge: it is sent all that its socket takes, also when it is late.

    Raises UsageError.
    """
    address, token = websocket_url(url)
    if "acknowledge=" not in address:
        address += f"{'&' if '?' in address else '?'}acknowledge=no"
    return f"{address}#token={token}" if token else address


class Record:
    """Records one stream. `stop` may be set at any time; what came until then is kept."""

    def __init__(self, link: Connection, sink: Files | Ring, names: Names) -> None:
        self.stop = asyncio.Event()
        self._link = link
        self._sink = sink
        self._names = names
        self._recorder = Recorder(sink)

    @property
    def pictures(self) -> int:
        """How many were recorded so far."""
        return self._recorder.pictures

    async def lines(self, seconds: float | None = None) -> AsyncIterator[str]:
        """How it goes, each second; ends after so many, or when it is stopped or full. The recording is then closed.

        Raises ConnectError when there is no stream, and UsageError when there is no room or nothing came.
        """
        loop = asyncio.get_running_loop()
        following = asyncio.ensure_future(self._follow())
        stopped = asyncio.ensure_future(self.stop.wait())
        until = None if seconds is None else loop.time() + seconds
        try:
            while until is None or loop.time() < until:
                wait = LINE_EVERY if until is None else min(LINE_EVERY, until - loop.time())
                tasks = (following, stopped)
                if (await asyncio.wait(tasks, timeout=wait, return_when="FIRST_COMPLETED"))[0]:
                    break
                yield self.figures()
        finally:
            following.cancel()
            stopped.cancel()
        failure = following.exception() if following.done() else None
        if isinstance(failure, UsageError):  # there is no room, also not for the end
            raise failure
        if failure and not self.pictures:
            raise failure
        self._recorder.close(now_us())
        if failure:
            raise failure

    def figures(self) -> str:
        """What was recorded so far."""
        count = self._recorder.gaps
        gaps = f", {count} gap{'s' * (count > 1)}" if count else ""
        lost = f", lost ({self._link.lost}), connecting again" if self._link.lost else ""
        return f"{self.pictures} pictures, {self._sink.size:,} bytes{gaps}{lost}"

    def dump(self) -> str:
        """Write what a ring holds, and go on. Raises UsageError."""
        assert isinstance(self._sink, Ring)
        self._sink.dump(self._recorder.position(now_us()))
        return f"saved {self._names.made[-1]}"

    async def _follow(self) -> None:
        async for message, frame in self._link.messages():
            if message is None:
                self._recorder.lost(self._link.lost or "", now_us())
            else:
                self._recorder.take(message, frame, now_us())
            if isinstance(self._sink, Files) and self._sink.is_full:
                break

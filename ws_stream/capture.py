"""From a source into a stream, at the asked rate, while somebody watches.

Knows nothing of sockets. The one loop that a picture on the device costs: it waits exactly until the next one is due.
"""

import asyncio
import logging

from .errors import SourceError, WsStreamError
from .hub import Stream
from .sources import Source
from .viewer import now_us

TORN_TRIES = 3
"""Reads of one picture that its writer overwrites meanwhile, before this turn is given up."""
TORN_TURNS = 10
"""Turns given up one after the other, before viewers are told."""
STILL_LOOKS = 30
"""Looks without a change after which only a sample of the rows is looked at, another one each time. Anything as high as
`SAMPLE_EVERY` rows, a line of text or a cursor, is still seen at the first look; a single row at one of eight."""
SAMPLE_EVERY = 8
"""Of so many rows one is in the sample: looking at a still 1024x600 picture costs a quarter of what it did."""
LATE_TURNS = 3
"""Looks one after the other that ended when the next was due already: the device cannot keep up; viewers are told."""
RETRY_AFTER = 1.0
"""Seconds until a source that failed is asked again."""

_log = logging.getLogger(__name__)


async def capture(source: Source, stream: Stream) -> None:
    """Show what the source holds until nobody watches any more. A failing source is reported and asked again."""
    loop = asyncio.get_running_loop()
    look = _Look(source, stream)
    due, late = loop.time(), 0
    while stream.watched:
        fps = stream.audience.fps()
        if fps == 0:  # everybody's page is hidden
            await stream.pause(None)
            due = loop.time()
            continue
        due = min(due, loop.time() + 1 / fps)  # somebody may want more than when it was set
        if loop.time() >= due or stream.audience.has_newcomers():
            due += _turn(look, stream, 1 / fps)
            late = late + 1 if loop.time() > due else 0
            stream.audience.fall_behind(late >= LATE_TURNS)
            due = max(due, loop.time())
        await stream.pause(due - loop.time())


def _turn(look: "_Look", stream: Stream, interval: float) -> float:
    """Look at the source once; seconds until it is to be looked at again."""
    try:
        look.look()
    except WsStreamError as error:
        _report(stream, str(error))
    except Exception as error:  # a source may be anybody's code: viewers are told, the server lives
        _report(stream, f"the source failed: {error!r}", error)
    else:
        stream.tell(None)
        return interval
    return RETRY_AFTER


class _Look:
    """Looks at a source again and again, and at less of it while nothing changes."""

    def __init__(self, source: Source, stream: Stream) -> None:
        self._source = source
        self._stream = stream
        self._still = 0
        self._torn = 0

    def look(self) -> None:
        """Show the newest picture, if there may be a new one."""
        newcomers = self._stream.audience.has_newcomers()
        if not (newcomers or self._source.changed()):
            return
        if not newcomers and self._still > STILL_LOOKS and self._seems_still():
            self._still += 1
        else:
            self._show()

    def _seems_still(self) -> bool:
        view = self._source.capture()
        still = self._stream.seems_still(view, self._still % SAMPLE_EVERY, SAMPLE_EVERY)
        return still and self._source.intact()

    def _show(self) -> None:
        before = self._numbers()
        for _ in range(TORN_TRIES):
            time_us = now_us()
            pictures = self._stream.read(self._source.capture())
            if self._source.intact():
                self._stream.show(pictures, time_us)
                self._still = self._still + 1 if self._numbers() == before else 0
                self._torn = 0
                return
        self._torn += 1
        if self._torn >= TORN_TURNS:
            raise SourceError(
                "the writer overwrites pictures faster than they can be read; right would be more slots"
            )

    def _numbers(self) -> list[int]:
        feeds = self._stream.audience.feeds.values()
        return [feed.newest.number if feed.newest else 0 for feed in feeds]


def _report(stream: Stream, problem: str, fault: Exception | None = None) -> None:
    if problem != stream.problem:
        _log.warning("stream %s: %s", stream.name, problem, exc_info=fault)
    stream.tell(problem)

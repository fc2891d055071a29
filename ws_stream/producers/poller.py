"""From a source into a stream, at the asked rate, while somebody watches.

Knows nothing of sockets. What a picture on the device costs begins here: nothing runs until the next one is due.
"""

import logging
import time
from collections.abc import Sequence

from ..errors import SourceError, WsStreamError
from ..hub.stream import Stream
from ..hub.viewer import now_us
from ..sources import Source

TORN_TRIES = 3
"""Reads of one picture that its writer overwrites meanwhile, before this turn is given up."""
TORN_TURNS = 10
"""Turns given up one after the other, before viewers are told."""
STILL_POLLS = 30
"""Polls without a change after which only a sample of the rows is looked at, another one each time. Anything as high as
`SAMPLE_EVERY` rows, a line of text or a cursor, is still seen at the first poll; a single row at one of eight."""
SAMPLE_EVERY = 8
"""Of so many rows one is in the sample: looking at a still 1024x600 picture costs a quarter of what it did."""
LATE_TURNS = 3
"""Polls one after the other that ended when the next was due already: the device cannot keep up; viewers are told."""
RETRY_AFTER = 1.0
"""Seconds until a source that failed is asked again."""
TIMER_GRAIN = 0.001
"""Seconds by which an event loop may call early: uvloop counts whole milliseconds."""
PROBES = 16
"""Polls in one interval by which the moment is found at which the writer completes its pictures."""
PROBED = (3, 4)
"""After so many polls that found a new picture one after the other; twice, as the first may meet the very moment. A
source that always has one is looked at early these two times, once."""
EARLIER = 1 / 1024
"""Share of the interval by which each poll comes earlier than the one before once the moment is known, until one comes
too early. So the polls follow the writer's clock, and a picture is read when it is a millisecond old, not half an
interval."""
TOO_EARLY = (0.001, 0.001, 0.002, 0.004)
"""Seconds to wait, one after the other, when a poll came too early; then the turn is given up."""

_log = logging.getLogger(__name__)


class Poller:
    """Shows what the source holds. A failing source is reported and asked again."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._due = 0.0
        self._late = 0
        self._is_behind = False
        self._still = 0
        self._torn = 0
        self._begin_search()

    def poll(self, stream: Stream) -> float:
        """Show the newest picture, if there is one and it is due; when to poll again."""
        now, interval = time.monotonic(), 1 / stream.wanted
        # Somebody may want more than when it was set.
        self._due = min(self._due or now, now + interval)
        if now >= self._due - TIMER_GRAIN or stream.has_newcomers:
            self._due += self._turn(stream, interval)
            now = time.monotonic()
            if not self._missed and (now > self._due or self._late):
                self._keep_up(stream, now)
        return self._due

    def rest(self) -> None:
        """Nobody watches: the next poll is due when somebody does."""
        self._due = 0.0
        self._begin_search()

    def _turn(self, stream: Stream, interval: float) -> float:
        """Poll once; seconds until the next poll."""
        try:
            newcomers = stream.has_newcomers
            if self._source.changed() or newcomers:
                still = self._still > STILL_POLLS and stream.is_settled
                self._see(stream, sample=still and not newcomers)
                wait = self._next(interval)
            else:
                wait = self._wait(interval)
                if not stream.is_settled and not self._missed:
                    self._see(stream, sample=False)
        except WsStreamError as error:
            return _report(stream, str(error))
        except Exception as error:  # a source may be anybody's code: the server lives
            return _report(stream, f"the source failed: {error!r}", error)
        if stream.problem is not None:
            stream.set_problem(None)
        return wait

    def _begin_search(self) -> None:
        """Of the moment at which the writer completes its pictures nothing is known."""
        self._found, self._missed, self._in_step = 0, 0, False

    def _keep_up(self, stream: Stream, now: float) -> None:
        """See whether the next poll is due already, and tell viewers when that is so again and again."""
        self._late = self._late + 1 if now > self._due else 0
        if (self._late >= LATE_TURNS) != self._is_behind:
            self._is_behind = not self._is_behind
            stream.audience.fall_behind(self._is_behind)
        self._due = max(self._due, now)

    def _next(self, interval: float) -> float:
        """A picture was found: seconds until the next may be there."""
        self._in_step |= self._missed > 0
        self._found, self._missed = self._found + 1, 0
        if self._in_step:
            return interval * (1 - EARLIER)
        return interval / PROBES if self._found in PROBED else interval

    def _wait(self, interval: float) -> float:
        """There is no picture yet: seconds until it is worth polling again."""
        waits: Sequence[float] = TOO_EARLY if self._in_step else ()
        if self._found in PROBED and not self._in_step:
            waits = (interval / PROBES,) * PROBES
        if self._missed < len(waits):
            self._missed += 1
            return waits[self._missed - 1]
        self._begin_search()
        return interval

    def _see(self, stream: Stream, *, sample: bool) -> None:
        """Show what the source holds; of what has not changed for long only a sample is looked at."""
        if sample:
            view = self._source.capture()
            still = stream.seems_still(view, self._still % SAMPLE_EVERY, SAMPLE_EVERY)
            if still and self._source.intact():
                self._still += 1
                return
        for _ in range(TORN_TRIES):
            time_us = now_us()
            pictures = stream.read(self._source.capture())
            if self._source.intact():
                self._still = 0 if stream.show(pictures, time_us) else self._still + 1
                self._torn = 0
                return
        self._torn += 1
        if self._torn >= TORN_TURNS:
            raise SourceError(
                "the writer overwrites pictures faster than they can be read; right would be more slots"
            )


def _report(stream: Stream, problem: str, fault: Exception | None = None) -> float:
    if problem != stream.problem:
        _log.warning("stream %s: %s", stream.name, problem, exc_info=fault)
    stream.set_problem(problem)
    return RETRY_AFTER

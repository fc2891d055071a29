"""From a source into a stream, at the wanted rate, while somebody watches: a thread that waits, polls and sends.

The compiled walk does all of that in one call where the source is steady memory; Python comes back for what is seldom.
Knows nothing of sockets.
"""

import logging
import threading
import time
from math import inf
from typing import Any

from ..errors import Failure, SourceError
from ..hub.stream import Stream
from ..hub.subscription import AHEAD_US
from ..sources import Mapping, Source
from ..walk.rate_limit import LONGEST
from .failure import Failures, Told, told
from .patience import Patience
from .polls import TORN, Polls

UNSTEADY = "the writer changes the file each time that it is looked at"
UNSTEADY_LOOKS = 10
"""Looks, one after the other, at files that were changed between two of them, before this is a failure."""

CLOSE_WITHIN = 3.0
"""Seconds that a source has to return when it is closed; it must never wait."""

_WOKEN, _REFRESH, _HANDED_OVER, _TORN, _BEHIND, _POLLED, _NO_MEMORY = (1 << bit for bit in range(7))
"""Why the compiled walk comes back: the events of core/poller.h."""

_log = logging.getLogger(__name__)


class Poller:
    """Shows what the source holds. A failing source is reported and asked again."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._interval = 0.0
        self._looked = 0.0
        self._is_closed = False
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._mapping: Mapping | None = None
        self._patience = Patience()
        self._looks = 0
        self._failures = Failures()

    def demand(self, stream: Stream) -> None:
        """Poll as often as somebody wants; never while nobody watches."""
        if not self._interval:
            self._looked = time.monotonic()  # from now on it is to be looked at
        self._interval = min(1 / stream.wanted, LONGEST) if stream.wanted else 0.0
        if self._interval and self._thread is None:
            self._thread = threading.Thread(
                target=self._work, args=(stream,), name=f"ws-stream {stream.name}", daemon=True
            )
            self._thread.start()
        self._rouse(stream.walk)

    def check(self, stream: Stream) -> None:
        """Nothing: the thread reports what happens to it."""

    def overdue(self, stream: Stream, now: float) -> float | None:
        """Later than two intervals after the last look."""
        walk: Any = stream.walk  # only the compiled one looks by itself
        looked = max(self._looked, walk.looked() if hasattr(walk, "looked") else 0.0)
        return max(0.0, now - looked - 2 * self._interval) if self._interval else None

    def close(self, stream: Stream) -> None:
        """End the thread. Waits for it, as the source should not be closed while it is read; not for ever."""
        self._is_closed = True
        self._rouse(stream.walk)
        if self._thread:
            self._thread.join(CLOSE_WITHIN)
            if self._thread.is_alive():
                _log.warning(
                    "stream %s: the source does not return from poll(); it is closed all the same",
                    stream.name,
                )

    def _rouse(self, walk: Any) -> None:  # noqa: ANN401 - only the compiled walk can be woken
        self._wake.set()
        if hasattr(walk, "wake"):
            walk.wake()

    # What follows runs in the thread.

    def _work(self, stream: Stream) -> None:
        while not self._is_closed:
            if not self._interval:
                self._rest(stream)
                self._wait(inf)
                continue
            try:
                self._watch(stream)
            except Exception as error:  # a source may be anybody's code: the server lives
                self._give_up_for_now(stream, told(error))

    def _watch(self, stream: Stream) -> None:
        """Poll until the demand changes. Raises whatever the source does."""
        mapping = getattr(self._source, "mapping", None)
        if mapping and hasattr(stream.walk, "run") and (steady := mapping()):
            self._run(stream, stream.walk, steady)
        else:
            self._poll(stream, Polls(self._source, stream.walk, stream.resize))

    def _run(self, stream: Stream, walk: Any, mapping: Mapping) -> None:  # noqa: ANN401 - the compiled one
        """Let the compiled walk poll."""
        stream.resize(self._source.format, mapping.layout.width, mapping.layout.height)
        if mapping != self._mapping:
            walk.set_source(*mapping.arguments())
            self._mapping = mapping
        is_read = False
        while (interval := self._interval) and not self._is_closed:
            events, is_behind = walk.run(interval, not is_read, AHEAD_US)
            if events & _HANDED_OVER:
                stream.hand_over()
            if is_behind != stream.audience.limits.behind:
                stream.set_behind(is_behind)
            if events & _TORN:
                raise SourceError(TORN, Failure.TORN)
            if events & _NO_MEMORY:
                raise MemoryError
            if events & _POLLED:
                is_read = True
                self._succeed(stream)
            if events & _REFRESH:
                self._looks = 0 if is_read else self._looks + 1
                if self._looks > UNSTEADY_LOOKS:
                    raise SourceError(UNSTEADY, Failure.UNREADABLE)
                return

    def _poll(self, stream: Stream, polls: Polls) -> None:
        walk, flush_due = stream.walk, inf
        stream.resize(self._source.format, self._source.width, self._source.height)
        while (interval := self._interval) and not self._is_closed:
            now = time.monotonic()
            due = polls.due(interval, now)
            if now >= due:
                polls.poll(interval, now)
                self._looked = now
                flush_due = walk.flush(time.monotonic())
                polls.keep_up(time.monotonic())
                if polls.is_behind != stream.audience.limits.behind:
                    stream.set_behind(polls.is_behind)
                if not polls.is_torn:
                    self._succeed(stream)
            elif now >= flush_due:
                flush_due = walk.flush(now)
            else:
                self._wait(min(due, flush_due) - now)
            if walk.has_handed_over():
                stream.hand_over()

    def _succeed(self, stream: Stream) -> None:
        self._patience.succeeded()
        if stream.problem is not None:
            self._failures.tell(stream, None)

    def _give_up_for_now(self, stream: Stream, failure: Told) -> None:
        seconds, is_told = self._patience.failed(self._interval, time.monotonic())
        if is_told:
            self._failures.tell(stream, failure)
        self._forget(stream)
        self._wait(seconds)

    def _rest(self, stream: Stream) -> None:
        """Nobody watches: a source that can lets go of what it holds, and finds it again when it is polled."""
        self._forget(stream)
        if rest := getattr(self._source, "rest", None):
            rest()

    def _forget(self, stream: Stream) -> None:
        self._mapping = None
        self._looks = 0
        if hasattr(stream.walk, "forget_source"):
            stream.walk.forget_source()

    def _wait(self, seconds: float) -> None:
        """Wait so long, or until the demand changes or the thread is to end."""
        self._wake.wait(min(seconds, threading.TIMEOUT_MAX))
        self._wake.clear()  # what was set before is seen now

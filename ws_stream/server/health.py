"""Whether those who watch see what the device shows now. Pure: streams and the time go in, reasons come out.

Strangers may hear all that is said here: no text of a program, of a source or of a peer.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..errors import Failure
from ..hub.stream import Stream

OVERDUE = 10.0
"""Seconds by which a look at a source may be late: `poll` must not wait, so only one that is stuck is later. Less than
what those who ask wait before they ask again."""
_KNOWN = frozenset(map(str, Failure))


class Illness(NamedTuple):
    """A stream that does not show its viewers what there is."""

    name: str
    reason: str


def ill(streams: Iterable[Stream], now: float) -> Iterator[Illness]:
    """Those streams, and why. `now` is a time of `time.monotonic`."""
    for stream in streams:
        if reason := _reason(stream, now):
            yield Illness(stream.name, reason)


def _reason(stream: Stream, now: float) -> str | None:
    overdue, problem = stream.overdue(now), stream.problem
    if overdue is None:  # nobody watches, so nobody knows
        return None
    if problem is not None:
        return problem if problem in _KNOWN else "there are no pictures; viewers are told why"
    return f"its source is stuck: looked at {overdue:.0f} s late" if overdue > OVERDUE else None

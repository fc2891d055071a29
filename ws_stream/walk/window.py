"""May this viewer be sent a picture now? Sans I/O: numbers and times go in, a yes or no comes out.

Its twin is core/window.c. Knows nothing of sockets or of what a picture is. The window is TCP Vegas' idea (Brakmo and
Peterson, 1995) counted in pictures: what an acknowledgement takes longer than it must is time spent in a queue, and a
queue makes pictures old.
"""

from collections import deque
from math import inf
from typing import NamedTuple

START = 2
"""Pictures in flight at first: one is drawn while the next travels."""
MOST = 16
"""Pictures in flight at most: enough for 60 a second over 250 ms."""
GROW_UNDER, SHRINK_OVER, CUT_OVER = 0.015, 0.030, 0.080
"""Seconds of extra delay under which the window grows by one, over which it shrinks by one, over which it is halved.
A screen's refresh alone makes acknowledgements vary by 16 ms. On a simulated link of 38 pictures a second these give a
p95 age of 68 ms, at its full rate; see the test. On a long way a quarter, a half and the whole of its round trip count
where they are more: there 15 ms are no queue yet."""
SHORTEST_KEPT = 10.0
"""Seconds that the shortest round trip is remembered: a route may have become longer for good. When they are over, one
picture travels alone to measure it anew, or the queue of our own pictures would pass for the route."""
IDLE_RESET = 1.0
"""Seconds without a picture on its way after which what was learnt about the link is no longer trusted."""
UNCONGESTED = 8
"""Pictures sent one after the other, each when none was on its way, after which only some are to be acknowledged."""
AWAIT_EVERY = 8
"""That is one of so many: hearing an acknowledgement is a wake-up of its own and takes a third of the work of a small
picture. On a way that becomes slow all at once are seven more pictures than may be, once; fewer of large ones, which
fill the socket sooner."""


class _Sent(NamedTuple):
    """A picture on its way that is to be acknowledged, and how many of those there were with it included."""

    number: int
    at: float
    depth: int


class Window:
    """One viewer's pictures in flight. All times are seconds of one clock that only moves forward."""

    def __init__(self, now: float, *, acknowledges: bool = True) -> None:
        self.acknowledges = acknowledges
        """If not, pictures are held back by nothing but the socket."""
        self.size = START
        self._in_flight: deque[_Sent] = deque()
        self._emptied = now
        self._uncongested = 0
        self._round_ends = 0
        self._probing = False
        self._shortest = self._older_shortest = inf
        self._shortest_since = now

    def allows(self, now: float) -> bool:
        """Whether one more picture may be sent."""
        size = min(self.size, START) if self._is_idle(now) else self.size
        return not self.acknowledges or len(self._in_flight) < (1 if self._probing else size)

    def delayed(self) -> None:
        """A picture had to wait: the path is not uncongested."""
        self._uncongested = 0

    def sent(self, number: int, now: float) -> bool:
        """A picture leaves, numbers only grow; whether it is to be acknowledged."""
        if not self.acknowledges:
            return False
        if self._is_idle(now):
            self.size = min(self.size, START)
            self._uncongested = 0
        self._uncongested = 0 if self._in_flight else self._uncongested + 1
        is_awaited = self._uncongested < UNCONGESTED or self._uncongested % AWAIT_EVERY == 0
        if is_awaited:
            self._in_flight.append(_Sent(number, now, len(self._in_flight) + 1))
        else:
            self._emptied = now  # it has arrived while the path stays uncongested
        return is_awaited

    def acknowledged(self, number: int, now: float) -> None:
        """The viewer shows this picture: it and all before it have arrived.

        A number that is not on its way, or passed already, opens nothing.
        """
        flight = self._in_flight
        if not flight or not flight[0].number <= number <= flight[-1].number:
            return
        while flight and flight[0].number <= number:
            last = flight.popleft()
        self._emptied = now
        self._adjust(last, now)

    def clear(self, now: float) -> None:
        """What was on its way is void: numbers start anew."""
        self._in_flight.clear()
        self._emptied = now
        self._uncongested = 0
        self._round_ends = 0

    def _is_idle(self, now: float) -> bool:
        return not self._in_flight and now - self._emptied > IDLE_RESET

    def _adjust(self, shown: "_Sent", now: float) -> None:
        """Once per round trip, move the window by how long the queues on the way are."""
        round_trip = now - shown.at
        if now - self._shortest_since > SHORTEST_KEPT:
            self._older_shortest, self._shortest, self._shortest_since = self._shortest, inf, now
            self._probing = True
        elif self._probing and shown.depth == 1:
            self._older_shortest = inf
            self._probing = False
        self._shortest = min(self._shortest, round_trip)
        if shown.number < self._round_ends:
            return
        shortest = min(self._shortest, self._older_shortest)
        extra = round_trip - shortest
        if extra > max(CUT_OVER, shortest):
            self.size = max(1, self.size // 2)
        elif extra > max(SHRINK_OVER, shortest / 2):
            self.size = max(1, self.size - 1)
        elif extra < max(GROW_UNDER, shortest / 4) and shown.depth >= self.size:
            self.size = min(MOST, self.size + 1)
        self._round_ends = self._in_flight[-1].number if self._in_flight else shown.number + 1

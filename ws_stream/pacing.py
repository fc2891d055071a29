"""May this viewer be sent a picture now? Sans I/O: numbers and times go in, a yes or no comes out.

Knows nothing of sockets or of what a picture is.
"""

from collections import deque

WINDOW = 2
"""Pictures on their way to one viewer. One would leave the link idle while the acknowledgement travels; each further
one makes what is shown older when the link is slow (1 MB of queue at 20 Mbit/s: 46 ms of age with two, 86 without)."""


class Window:
    """The pictures sent to one viewer and not yet acknowledged."""

    def __init__(self) -> None:
        self._in_flight: deque[int] = deque()

    def is_open(self) -> bool:
        """Whether one more picture may be sent."""
        return len(self._in_flight) < WINDOW

    def sent(self, number: int) -> None:
        """A picture left; numbers only grow."""
        self._in_flight.append(number)

    def acknowledged(self, number: int) -> None:
        """The viewer shows this picture: it and all before it have arrived.

        A number that was never sent, or was acknowledged before, opens nothing.
        """
        if self._in_flight and number <= self._in_flight[-1]:
            while self._in_flight and self._in_flight[0] <= number:
                self._in_flight.popleft()

    def clear(self) -> None:
        """What was on its way is void: numbers start anew."""
        self._in_flight.clear()

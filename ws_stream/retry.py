"""When a connection that was lost is tried again, and after what not. Pure; docs/protocol.md is the authority.

Its twin is web/outage.js.
"""

import random
from collections.abc import Callable
from http import HTTPStatus

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 2.0
"""Seconds to wait before connecting again: doubled from the first to the longest, with jitter. So whoever waits sees
pictures within two seconds after a device is there again; a port at which nobody listens is asked at no cost."""
_RETRIED_STATUS = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
)
_FINAL_CLOSE = frozenset((1002, 1003, *range(1007, 1011), *range(4400, 4500)))


def is_final_close(code: int) -> bool:
    """Whether a connection that was closed with this code would be closed so again."""
    return code in _FINAL_CLOSE


def is_final_status(status: int) -> bool:
    """Whether a handshake that was answered so, by HTTP, would be answered so again."""
    return status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _RETRIED_STATUS


class Retry:
    """How long to wait; longer each time, so that a server that is in trouble is not asked all the time."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        self._chance = chance
        self._pause = FIRST_PAUSE

    def shown(self) -> None:
        """There is a stream: a report was heard, or a picture applied."""
        self._pause = FIRST_PAUSE

    def wait(self) -> float:
        """Seconds until the next try. Clients that lost a device together do not come back together."""
        pause, self._pause = self._pause, min(2 * self._pause, LONGEST_PAUSE)
        return pause * (0.5 + self._chance() / 2)

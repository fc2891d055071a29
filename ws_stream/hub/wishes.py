"""What viewers ask for while they watch: the newest wish of each is granted, all together, a few times a second.

However many messages say so, a rendition is not begun more often than that.
"""

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..protocol.request import Request
from .errands import Errands
from .subscription import Subscription

EVERY = 0.25
"""Seconds between two times that wishes are granted; the first of them is granted at once."""


class Wish(NamedTuple):
    """What a viewer wants to see."""

    request: Request
    id: int | None = None
    """The viewer's own number of the newest request in it."""


class Wishes:
    """Those that are not granted yet. Lives on the event loop."""

    def __init__(
        self, errands: Errands, grant: Callable[[Mapping[Subscription, Wish]], None]
    ) -> None:
        self._errands = errands
        self._grant = grant
        self._wishes: dict[Subscription, Wish] = {}
        self._granted = 0.0

    def newest(self, subscription: Subscription) -> Wish:
        """All that this viewer asked for so far, granted or not."""
        return self._wishes.get(subscription) or Wish(subscription.request)

    def add(self, subscription: Subscription, wish: Wish) -> None:
        """The viewer wants this, and nothing that it asked for before."""
        self._wishes[subscription] = wish
        if not self._errands.waits("wishes"):
            self._errands.run_at("wishes", self._granted + EVERY, self._grant_all)

    def forget(self, subscription: Subscription) -> None:
        """The viewer is gone."""
        self._wishes.pop(subscription, None)

    def _grant_all(self) -> None:
        self._granted = time.monotonic()
        wishes, self._wishes = self._wishes, {}
        self._grant(wishes)

"""The picture published last: shown at once, and again to whoever lacks it.

It is remembered, not copied. `publish` is called with the stream's lock held, everything else on the event loop.
"""

import time
from math import inf
from typing import Any, TypeAlias

import numpy as np

from ..arguments import shown
from ..errors import UsageError
from ..fair_lock import FairLock
from ..pixels.damage import in_grid
from ..pixels.formats import PixelFormat, Pixels
from ..pixels.gpu import GpuPicture
from ..walk.variant import SETTLE_EVERY
from . import gpu_pictures
from .audience import Audience
from .errands import Errands
from .subscription import TRY_AGAIN, now_us

Rows = list[tuple[int, int]]
"""Spans (first, rows) outside of which nothing has changed."""


Kind: TypeAlias = tuple[tuple[int, ...], np.dtype[Any], PixelFormat | None]
"""A picture's shape, dtype and the format that it is said to be of."""
Said: TypeAlias = tuple[int, bytes]
"""What is said of a picture: when it was taken, microseconds since 1970, and its messages' header extensions."""


class Newest:
    """Shows the pictures that are published to one stream's audience."""

    def __init__(
        self, audience: Audience, errands: Errands, lock: FairLock, *, verify_damage: bool
    ) -> None:
        self.array: Pixels | GpuPicture | None = None
        """None before the first picture of the stream's format and size."""
        self.kind: Kind | None = None
        self._said: Said = (0, b"")
        self._audience = audience
        self._errands = errands
        self._lock = lock
        self._verify_damage = verify_damage

    def publish(self, array: Pixels | GpuPicture, rows: Rows | None, said: Said) -> None:
        """This is the newest one. Raises UsageError for a wrong damage hint that is verified."""
        # An array's owner may give it another shape.
        self.array = array if type(array) is GpuPicture else array.view()
        self._said = said
        if rows is not None and self._audience.source:
            rows = in_grid(rows, self._audience.source)
        if self._audience.shown:
            self._show(array, rows, said)

    def flush(self) -> None:
        """As `send`, now or when there is memory for it, and a GPU that can be read."""
        try:
            self.send()
        except (MemoryError, UsageError):
            self._errands.run_at("flush", time.monotonic() + TRY_AGAIN, self.flush)

    def send(self) -> None:
        """Send what is due, and show the picture to those that lack it and have their turn."""
        if (
            self.array is None
        ):  # pictures are polled, and sent by whoever polls; or there is none yet
            return
        walk, now = self._audience.walk, time.monotonic()
        if walk.next_turn() <= now:
            self._show_again(self._said)  # and send what is due
            return
        due = min(walk.flush(now), walk.next_turn())
        if due < inf:
            self._errands.run_at("flush", due, self.flush)
        self._audience.finish_pictures()

    def _show(self, array: Pixels | GpuPicture, rows: Rows | None, said: Said) -> None:
        walk, now = self._audience.walk, time.monotonic()
        may_verify = self._verify_damage and rows is not None and walk.is_settled()
        if type(array) is GpuPicture:
            due, is_handed_over = gpu_pictures.publish(self._audience, array, rows, said, now)
        else:
            _, due, is_handed_over = walk.publish(array, rows, said[0], now, said[1])
        if is_handed_over:
            self._errands.run("finish", self._audience.finish_pictures)
        if due < inf:
            self._errands.run("flush", lambda: self._errands.run_at("flush", due, self.flush))
        if not walk.is_settled():
            self._errands.run("settle", lambda: self._settle_later(is_whole=rows is None))
        if may_verify:
            self._verify(array, rows)

    def _verify(self, array: Pixels | GpuPicture, rows: Rows | None) -> None:
        walk, now = self._audience.walk, time.monotonic()
        if type(array) is GpuPicture:
            is_other = gpu_pictures.update(self._audience, array, None, now)
        else:
            is_other = walk.update(array, None, now)
        if is_other:
            walk.commit(now_us(), self._said[1])
            self._errands.run("flush", self.flush)
            raise UsageError(
                f"rows outside of the damage {shown(rows)} have changed; right would be all that has"
            )

    def _settle_later(self, *, is_whole: bool) -> None:
        """An update of all rows is followed by another one; updates of parts do not put that off."""
        if is_whole or not self._errands.waits("settle"):
            self._errands.run_at("settle", time.monotonic() + SETTLE_EVERY, self._settle)

    def _settle(self) -> None:
        """It may stand still, and be shown within a tolerance only."""
        try:
            if not self._audience.walk.is_settled():
                self._show_again((now_us(), self._said[1]))
        except (MemoryError, UsageError):
            self._settle_later(is_whole=True)

    def _show_again(self, said: Said) -> None:
        with self._lock:
            if self.array is not None and self._audience.subscriptions:
                self._show(self.array, None, said)

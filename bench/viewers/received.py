"""What a viewer notes while it is watching, and what is found out from it afterwards.

Knows nothing of how pictures travel.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..ring import TIMES, Ring

Pixels = NDArray[np.uint8]
SAMPLES = 12
"""Pictures that are kept to be compared with the true ones."""
NEAR = (0, 1, -1, 2)
"""A picture said to be number n is looked for at n plus these: a server may take the time before or after it reads."""


class Figures(NamedTuple):
    """What came in the counted seconds."""

    pictures: float
    """That differed from the one before."""
    offered: float
    """Share of the device's pictures that differ from the one before, at this step."""
    bytes: float
    exact: float | None
    """Share of the compared pictures that are equal to a true one; None when none were compared."""
    max_error: int | None
    """The largest difference of a channel in the compared pictures."""
    psnr: float | None
    """Of the compared pictures, in dB; None when all are exact or none were compared."""
    ages: list[float]
    """Milliseconds from when the writer had completed what is new to when the viewer had all its bytes."""


class Truth:
    """The recording as a viewer at this step should see it."""

    def __init__(self, ring: Path, recording: Path, step: int) -> None:
        self.ring, self.step = Ring(ring), step
        self._pictures: Pixels = np.load(recording, mmap_mode="r")
        self._before = self._equal_before()

    def __len__(self) -> int:
        return len(self._pictures)

    def picture(self, number: int) -> Pixels:
        """Picture `number` of the ring: (height, width, 4)."""
        shown: Pixels = self._pictures[(number - 1) % len(self)][:: self.step, :: self.step]
        return shown

    def first(self, number: int) -> int:
        """The first picture of the run of equal ones that `number` is in; 0 if all are equal."""
        before = self._before[(number - 1) % len(self)]
        return number - before if before < len(self) else 0

    def content(self, number: int) -> int:
        """The same value for all pictures of such a run."""
        first = self.first(number)
        return first and (first - 1) % len(self) + 1

    @property
    def offered(self) -> float:
        """Share of the pictures that differ from the one before them."""
        return sum(before == 0 for before in self._before) / len(self)

    def completed(self, number: int) -> float:
        """When the writer had completed a picture: seconds since 1970. Only for the last few seconds' pictures."""
        return float(self.ring.times[number % TIMES]) / 1e6

    def newest_at(self, moment: float) -> int:
        """The number of the picture that was the newest then, in seconds since 1970."""
        number = int(self.ring.counter)
        while number > 1 and self.completed(number) > moment:
            number -= 1
        return number

    def _equal_before(self) -> list[int]:
        """How many pictures before each one, the replay included, are equal to it without a break."""
        count = len(self)
        same = [np.array_equal(self.picture(n), self.picture(n + 1)) for n in range(count)]
        runs, run = [], 0
        for n in range(2 * count):  # the run of the beginning may begin at the end
            run = run + 1 if same[n % count] else 0
            runs.append(run)
        return runs[count:]


@dataclass
class Received:
    """Notes of what came. `show` is called for each picture as soon as all its bytes are there."""

    truth: Truth
    counting: bool = False
    pictures: int = 0
    bytes: int = 0
    ages: list[float] = field(default_factory=list)
    kept: list[tuple[int, Any]] = field(default_factory=list)
    """Pictures to be compared: the number and whatever the viewer makes pixels of."""
    log: list[Any] = field(default_factory=list)
    """Notes of a viewer that does not know numbers while it is watching."""
    began: float = 0.0
    ended: float = 0.0
    """The counted time, in seconds since 1970."""
    times: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """The ring's log of times as it was at the end."""
    _last: tuple[int, Any] | None = None
    _new: int = 0

    def count(self, seconds: float) -> tuple[int, int]:
        """Let the viewer watch so long; returns the pictures and bytes that came."""
        pictures, received = self.pictures, self.bytes
        self.began, self.counting = time.time(), True
        time.sleep(seconds)
        self.ended, self.counting = time.time(), False
        self.times = self.truth.ring.times.copy()
        if self._last:
            self.kept.append(self._last)
        return self.pictures - pictures, self.bytes - received

    def show(self, number: int, picture: object, is_new: bool = True) -> None:
        """A picture whose number is known. One that equals the picture before it is not new and has no age."""
        now = time.time()
        self._last = number, picture
        if not is_new:
            return
        self.pictures += 1
        first = self.truth.first(number)
        if self.counting and first != self._new:
            self.ages.append(1000 * (now - self.truth.completed(first)))
            if len(self.kept) < SAMPLES and self.pictures % 7 == 0:
                self.kept.append((number, picture))
        self._new = first

    def figures(self, pixels_of: Callable[[Any], Pixels]) -> Figures:
        """Compare what was kept."""
        errors = [self._errors(number, pixels_of(picture)) for number, picture in self.kept]
        figures = self.uncompared()
        if not errors:
            return figures
        squares = float(np.mean([square for _, square in errors]))
        return figures._replace(
            exact=sum(largest == 0 for largest, _ in errors) / len(errors),
            max_error=max(largest for largest, _ in errors),
            psnr=float(10 * np.log10(255**2 / squares)) if squares else None,
        )

    def uncompared(self) -> Figures:
        """What is known without comparing."""
        offered = self.truth.offered
        return Figures(self.pictures, offered, self.bytes, None, None, None, self.ages)

    def _errors(self, number: int, shown: Pixels) -> tuple[int, float]:
        """The largest and the mean squared error against the true picture that is nearest."""
        return min(error(shown, self.truth.picture(number + near)) for near in NEAR)


def error(shown: Pixels, true: Pixels) -> tuple[int, float]:
    """The largest difference of a channel, and the mean of the squares."""
    difference = shown[..., :3].astype(np.int16) - true[..., :3]
    return int(np.abs(difference).max()), float(np.square(difference, dtype=np.int32).mean())

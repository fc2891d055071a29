"""Both walks over the same random histories: the same answers, and the same bytes to the last.

So whatever holds of one, by a test of its parts, holds of the other; and a device without a compiler is sent nothing
else than one with it.
"""

from random import Random
from typing import Any

import numpy as np
import pytest

import ws_stream.walk
from ws_stream.codec import decode
from ws_stream.codec.pack import BAND
from ws_stream.limits import MAX_STEP, MAX_TOLERANCE
from ws_stream.pixels.arrays import lying_together
from ws_stream.pixels.damage import in_grid
from ws_stream.pixels.formats import (
    BGRX8888,
    DEPTHS,
    FORMATS,
    GRAY8,
    RGB565,
    PixelFormat,
    Pixels,
)
from ws_stream.pixels.frame import Frame, blank
from ws_stream.pixels.kept import Sized, kept, suited
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.pixels.resample import resample_rows
from ws_stream.protocol.picture import Kind, parse
from ws_stream.walk import COMPILED, NumpyWalk

from ..strategies import ALL_FORMATS, CHANGES, CONTENTS, changed, pixels, possible
from ..world import LIBRARY, twins

pytestmark = pytest.mark.skipif(not COMPILED, reason="there is no compiled walk on this machine")

FPS = 30.0
VARIANTS = (0, 1)


def rendition_at_random(random: Random, width: int, height: int) -> Rendition:
    crop = None
    if random.random() < 0.5:
        x, y = random.randrange(width), random.randrange(height)
        crop = Crop(x, y, random.randint(1, width - x), random.randint(1, height - y))
    step = random.choice([1, 1, 2, 3, random.randint(1, MAX_STEP)])
    tolerance = random.choice([0, 0, 1, 3, 12, MAX_TOLERANCE])
    return Rendition(crop, step, random.random() < 0.5, tolerance, random.choice(list(DEPTHS)))


def lying(array: Pixels, random: Random) -> Pixels:
    """The same picture, somewhere else in memory."""
    how = random.randrange(5)
    if how == 0:  # bottom-up
        return array[::-1].copy()[::-1]
    if how == 1:  # mirrored
        return array[:, ::-1].copy()[:, ::-1]
    if how == 2:  # rows with bytes between them
        wide = np.zeros((len(array), array.shape[1] + 3, *array.shape[2:]), array.dtype)
        wide[:, : array.shape[1]] = array
        return wide[:, : array.shape[1]]
    if how == 3:  # at an odd address, and only to be read
        memory = b"?" + array.tobytes()
        return np.frombuffer(memory, array.dtype, array.size, offset=1).reshape(array.shape)
    return array


class History:
    """A source of one format and size, shown by two variants to a few subscribers."""

    def __init__(self, seed: int, pixel_format: PixelFormat) -> None:
        self.random, self.noise = Random(seed), np.random.default_rng(seed)
        self.format, self.now = pixel_format, 100.0
        sides = [1, 2, 7, 8, 9, 15, 33, 64, 65]
        self.width, self.height = self.random.choice(sides), self.random.choice(sides)
        if self.random.random() < 0.15:  # so large that rows that move are found
            self.width, self.height = 2**14 // 33 // pixel_format.bytes_per_pixel + 1, 70
        self.width, self.height = possible(pixel_format, self.width, self.height)
        content = self.random.choice(CONTENTS)
        self.source = pixels(pixel_format, self.width, self.height, content, self.noise)
        self.walk = twins(FPS)
        self.held: dict[int, Frame] = {}
        self.shown: dict[int, int] = {}
        self.renditions: dict[int, Rendition] = {}
        for variant in VARIANTS:
            self.open(variant)
        for _ in range(self.random.randint(1, 6)):
            self.join()

    def play(self, events: int) -> None:
        every = [
            *[self.publish] * 8,
            *[self.damage] * 5,
            *[self.made] * 3,
            *[self.torn, self.sample, self.flush, self.flush, self.flush_one] * 2,
            *[self.acknowledge] * 8,
            *(self.join, self.leave, self.move, self.forget, self.set_rate, self.limit),
            self.report,
        ]
        rare = [lambda: self.open(self.random.choice(VARIANTS)), self.pause]
        for _ in range(events):
            self.now += self.random.random() * 0.1
            self.random.choice(every if self.random.random() < 0.97 else rare)()
            self.compare()

    def compare(self) -> None:
        """Every answer is asked of both; messages are applied."""
        walk = self.walk
        for variant in VARIANTS:
            walk.state(variant)
            walk.picture(variant)
        walk.is_settled()
        walk.next_turn()
        walk.first_turn()
        walk.counts()
        walk.handed_over()
        for place, message in walk.messages():
            self.held[place] = decode(message, self.held[place])
            epoch, number, time = walk.state(self.shown[place])
            assert (self.held[place].epoch, self.held[place].number) == (epoch, number)
            assert walk.taken(place, epoch, number) == time
            walk.taken(
                place, epoch, max(0, number + self.random.choice([1, -1, -255, -256, -(10**9)]))
            )
            walk.taken(place, self.random.getrandbits(32), number)

    # Events.

    def open(self, variant: int) -> None:
        wanted = rendition_at_random(self.random, self.width, self.height)
        wanted = wanted._replace(plain=self.random.random() < 0.3)
        self.renditions[variant] = suited(wanted, self.format, self.width, self.height)
        size, epoch = (self.width, self.height), self.random.getrandbits(32)
        self.walk.open(variant, self.format, self.renditions[variant], size, epoch)
        for place in self.shown:
            if self.shown[place] == variant and self.random.random() < 0.9:
                self.announce(place)

    def publish(self) -> None:
        self.source = changed(self.source, self.random.choice(CHANGES), self.noise)
        self.walk.publish(self.lying(), None, self.stamp(), self.now)

    def damage(self) -> None:
        """Whether it is true or not: both believe it alike."""
        self.source = changed(self.source, self.random.choice(CHANGES[:4]), self.noise)
        high = self.height
        spans = [
            (self.random.randint(-5, high + 5), self.random.choice([-3, 0, 1, 1, 2, 7, 10**9]))
            for _ in range(self.random.randint(0, 3))
        ]
        spans = in_grid(spans, Sized(self.format, self.width, self.height))
        self.walk.publish(self.lying(), spans, self.stamp(), self.now)

    def made(self) -> None:
        """What each variant keeps, made before; of some, or of some rows that may be the wrong ones."""
        size = self.width, self.height
        keeps = {variant: kept(one, self.format, *size) for variant, one in self.renditions.items()}
        if any(made.format.raw for made in keeps.values()):
            return
        self.source = changed(self.source, self.random.choice(CHANGES), self.noise)
        for variant, lacks_all in self.walk.turns(self.now):
            if self.random.random() < 0.1:
                continue
            made = keeps[variant]
            array = np.empty(made.format.shape(*made[1:]), made.format.dtype)
            resample_rows(self.source, self.format, self.renditions[variant], array)
            rows = [(self.random.randint(-2, made.height), self.random.randint(-1, 9))]
            spans = None if lacks_all or self.random.random() < 0.5 else rows
            self.walk.update_made(variant, lying(array, self.random), spans, self.now)
        self.walk.commit(self.stamp())
        self.walk.flush(self.now)

    def torn(self) -> None:
        for _ in range(self.random.randint(1, 3)):
            array = changed(self.source, self.random.choice(CHANGES), self.noise)
            self.walk.update(array, None, self.now)
            self.walk.abandon()
            if self.random.random() < 0.3:
                self.walk.flush(self.now)

    def sample(self) -> None:
        if self.random.random() < 0.5:
            self.source = changed(self.source, self.random.choice(CHANGES), self.noise)
        every = self.random.randint(1, 8)
        changes = self.walk.sample(self.source, self.random.randrange(every), every, self.now)
        if changes and self.random.random() < 0.5:
            self.walk.abandon()
        else:
            self.walk.commit(self.stamp())

    def flush(self) -> None:
        self.walk.flush(self.now)

    def flush_one(self) -> None:
        if place := self.any():
            self.walk.flush_one(place[0], self.now)

    def acknowledge(self) -> None:
        for place in self.any():
            number = self.held[place].number
            lie = self.random.choice([0, number + 1, 2**32 - 1, 2**32 + number, -1])
            said = number if self.random.random() < 0.9 else lie
            self.walk.acknowledge(place, said, self.now)

    def join(self) -> None:
        variant, fps = self.random.choice(VARIANTS), self.random.choice([-1.0, -1.0, 7.0])
        place = self.walk.join(-1, variant, self.random.random() < 0.8, fps, self.now)
        self.shown[place] = variant
        self.announce(place)

    def leave(self) -> None:
        for place in self.any():
            self.walk.leave(place)
            del self.shown[place], self.held[place]

    def move(self) -> None:
        for place in self.any():
            self.shown[place] = self.random.choice(VARIANTS)
            self.walk.move(place, self.shown[place], self.now)
            self.flush()
            self.announce(place)

    def forget(self) -> None:
        for place in self.any():
            self.announce(place, self.walk.forget)

    def set_rate(self) -> None:
        for place in self.any():
            fps = self.random.choice([-1.0, 0.0, 3.0, 1000.0, 1e-320])
            self.walk.set_rate(place, fps, self.now)

    def report(self) -> None:
        for place in self.shown:
            self.walk.report(place)

    def limit(self) -> None:
        fps = self.random.choice([0.0, 2.5, FPS / 3, FPS, FPS, 1000.0])
        self.walk.limit(self.random.choice(VARIANTS), fps)

    def pause(self) -> None:
        self.now += self.random.choice([1.1, 11.0])

    # What events need.

    def announce(self, place: int, how: Any = None) -> None:  # noqa: ANN401 - a method of a walk
        (how or self.walk.announced)(place, self.now)
        variant = self.shown[place]
        epoch, _, _ = self.walk.state(variant)
        made = kept(self.renditions[variant], self.format, self.width, self.height)
        self.held[place] = blank(epoch, *made)

    def lying(self) -> Pixels:
        """The source, somewhere in memory; rows of raw ones are in one piece, see `lying_together`."""
        return lying_together(lying(self.source, self.random), self.format)

    def any(self) -> list[int]:
        return self.random.sample(list(self.shown), min(1, len(self.shown)))

    def stamp(self) -> int:
        return self.random.getrandbits(53)


@pytest.mark.parametrize("pixel_format", ALL_FORMATS, ids=str)
def test_both_walks_do_the_same_in_every_history(pixel_format: PixelFormat) -> None:
    for seed in range(40):
        History(seed, pixel_format).play(60)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("pixel_format", ALL_FORMATS, ids=str)
def test_both_walks_do_the_same_in_very_many_histories(pixel_format: PixelFormat) -> None:
    for seed in range(10_000, 12_000):
        History(seed, pixel_format).play(100)


def one_viewer(pixel_format: PixelFormat, width: int, height: int) -> tuple[NumpyWalk, Frame]:
    walk = twins(FPS)
    walk.open(0, pixel_format, Rendition(), (width, height), 1)
    walk.announced(walk.join(-1, 0, False, -1.0, 100.0), 100.0)
    return walk, blank(1, pixel_format, width, height)


@pytest.mark.parametrize("pixel_format", FORMATS, ids=str)
@pytest.mark.parametrize("content", CONTENTS)
def test_a_picture_of_several_bands_is_cut_and_packed_alike(
    pixel_format: PixelFormat, content: str
) -> None:
    width = 501
    height = BAND * 2 // width // pixel_format.bytes_per_pixel + 5
    walk, held = one_viewer(pixel_format, width, height)
    noise = np.random.default_rng(1)
    array = pixels(pixel_format, width, height, content, noise)
    for step, how in enumerate(["nothing", *CHANGES]):
        array = changed(array, how, noise)
        walk.publish(array, None, 1, 101.0 + step)
        for _, message in walk.messages():
            held = decode(message, held)
        assert held.pixels.tobytes() == walk.picture(0)


def test_rows_that_move_are_found_alike() -> None:
    walk, _ = one_viewer(BGRX8888, 64, 300)
    array = pixels(BGRX8888, 64, 300, "noise", np.random.default_rng(1))
    walk.publish(array, None, 1, 101.0)
    copies = 0
    for step, shift in enumerate((1, -3, 16, -40, 100), 102):
        walk.messages()
        array = np.roll(array, shift, axis=0)
        array[50:80] = step  # what stands still between them
        walk.publish(array, None, 1, float(step))
        ((_, message),) = walk.messages()
        copies += parse(message).segments[0].kind is Kind.COPY
    assert copies == 5


def test_neither_takes_a_picture_of_another_size() -> None:
    for walk in (NumpyWalk(FPS), ws_stream.walk.CompiledWalk(FPS, LIBRARY)):
        walk.open(0, GRAY8, Rendition(), (4, 3), 1)
        for array in (np.zeros((3, 5), np.uint8), np.zeros((2, 4), np.uint8)):
            with pytest.raises(ValueError, match="size"):
                walk.publish(array, None, 1, 1.0)


def test_neither_minds_subscribers_of_a_variant_that_there_is_not() -> None:
    walk = twins(FPS)
    place = walk.join(-1, 1, True, -1.0, 1.0)
    assert walk.flush(2.0) == float("inf")
    walk.open(0, RGB565, Rendition(), (4, 3), 1)
    walk.publish(np.ones((3, 4), np.uint16), None, 1, 3.0)
    assert walk.flush_one(place, 4.0) == (float("inf"), False)
    walk.open(1, RGB565, Rendition(), (4, 3), 2)
    walk.announced(place, 5.0)
    walk.close_variant(1)
    assert walk.flush(6.0) == float("inf")
    assert walk.messages() == []

"""The maker of pictures: whatever is kept, given back or thrown away, against one that makes each picture anew."""

import threading
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.pixels.formats import BGRX8888, GRAY8, RGB565, PixelFormat, Pixels
from ws_stream.pixels.maker import SETTLE_EVERY, Made, Maker
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.pixels.resample import shrink
from ws_stream.pixels.rows import Rows

PLAIN = Rendition()


def gray(value: int) -> Pixels:
    return np.full((3, 4), value, np.uint8)


def kept(maker: Maker, array: Pixels, rendition: Rendition = PLAIN) -> Made:
    made = maker.make(array, GRAY8, rendition)
    maker.keep(made)
    return made


def address(pixels: Pixels) -> int:
    return int(pixels.ctypes.data)


def test_all_rows_of_a_first_picture_are_new_also_of_a_black_one() -> None:
    made = kept(Maker(), gray(0))
    assert (made.changes, made.changed.tolist()) == (3, [True] * 3)


def test_of_a_first_picture_all_rows_are_read_whatever_is_asked_for() -> None:
    made = Maker().make(gray(7), GRAY8, PLAIN, np.zeros(3, np.bool_))
    assert (made.pixels == 7).all()


def test_of_the_next_picture_the_rows_that_differ_are_new() -> None:
    maker = Maker()
    first = kept(maker, gray(1))
    array = gray(1)
    array[1, 3] = 2
    made = maker.make(array, GRAY8, PLAIN)
    assert (made.changes, made.changed.tolist()) == (1, [False, True, False])
    assert made.before is first.pixels


def test_memory_is_used_again_as_soon_as_it_is_given_back() -> None:
    maker, addresses = Maker(), set()
    shown = kept(maker, gray(0))
    for value in range(1, 100):
        made = kept(maker, gray(value))
        maker.recycle(shown.pixels)
        shown = made
        addresses.add(address(made.pixels))
        assert (made.pixels == value).all()
    assert len(addresses) == 2


def test_what_is_not_given_back_is_never_written_to() -> None:
    maker = Maker()
    shown = [kept(maker, gray(value)).pixels for value in range(20)]
    assert [pixels.tolist() for pixels in shown] == [gray(value).tolist() for value in range(20)]


def test_the_latest_picture_is_not_overwritten_although_nobody_shows_it() -> None:
    maker = Maker()
    latest = kept(maker, gray(5))
    maker.recycle(latest.pixels)
    made = maker.make(gray(6), GRAY8, PLAIN)
    assert address(made.pixels) != address(latest.pixels)
    assert (latest.pixels == 5).all()
    assert made.changes == 3


def test_memory_given_back_twice_is_used_once() -> None:
    maker = Maker()
    shown = [kept(maker, gray(value)) for value in range(4)]
    for _ in range(2):
        maker.recycle(shown[0].pixels)
    shown += [kept(maker, gray(value)) for value in range(4, 7)]
    addresses = [address(made.pixels) for made in shown[1:]]
    assert len(set(addresses)) == len(addresses)


def test_a_picture_of_the_size_before_may_be_given_back_late() -> None:
    maker = Maker()
    small = [kept(maker, gray(value)) for value in range(3)]
    large = np.full((9, 9), 1, np.uint8)
    kept(maker, large)
    for made in small:
        maker.recycle(made.pixels)
    for value in range(5):
        assert (kept(maker, large + value).pixels == 1 + value).all()


def test_memory_that_is_not_ours_is_not_taken() -> None:
    maker, foreign = Maker(), gray(9)
    kept(maker, gray(1))
    maker.recycle(foreign)
    kept(maker, gray(2))
    kept(maker, gray(3))
    assert (foreign == 9).all()


def test_a_torn_picture_leaves_no_trace() -> None:
    maker, other = Maker(), Maker()
    random = np.random.default_rng(1)
    for _ in range(50):
        array = random.integers(0, 2, (3, 4), np.uint8)
        torn = maker.make(random.integers(0, 2, (3, 4), np.uint8), GRAY8, PLAIN)
        made, expected = kept(maker, array), kept(other, array)
        assert made.pixels.tolist() == expected.pixels.tolist()
        assert made.changed.tolist() == expected.changed.tolist()
        assert address(made.pixels) == address(torn.pixels), "its memory is the next one's"


@pytest.mark.parametrize(
    ("array", "pixel_format", "rendition"),
    [
        (np.zeros((3, 5), np.uint8), GRAY8, PLAIN),
        (np.zeros((3, 4), np.uint8), GRAY8, Rendition(step=2)),
        (np.zeros((3, 4), np.uint8), GRAY8, Rendition(Crop(0, 0, 2, 3))),
        (np.zeros((3, 4), np.uint16), RGB565, PLAIN),
    ],
    ids=["size", "step", "crop", "format"],
)
def test_a_picture_made_in_another_way_is_a_first_one(
    array: Pixels, pixel_format: PixelFormat, rendition: Rendition
) -> None:
    maker = Maker()
    kept(maker, gray(0))
    made = maker.make(array, pixel_format, rendition)
    assert made.changes == len(made.pixels)
    assert made.changed.all()
    maker.keep(made)
    assert maker.make(array, pixel_format, rendition).changes == 0


def test_only_the_picture_made_last_can_be_kept() -> None:
    maker = Maker()
    old = kept(maker, gray(1))
    maker.make(gray(2), GRAY8, PLAIN)
    with pytest.raises(AssertionError):
        maker.keep(old)


class Reference:
    """The same without memory of its own: each picture is made anew, and compared with the one before."""

    def __init__(self) -> None:
        self._how: object = None
        self.latest: Pixels | None = None

    def make(
        self, array: Pixels, pixel_format: PixelFormat, rendition: Rendition, asked: Rows | None
    ) -> tuple[Pixels, list[bool]]:
        if self._how != (pixel_format, rendition):  # even if nothing made so is kept
            self._how, self.latest = (pixel_format, rendition), None
        picture = shrink(array, pixel_format, rendition)
        if self.latest is None:
            return picture, [True] * len(picture)
        if asked is not None:
            picture[~asked] = self.latest[~asked]
        pairs = zip(picture, self.latest, strict=True)
        return picture, [new.tobytes() != old.tobytes() for new, old in pairs]


WAYS = [
    (GRAY8, PLAIN),
    (GRAY8, Rendition(step=2)),
    (BGRX8888, PLAIN),
    (BGRX8888, Rendition(Crop(1, 1, 2, 4), 2, average=True)),
]


@given(st.randoms(use_true_random=False), st.integers(1, 80))
def test_in_whatever_order_pictures_are_made_kept_and_given_back_each_is_right_and_stays_so(
    random: Random, events: int
) -> None:
    maker, reference = Maker(), Reference()
    pixel_format, rendition = WAYS[0]
    noise = np.random.default_rng(random.randrange(2**32))
    array = np.zeros(pixel_format.shape(4, 6), pixel_format.dtype)
    shown: list[tuple[Pixels, bytes]] = []
    for _ in range(events):
        if random.random() < 0.05:
            pixel_format, rendition = random.choice(WAYS)
            array = np.zeros(pixel_format.shape(4, 6), pixel_format.dtype)
        array[noise.random(6) < 0.3] = noise.integers(0, 3)
        asked = noise.random(rendition.size(4, 6)[1]) < 0.5 if random.random() < 0.4 else None
        made = maker.make(array, pixel_format, rendition, asked)
        picture, changed = reference.make(array, pixel_format, rendition, asked)
        assert made.pixels.tobytes() == picture.tobytes()
        assert made.changed.tolist() == changed
        assert made.changes == sum(changed)
        if random.random() < 0.6:
            maker.keep(made)
            reference.latest = picture
            shown.append((made.pixels, picture.tobytes()))
        while shown and random.random() < 0.4:
            pixels, _ = shown.pop(random.randrange(len(shown)))
            maker.recycle(pixels)
            if random.random() < 0.2:
                maker.recycle(pixels)
        assert all(pixels.tobytes() == content for pixels, content in shown)


def test_memory_may_be_given_back_from_another_thread_while_pictures_are_made() -> None:
    maker = Maker()
    shown: list[tuple[Pixels, int]] = []
    wrong: list[int] = []
    done = threading.Event()

    def give_back() -> None:
        while shown or not done.is_set():
            if len(shown) > 3 or (shown and done.is_set()):
                pixels, value = shown.pop(0)
                if (pixels != value).any():
                    wrong.append(value)
                maker.recycle(pixels)

    thread = threading.Thread(target=give_back)
    thread.start()
    try:
        for number in range(6000):
            height = 40 + number // 1000
            value = number % 251
            made = kept(maker, np.full((height, 30), value, np.uint8))
            shown.append((made.pixels, value))
    finally:
        done.set()
        thread.join()
    assert wrong == []


NEAR = Rendition(tolerance=8)


def test_within_a_tolerance_a_small_change_waits_until_the_picture_stands_still() -> None:
    maker = Maker()
    maker.keep(maker.make(gray(100), GRAY8, NEAR))
    made = maker.make(gray(105), GRAY8, NEAR, now=0.1)
    assert (made.changes, maker.is_settled) == (0, False)
    maker.make(gray(105), GRAY8, NEAR, now=SETTLE_EVERY)
    assert not maker.is_settled, "at the look before it was another picture"
    made = maker.make(gray(105), GRAY8, NEAR, now=2 * SETTLE_EVERY)
    assert maker.is_settled
    assert made.changes == 3
    assert (made.pixels == 105).all()


def test_rows_that_stand_still_become_exact_beside_others_that_move() -> None:
    maker = Maker()
    array = gray(100)
    maker.keep(maker.make(array, GRAY8, NEAR))
    array[0] = 103
    for look in range(1, 9):
        array[2] = 100 + look % 2
        made = maker.make(array, GRAY8, NEAR, now=look * SETTLE_EVERY)
        maker.keep(made)
    assert made.pixels[0].tolist() == [103] * 4
    assert np.abs(made.pixels.astype(int) - array).max() <= NEAR.tolerance
    assert not maker.is_settled


@pytest.mark.parametrize("depth", [24, 16, 12, 8])
def test_a_still_picture_is_exact_within_a_second_at_every_depth(depth: int) -> None:
    rendition = Rendition(tolerance=20, depth=depth)
    random = np.random.default_rng(depth)
    maker, true = Maker(), random.integers(0, 256, (6, 5, 4), np.uint8)
    for now in np.arange(0, 3, 0.1):
        moving = now < 2
        array = true ^ random.integers(0, 16, true.shape, np.uint8) if moving else true
        made = maker.make(array, BGRX8888, rendition, now=now)
        maker.keep(made)
    assert (
        made.pixels.tobytes() == shrink(true, BGRX8888, rendition._replace(tolerance=0)).tobytes()
    )

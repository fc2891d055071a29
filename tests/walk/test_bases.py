"""What viewers lack, against pictures: marks may be too many and never too few, and there are never many of them."""

from itertools import pairwise
from random import Random
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ws_stream.codec.marks import Copy, Marks
from ws_stream.walk.bases import MAX_BASES, Bases, Lack, Since

WIDTH, HEIGHT = 11, 5
NOTHING = np.zeros((HEIGHT, 2), np.uint8)


def marked(*pixels: tuple[int, int], copy: Copy | None = None) -> Marks:
    """Marks of these pixels, x and y of each."""
    differs = np.zeros((HEIGHT, WIDTH), np.bool_)
    for x, y in pixels:
        differs[y, x] = True
    masks = np.packbits(differs, axis=1, bitorder="little")
    return Marks(masks, masks, np.zeros(0, np.uint8), copy)


def lacked(bases: Bases, lack: Lack) -> NDArray[np.bool_]:
    """Which pixels a viewer is sent."""
    if lack == "whole":
        return np.ones((HEIGHT, WIDTH), np.bool_)
    masks = lack.masks if isinstance(lack, Since) else NOTHING
    if lack == "marks":
        assert bases.marks
        masks = bases.marks.masks
    found = np.unpackbits(masks, axis=1, bitorder="little").view(np.bool_)
    assert not found[:, WIDTH:].any(), "no mark is beyond the width"
    return found[:, :WIDTH]


class History:
    """A picture as the numbers of the updates that touched each of its pixels last, and viewers of older ones."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.bases = Bases(WIDTH)
        self.newest = 0
        self.kept = np.zeros((HEIGHT, WIDTH), int)
        self.shown: dict[int, NDArray[np.int_]] = {}
        """Every picture there was, by its number."""
        self.viewers = [0] * 8
        self.has_news = False

    def update(self) -> None:
        self.bases.hold(self.viewers, self.newest)
        count = self.random.choice([0, 1, 1, 3])
        pixels = [
            (self.random.randrange(WIDTH), self.random.randrange(HEIGHT)) for _ in range(count)
        ]
        copy = None
        if self.random.random() < 0.1:
            copy = Copy(self.random.randrange(HEIGHT - 1), 1, 1)
            self.kept[copy.first] = self.kept[copy.first + 1]
        for x, y in pixels:
            self.kept[y, x] = self.random.randrange(5)
        self.bases.add(marked(*pixels, copy=copy))
        assert self.bases.marks
        self.has_news = self.bases.marks.any or self.bases.is_abandoned(self.newest)
        if self.random.random() < 0.3:
            self.bases.abandon(self.newest)
        elif self.has_news or not self.newest:
            self.bases.commit(self.newest)
            self.newest += 1
            self.shown[self.newest] = self.kept.copy()
            self.look()

    def look(self) -> None:
        """Some viewers are sent the newest picture; each must then show it."""
        for index, base in enumerate(self.viewers):
            if self.random.random() < 0.4:
                if base:
                    lack = lacked(self.bases, self.bases.lack(base))
                    copy = self.bases.marks.copy if self.bases.marks else None
                    before = self.shown[base].copy()
                    if copy and self.bases.lack(base) == "marks":
                        before[copy.first] = before[copy.first + 1]
                    assert np.array_equal(np.where(lack, self.kept, before), self.kept)
                self.viewers[index] = self.random.choice([self.newest, self.newest, 0])


@given(st.randoms(use_true_random=False), st.integers(0, 100))
def test_whatever_viewers_show_what_they_lack_is_among_the_marks(
    random: Random, updates: int
) -> None:
    history = History(random)
    for _ in range(updates):
        history.update()
        assert len(history.bases._since) <= MAX_BASES
        numbers = [since.number for since in history.bases._since]
        assert numbers == sorted(set(numbers)), "older ones come first"


@given(st.randoms(use_true_random=False))
def test_older_marks_hold_all_newer_ones(random: Random) -> None:
    history = History(random)
    for _ in range(30):
        history.update()
        since = history.bases._since
        for older, newer in pairwise(since):
            assert not (newer.masks & ~older.masks).any()


def bases_with(*held: int, pictures: int) -> Bases:
    """After so many pictures, each of which touches a pixel of its own; some of them are still shown."""
    bases = Bases(WIDTH)
    for number in range(pictures):
        bases.hold([base for base in held if base <= number], number)
        bases.add(marked((number % WIDTH, number // WIDTH)))
        bases.commit(number)
    return bases


def test_a_viewer_of_no_picture_lacks_all_of_it() -> None:
    assert bases_with(pictures=3).lack(0) == "whole"


def test_a_viewer_of_the_picture_before_lacks_what_the_last_update_touched() -> None:
    assert bases_with(pictures=3).lack(2) == "marks"


def test_a_viewer_of_an_older_picture_lacks_what_was_touched_since() -> None:
    bases = bases_with(2, pictures=6)
    found = lacked(bases, bases.lack(2))
    assert found.sum() == 4
    assert found[0, 2:6].all()


def test_of_a_picture_that_nobody_said_it_shows_nothing_is_known() -> None:
    assert bases_with(pictures=9).lack(2) == "whole"


@pytest.mark.parametrize("pictures", [10, 50])
def test_viewers_of_too_many_pictures_share_the_marks_of_an_older_one(pictures: int) -> None:
    bases = bases_with(*range(1, pictures), pictures=pictures)
    assert len(bases._since) == MAX_BASES
    for base in range(1, pictures - 1):
        lack = bases.lack(base)
        assert isinstance(lack, Since)
        assert lack.number <= base
        assert lacked(bases, lack).sum() >= pictures - base


def test_marks_that_no_viewer_needs_any_more_are_let_go() -> None:
    bases = bases_with(1, 2, 3, pictures=5)
    assert len(bases._since) == 3
    bases.hold([3], 5)
    assert [since.number for since in bases._since] == [3]
    bases.hold([5], 5)
    assert bases._since == []


def test_what_was_marked_and_abandoned_is_part_of_what_is_marked_next() -> None:
    bases = bases_with(pictures=3)
    for pixel in ((7, 4), (8, 4)):
        bases.hold([3], 3)
        bases.add(marked(pixel))
        bases.abandon(3)
        assert bases.is_abandoned(3)
    bases.hold([3], 3)
    bases.add(marked((9, 4)))
    bases.commit(3)
    assert lacked(bases, bases.lack(3)).sum() == 3


def test_an_update_that_marked_nothing_leaves_nothing_to_abandon() -> None:
    bases = bases_with(pictures=3)
    bases.hold([3], 3)
    bases.add(marked())
    bases.abandon(3)
    assert not bases.is_abandoned(3)


def test_before_a_first_picture_nothing_is_abandoned() -> None:
    bases = Bases(WIDTH)
    bases.hold([0], 0)
    bases.add(marked((1, 1)))
    bases.abandon(0)
    assert not bases.is_abandoned(0)


@pytest.mark.parametrize("width", [1, 7, 8, 9, 16])
def test_rows_that_were_copied_count_as_touched_up_to_the_width(width: int) -> None:
    bases = Bases(width)
    masks = np.zeros((HEIGHT, -(-width // 8)), np.uint8)
    bases.commit(0)
    for number in (1, 2):
        bases.hold([1], number)
        bases.add(Marks(masks, masks, np.zeros(0, np.uint8), Copy(1, 2, 2)))
        bases.commit(number)
    lack: Since | Literal["marks", "whole"] = bases.lack(1)
    assert isinstance(lack, Since)
    bits = np.unpackbits(lack.masks, axis=1, bitorder="little")
    assert bits.sum(axis=1).tolist() == [0, width, width, 0, 0]
    assert not bits[:, width:].any()

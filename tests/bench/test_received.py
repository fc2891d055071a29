"""bench/viewers/received.py: whether a picture is new, how old it is, and how far off."""

import time
from pathlib import Path

import numpy as np
import pytest

from bench.ring import Ring
from bench.viewers.received import Received, Truth, error

CONTENT = (1, 1, 2, 3, 3, 1)
"""One value for each picture of a recording: the last is equal to the first of the next time round."""


@pytest.fixture
def truth(tmp_path: Path) -> Truth:
    pictures = np.stack([np.full((4, 8, 4), value, np.uint8) for value in CONTENT])
    np.save(tmp_path / "recording.npy", pictures)
    ring = Ring(tmp_path / "ring", create=True, width=8, height=4)
    for number in range(2 * len(CONTENT)):
        ring.write(pictures[number % len(CONTENT)])
        time.sleep(0.001)
    return Truth(tmp_path / "ring", tmp_path / "recording.npy", 1)


def test_the_first_of_a_run_of_equal_pictures_is_found_across_the_replay(truth: Truth) -> None:
    assert [truth.first(number) for number in range(6, 12)] == [6, 6, 6, 9, 10, 10]


def test_equal_pictures_have_the_same_content_and_others_have_not(truth: Truth) -> None:
    assert truth.content(4) == truth.content(5) == truth.content(10)
    assert truth.content(6) == truth.content(7) == truth.content(8)
    assert truth.content(3) != truth.content(4)


def test_a_step_hides_changes_between_the_pixels_it_keeps(tmp_path: Path) -> None:
    pictures = np.zeros((2, 4, 8, 4), np.uint8)
    pictures[1, 1, 1] = 255
    np.save(tmp_path / "recording.npy", pictures)
    Ring(tmp_path / "ring", create=True, width=8, height=4)
    assert Truth(tmp_path / "ring", tmp_path / "recording.npy", 1).first(2) == 2
    assert Truth(tmp_path / "ring", tmp_path / "recording.npy", 4).first(2) == 0


def test_the_newest_picture_at_a_moment_is_the_last_completed_before_it(truth: Truth) -> None:
    assert truth.newest_at(truth.completed(7)) == 7
    assert truth.newest_at(truth.completed(8) - 1e-5) == 7


def test_age_counts_from_the_first_picture_with_that_content_and_once(truth: Truth) -> None:
    received = Received(truth, counting=True)
    expected = 1000 * (time.time() - truth.completed(10))
    received.show(11, truth.picture(11))
    received.show(11, truth.picture(11))
    (age,) = received.ages
    assert expected <= age < expected + 1000


def test_a_picture_that_is_not_new_has_no_age_and_is_not_counted(truth: Truth) -> None:
    received = Received(truth, counting=True)
    received.show(9, truth.picture(9), is_new=False)
    assert (received.pictures, received.ages) == (0, [])


def test_error_is_the_largest_difference_and_the_mean_square_without_padding() -> None:
    true = np.zeros((1, 2, 4), np.uint8)
    shown = np.array([[[0, 3, 0, 255], [0, 0, 0, 9]]], np.uint8)
    assert error(shown, true) == (3, 9 / 6)


@pytest.mark.parametrize(("off", "exact"), [(0, 1.0), (2, 0.0)])
def test_figures_tell_exact_pictures_from_others(truth: Truth, off: int, exact: float) -> None:
    received = Received(truth)
    received.kept.append((9, truth.picture(9) + np.uint8(off)))
    figures = received.figures(lambda picture: picture)
    # value 3 with an error of 2 is further from each neighbour than from itself
    assert figures.exact == exact
    assert figures.max_error is not None
    assert (figures.max_error == 0) is (off == 0)

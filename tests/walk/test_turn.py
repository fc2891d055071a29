"""Which pictures a variant takes: no more than its quickest subscriber may have."""

from math import inf

import pytest

from ws_stream.walk.turn import Turn

FULL = 30.0


def taken(turn: Turn, publishes: list[float]) -> list[float]:
    return [now for now in publishes if turn.take(FULL, now)]


def test_at_the_full_rate_every_picture_is_taken_however_quick() -> None:
    turn = Turn()
    turn.fps = FULL
    publishes = [100 + tick / 1000 for tick in range(500)]
    assert taken(turn, publishes) == publishes
    assert not turn.is_missed


@pytest.mark.parametrize("fps", [1.0, 7.0, 10.0, 29.0])
def test_of_a_quicker_stream_so_many_a_second_are_taken(fps: float) -> None:
    turn = Turn()
    turn.fps = fps
    seconds = 60
    publishes = [100 + tick / FULL for tick in range(int(FULL) * seconds)]
    assert 0.99 * fps * seconds - 1 <= len(taken(turn, publishes)) <= fps * seconds + 2


def test_who_wants_none_takes_none_and_its_turn_never_comes() -> None:
    turn = Turn()
    turn.fps = 0
    assert not turn.take(FULL, 100.0)
    assert turn.is_missed
    assert turn.due(FULL) == inf


def test_a_picture_that_was_torn_is_read_once_more_in_the_same_turn() -> None:
    turn = Turn()
    turn.fps = 1.0
    assert turn.take(FULL, 100.0)
    assert turn.take(FULL, 100.0)
    assert turn.take(FULL, 100.0)
    assert not turn.take(FULL, 100.05)


def test_what_was_passed_over_is_known_until_one_is_taken() -> None:
    turn = Turn()
    turn.fps = 1.0
    turn.take(FULL, 100.0)
    turn.take(FULL, 100.01)
    assert turn.is_missed
    assert 100.0 < turn.due(FULL) <= 101.0
    assert turn.take(FULL, turn.due(FULL))
    assert not turn.is_missed


@pytest.mark.parametrize("fps", [FULL, 1.0])
def test_a_picture_that_is_made_for_it_is_missed_until_it_is_taken(fps: float) -> None:
    turn = Turn()
    turn.fps = fps
    turn.take(FULL, 100.0)
    assert turn.miss(FULL, 102.0)
    assert turn.is_missed
    assert not turn.is_taken
    assert turn.take(FULL, 102.0)
    assert not turn.is_missed


def test_who_has_no_turn_may_not_take_what_is_made_for_others() -> None:
    turn = Turn()
    turn.fps = 1.0
    turn.take(FULL, 100.0)
    assert not turn.miss(FULL, 100.01)
    assert turn.is_missed
    assert not turn.is_taken

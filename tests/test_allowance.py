"""So much a second, and so much at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.allowance import Allowance


@given(
    rate=st.floats(0.1, 1000),
    at_once=st.integers(1, 50),
    asks=st.lists(st.tuples(st.floats(0, 2), st.integers(1, 5)), max_size=200),
)
def test_in_no_time_is_more_taken_than_the_rate_allows_beside_what_may_be_at_once(
    rate: float, at_once: int, asks: list[tuple[float, int]]
) -> None:
    allowance, now, taken = Allowance(rate, at_once), 100.0, [(100.0, 0)]
    for wait, amount in asks:
        now += wait
        if amount <= at_once and now >= allowance.due(amount):
            allowance.take(now, amount)
            taken.append((now, amount))
    for first in range(len(taken)):
        total = 0
        for at, amount in taken[first:]:
            total += amount
            assert total <= at_once + rate * (at - taken[first][0]) + 1e-6


def test_after_a_rest_all_that_may_be_at_once_is_there_and_no_more() -> None:
    allowance = Allowance(10, 5)
    allowance.take(100.0, 5)
    assert allowance.left(100.0) == 0
    assert allowance.due(1) == 100.1
    assert allowance.left(100.2) == pytest.approx(2)
    assert allowance.left(1000.0) == 5


def test_one_is_taken_only_if_it_may_be() -> None:
    allowance = Allowance(1, 2)
    assert [allowance.may_take(now) for now in (9, 9, 9, 9.5, 10, 10)] == [
        *(True, True),
        *(False, False),
        *(True, False),
    ]


def test_who_takes_nothing_is_due_at_once() -> None:
    assert Allowance(1, 1).due() <= 0

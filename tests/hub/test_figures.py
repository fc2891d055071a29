"""What is counted of a stream on the event loop."""

import pytest

from ws_stream.hub.figures import AGES, Ages, Figures


def test_an_age_belongs_to_the_first_part_that_reaches_it() -> None:
    ages = Ages()
    for bound in AGES:
        ages.add(bound)
    assert ages.counts == [*[1] * len(AGES), 0]
    ages.add(AGES[-1] + 0.001)
    assert ages.counts[-1] == 1
    assert ages.sum == pytest.approx(sum(AGES) + AGES[-1] + 0.001)


def test_a_picture_from_the_future_is_new_and_takes_nothing_from_the_sum() -> None:
    ages = Ages()
    ages.add(-1e6)
    assert (ages.counts[0], ages.sum) == (1, 0)


def test_a_problem_counts_once_until_there_are_pictures_again() -> None:
    figures = Figures()
    for problem in (None, "gone", "gone", "torn", None, None, "gone"):
        figures.set_problem(problem)
    assert (figures.problem, figures.problems) == ("gone", 2)

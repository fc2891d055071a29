"""After what another connection is tried, and when."""

import pytest

from ws_stream.retry import FIRST_PAUSE, LONGEST_PAUSE, Retry, is_final_close, is_final_status


@pytest.mark.parametrize("code", [1002, 1003, 1007, 1008, 1009, 1010, 4400, 4406, 4499])
def test_after_some_codes_the_same_would_be_said_again(code: int) -> None:
    assert is_final_close(code)


@pytest.mark.parametrize("code", [1000, 1001, 1005, 1006, 1011, 1012, 1013, 4001, 4004, 4399, 4500])
def test_after_others_another_is_tried(code: int) -> None:
    assert not is_final_close(code)


@pytest.mark.parametrize("status", [200, 301, 302, 400, 401, 403, 404, 405, 426, 499])
def test_so_with_answers_by_http(status: int) -> None:
    assert is_final_status(status)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 599])
def test_and_some_of_them_are_asked_for_again(status: int) -> None:
    assert not is_final_status(status)


def test_each_wait_is_twice_as_long_up_to_the_longest() -> None:
    retry = Retry(lambda: 1.0)
    assert [retry.wait() for _ in range(7)] == [0.5, 1, *[LONGEST_PAUSE] * 5]


def test_chance_makes_it_up_to_twice_as_short() -> None:
    assert Retry(lambda: 0.0).wait() == FIRST_PAUSE / 2
    assert all(FIRST_PAUSE / 2 <= Retry().wait() <= FIRST_PAUSE for _ in range(100))


def test_a_stream_that_shows_something_begins_anew() -> None:
    retry = Retry(lambda: 1.0)
    for _ in range(5):
        retry.wait()
    retry.shown()
    assert retry.wait() == FIRST_PAUSE

from hypothesis import given
from hypothesis import strategies as st

from ws_stream.pacing import WINDOW, Window


def test_as_many_pictures_as_the_window_holds_may_be_on_their_way() -> None:
    window = Window()
    for number in range(1, WINDOW + 1):
        assert window.is_open()
        window.sent(number)
    assert not window.is_open()


def test_an_acknowledgement_covers_all_pictures_before_it() -> None:
    window = Window()
    window.sent(7)
    window.sent(9)
    window.acknowledged(9)
    window.sent(10)
    assert window.is_open()
    window.sent(12)
    assert not window.is_open()


def test_an_acknowledgement_between_two_numbers_covers_the_lower() -> None:
    window = Window()
    window.sent(7)
    window.sent(9)
    window.acknowledged(8)
    assert window.is_open()
    window.sent(10)
    window.acknowledged(8)
    assert not window.is_open()


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_wrong_acknowledgements_never_open_a_full_window(numbers: list[int]) -> None:
    window = Window()
    for number in range(1, 101):
        window.sent(number)
        window.acknowledged(number)
    window.sent(101)
    window.sent(102)
    for number in numbers:
        window.acknowledged(number if number not in (101, 102) else 103)
    assert not window.is_open()


def test_a_cleared_window_is_open() -> None:
    window = Window()
    window.sent(1)
    window.sent(2)
    window.clear()
    assert window.is_open()

"""Where whole pictures are due."""

from ws_stream.recording.spacing import MOST_WORK, PASS, Spacing


def messages_between(length: int, whole: int) -> int:
    spacing = Spacing()
    spacing.whole(whole)
    for n in range(1, 1000):
        if spacing.is_due(length):
            return n
        spacing.message(length)
    return 1000


def test_messages_as_large_as_a_whole_picture_are_followed_by_one_after_eight_at_most() -> None:
    assert messages_between(10_000, 10_000) == MOST_WORK


def test_small_messages_are_followed_by_one_after_so_many_passes_over_the_picture() -> None:
    assert messages_between(0, 10_000) == MOST_WORK / PASS


def test_one_message_that_is_larger_than_all_of_the_work_is_followed_by_one_at_once() -> None:
    assert messages_between(100_000, 10_000) == 1


def test_a_whole_picture_begins_the_count_anew() -> None:
    spacing = Spacing()
    spacing.whole(100)
    assert not spacing.is_due(399)
    spacing.message(399)
    assert spacing.is_due(399)
    assert spacing.is_due(399), "asking counts nothing"
    spacing.whole(100)
    assert not spacing.is_due(399)

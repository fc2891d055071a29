"""Whether words of front ends are heard. The time is the test's."""

from ws_stream.jupyter.ear import PATIENCE, TRUST, TRUST_APART, Ear


def test_a_cell_is_deaf_when_nothing_was_heard_in_it_for_a_while() -> None:
    ear = Ear(100)
    assert not ear.is_deaf(100 + PATIENCE / 2)
    assert ear.is_deaf(100 + PATIENCE)
    ear.end()
    assert not ear.is_deaf(1e9)
    ear.begin(200)
    assert not ear.is_deaf(200)
    assert ear.is_deaf(200 + PATIENCE)


def test_a_word_in_the_cells_own_thread_shows_for_some_time_that_others_are_heard() -> None:
    ear = Ear(100)
    ear.hear(101, is_apart=False)
    assert not ear.is_deaf(101)
    assert not ear.is_deaf(101 + TRUST / 2)
    assert ear.is_deaf(101 + TRUST)


def test_a_word_in_a_thread_apart_shows_for_longer_that_all_are() -> None:
    ear = Ear(100)
    ear.hear(101, is_apart=True)
    ear.hear(102, is_apart=False)
    assert not ear.is_deaf(101 + TRUST_APART - 1)
    assert ear.is_deaf(101 + TRUST_APART), "subshells may have been switched off"

"""What a peer says cannot act on a terminal or a log, whatever it is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.printable import MAX_LINE, MAX_LINES, MAX_PRINTED, indented, printable

HARMFUL = [
    "\x1b[2J\x1b]0;title\x07",
    "\r\b\x00\x7f\x9b31m",
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
    "\ud800 \udfff",
    "\u200b\ufeff\ufff9\U000e0041",
]


@pytest.mark.parametrize("text", ["out of film", "Küche 3: вход", "日本 😀", "", "a" * MAX_PRINTED])
def test_what_is_visible_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize("text", HARMFUL, ids=ascii)
def test_what_a_terminal_would_act_on_is_replaced_letter_by_letter(text: str) -> None:
    shown = printable(f"a{text}b")
    assert shown.isprintable()
    assert (shown[0], shown[-1]) == ("a", "b")
    assert "\N{REPLACEMENT CHARACTER}" in shown


def test_lines_become_one() -> None:
    assert printable("a\r\n\r\nb\u2028c\tfake: d\n") == "a b c fake: d"


def test_a_long_text_is_cut_and_shows_that_it_was() -> None:
    assert printable("abcdef", 5) == "abcd…"
    assert len(printable("x" * 60_000_000)) == MAX_PRINTED


@given(st.text(st.characters(), max_size=300))
def test_whatever_the_text_it_is_one_bounded_line_that_can_be_encoded(text: str) -> None:
    shown = printable(text)
    assert len(shown) <= MAX_PRINTED
    assert shown.isprintable()
    assert not {unicodedata.category(letter) for letter in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    shown.encode()


def test_lines_that_stand_below_another_are_set_in_and_each_is_harmless() -> None:
    assert indented("a\n  b\x1b\r\nc\u2028d") == "\n    a\n      b\ufffd\n    c\n    d"
    assert indented("") == ""


def test_of_very_many_and_of_very_long_lines_a_part_is_shown() -> None:
    assert indented("a\n" * 10 * MAX_LINES).count("\n") == MAX_LINES
    assert max(map(len, indented(" " * 10_000 + "x" * 10_000).split("\n"))) < 2 * MAX_LINE

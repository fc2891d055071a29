"""What each kind of argument takes, what it makes of it, and what is said of the rest."""

import math
import socket
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.odd import ODD, Choice, Hostile, Loud, Text, Whole, named
from ws_stream.arguments import (
    MOST_SHOWN,
    PATH,
    SWITCH,
    TEXT,
    Kind,
    above,
    each,
    instance,
    matching,
    optional,
    plain,
    shown,
    whole,
    why,
)
from ws_stream.errors import UsageError

WHOLE = whole(0, 9)
ABOVE = above(0, 1000, "some")
LETTERS = matching("[a-z]+", "letters")

TAKEN: list[tuple[Kind[Any], object, object]] = [
    *((WHOLE, value, 2) for value in (2, np.int64(2), np.uint8(2), Whole(2), Choice.two)),
    *((ABOVE, value, 2) for value in (2, np.int64(2), Whole(2), Choice.two)),
    *((ABOVE, value, 2.5) for value in (2.5, np.float32(2.5), Decimal("2.5"), Fraction(5, 2))),
    *((SWITCH, value, True) for value in (True, np.True_)),
    *((LETTERS, value, "a") for value in ("a", np.str_("a"), Text("a"))),
    *(
        (each(LETTERS), value, frozenset("a"))
        for value in ("a", ["a"], ("a", "a"), {"a"}, iter("a"))
    ),
    (each(LETTERS), "cam", frozenset({"cam"})),
    (each(LETTERS), (), frozenset()),
    (optional(LETTERS), None, None),
    (optional(LETTERS), "a", "a"),
    (PATH, Path("/a"), "/a"),
    (TEXT, "a\nb", "a\nb"),
    (instance(Hostile, "one"), (hostile := Hostile()), hostile),
]


@pytest.mark.parametrize(("kind", "value", "made"), TAKEN, ids=lambda value: type(value).__name__)
def test_what_is_taken_becomes_a_plain_value_of_python(
    kind: Kind[Any], value: object, made: object
) -> None:
    found = kind.take("it", value)
    assert found is made or found == made
    assert type(found) is type(made)


REFUSED: list[tuple[Kind[Any], list[object]]] = [
    (WHOLE, [-1, 10, 2.0, "2", b"2", None, True, np.True_, math.nan, Decimal(2), [2], 10**5000]),
    (ABOVE, [0, 1001, math.nan, math.inf, -1.5, "2", True, np.True_, 1j, None, Decimal("sNaN")]),
    (SWITCH, [0, 1, None, "yes", [], np.array([True])]),
    (LETTERS, ["", "A", "a\n", b"a", None, 5, ["a"]]),
    (each(LETTERS), [None, 5, b"a", ["a", 5], [b"a"], "A"]),
    (TEXT, [None, b"a", 5]),
    (PATH, [None, b"a", 5]),
    (instance(Path, "a path"), [None, "a", Path]),
]


@pytest.mark.parametrize(
    ("kind", "value"),
    [(kind, value) for kind, values in REFUSED for value in [*values, Hostile(), Loud()]],
    ids=named,
)
def test_what_is_refused_is_named_with_what_would_be_right(kind: Kind[Any], value: object) -> None:
    with pytest.raises(UsageError) as refused:
        kind.take("it", value)
    assert str(refused.value) == f"it={shown(value)} cannot be; right would be {kind.right}"


def test_a_refusal_says_itself_what_the_kind_has_found_out() -> None:
    def read(value: object) -> None:
        raise UsageError("there is no such thing")

    with pytest.raises(UsageError, match=r"^there is no such thing$"):
        Kind(read, "another").take("it", 5)


def test_whatever_the_value_it_is_shown_on_one_line_and_not_too_long() -> None:
    for label, value in ODD.items():
        text = shown(value())
        assert text.isprintable(), label
        assert 0 < len(text) <= MOST_SHOWN, label


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n b\t", "a b"),
        ("\x1b[2J", r"\x1b[2J"),
        ("\u202e", r"\u202e"),
        ("\udcff", r"\udcff"),
        ("é", "é"),
    ],
)
def test_what_a_terminal_would_obey_is_not_in_a_plain_text(text: str, line: str) -> None:
    assert plain(text) == line


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(2, "No such file or directory", "/a"), "No such file or directory"),
        (OSError("no device"), "no device"),
        (OSError(), "OSError"),
        (ValueError("embedded null byte"), "embedded null byte"),
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
    ],
    ids=named,
)
def test_why_something_failed_is_said_in_the_system_s_words_or_the_error_s(
    error: Exception, said: str
) -> None:
    assert why(error) == said

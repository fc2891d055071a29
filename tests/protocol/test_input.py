import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import ProtocolError
from ws_stream.protocol import control, messages
from ws_stream.protocol.input import (
    MAX_EVENTS,
    MAX_WHEEL,
    PHASES,
    Action,
    Custom,
    Key,
    Pointer,
    Text,
    Touch,
    within,
)

U16 = st.integers(0, 2**16 - 1)
PLACES = st.floats(allow_nan=False, allow_infinity=False)
TURNS = st.floats(-MAX_WHEEL, MAX_WHEEL)


def letters(most: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=most)


ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(Pointer, PLACES, PLACES, U16, st.none() | st.tuples(TURNS, TURNS)),
    st.builds(Touch, U16, PLACES, PLACES, st.sampled_from(PHASES)),
    st.builds(Key, letters(32), letters(32), st.booleans()),
    st.builds(Text, letters(256)),
    st.builds(Custom, letters(64), letters(1024)),
)


def said(*events: object) -> str:
    return json.dumps({"type": "input", "epoch": 7, "number": 3, "events": events})


def read(*events: object) -> tuple[Action, ...]:
    message = control.parse_from_viewer(said(*events))
    assert isinstance(message, messages.Input)
    assert message[:2] == (7, 3)
    return message.events


POINTER: dict[str, Any] = {"kind": "pointer", "x": 1.5, "y": 2, "buttons": 1}
TOUCH: dict[str, Any] = {"kind": "touch", "touch": 0, "x": 1, "y": 2, "phase": "start"}
KEY: dict[str, Any] = {"kind": "key", "key": "a", "code": "KeyA", "down": True}
TEXT: dict[str, Any] = {"kind": "text", "text": "a"}
WRONG: list[tuple[dict[str, Any], str, list[object]]] = [
    (POINTER, "x", ["1", True, None, [1], 10**400]),
    (POINTER, "buttons", [-1, 2**16, 1.0, True, None]),
    (POINTER, "wheel", [None, 1, [1], [1, 2, 3], ["1", 2], {}]),
    (TOUCH, "phase", ["", "Start", 1, ["end"], None]),
    (TOUCH, "touch", [-1, 2**16, 0.0, "0"]),
    (KEY, "down", [0, 1, None, "true"]),
    (KEY, "key", ["x" * 33, 1, None, "\0", "a\n", "\x9b", "\ud83d"]),
    (TEXT, "text", ["x" * 257, "\x1b[2J", "\r", "\x7f", "\udfff", None]),
]
"""Of each member what it cannot be."""


def test_events_are_what_the_document_s_table_says() -> None:
    scrolled = {**POINTER, "wheel": [-3, 0.5]}
    entered = {"kind": "text", "text": "ü\n\t"}, {"kind": "custom", "name": "zoom", "data": "[1]"}
    assert read(POINTER, scrolled, TOUCH, KEY, *entered) == (
        Pointer(1.5, 2.0, 1),
        Pointer(1.5, 2.0, 1, (-3.0, 0.5)),
        Touch(0, 1.0, 2.0, "start"),
        Key("a", "KeyA", True),
        Text("ü\n\t"),
        Custom("zoom", "[1]"),
    )


@given(st.lists(ACTIONS, min_size=1, max_size=MAX_EVENTS))
def test_what_a_viewer_says_is_what_a_server_hears(actions: list[Action]) -> None:
    message = messages.Input(1, 2, tuple(actions))
    assert control.parse_from_viewer(control.serialize(message)) == message


@pytest.mark.parametrize(
    "events",
    [
        [],
        [POINTER] * 33,
        [[POINTER]],
        ["pointer"],
        [None],
        [{}],
        [{**POINTER, "kind": 1}],
        [{**POINTER, "kind": ["pointer"]}],
        [{"x": 1, "y": 2, "buttons": 0}],
        [{"kind": "pointer", "x": 1, "y": 2}],
        *([{**right, name: value}] for right, name, wrong in WRONG for value in wrong),
        [{"kind": "custom", "name": "x" * 65, "data": ""}],
        [{"kind": "custom", "name": "", "data": "x" * 1025}],
        [{"kind": "custom", "name": "", "data": {}}],
        [POINTER, {"kind": "text"}],
    ],
    ids=lambda events: json.dumps(events)[:60],
)
def test_what_breaks_the_table_is_refused(events: list[object]) -> None:
    with pytest.raises(ProtocolError, match="without a valid 'events'"):
        control.parse_from_viewer(said(*events))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_place_is_finite(number: str) -> None:
    with pytest.raises(ProtocolError):
        control.parse_from_viewer(said(POINTER).replace("1.5", number))


def test_what_a_later_version_says_is_ignored_and_the_rest_is_heard() -> None:
    assert read({"kind": "gaze", "x": "a"}, {**KEY, "pressure": [1]}, {"kind": "x-own"}) == (
        Key("a", "KeyA", True),
    )
    assert read({"kind": "gaze"}) == ()


def test_as_many_events_are_heard_as_the_document_says_and_a_wheel_turns_by_some_screens() -> None:
    assert len(read(*[POINTER] * 32)) == 32
    (turned,) = read({**POINTER, "wheel": [-1e300, 1e300]})
    assert turned == Pointer(1.5, 2.0, 1, (-MAX_WHEEL, MAX_WHEEL))


@given(ACTIONS, st.integers(1, 16384), st.integers(1, 16384))
def test_places_are_within_the_source_and_nothing_else_is_another(
    action: Action, width: int, height: int
) -> None:
    kept = within(action, (width, height))
    if not isinstance(action, Pointer | Touch):
        assert kept == action
        return
    assert isinstance(kept, Pointer | Touch)
    assert 0 <= kept.x <= width
    assert 0 <= kept.y <= height
    assert kept._replace(x=action.x, y=action.y) == action
    if 0 <= action.x <= width and 0 <= action.y <= height:
        assert kept == action

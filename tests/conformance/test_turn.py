"""How answers are judged."""

import json

import pytest

from ws_stream.conformance.stories import Story
from ws_stream.conformance.turn import equal_json, exactly, holding, said


def word(content: object) -> str:
    return said(json.dumps(content).encode())


def test_the_first_words_are_compared() -> None:
    assert exactly("ok")(["ok", "7b7d"]) is None
    assert exactly("ok")(["okay"]) == "ok"
    assert exactly("retry 5")(["retry"]) == "retry 5"
    assert exactly("ok")([]) == "ok"


@pytest.mark.parametrize(
    ("expected", "found", "is_right"),
    [
        ({"step": 4}, {"step": 4, "fps": None}, True),
        ({"step": 4}, {"step": 4.0}, True),
        ({"step": 4}, {"step": True}, False),
        ({"step": 1}, {"step": True}, False),
        ({"average": True}, {"average": 1}, False),
        ({"step": 4}, {}, False),
        ({"crop": [1, 2]}, {"crop": [2, 1]}, False),
        ({"crop": [1, 2]}, {"crop": [1, 2, 3]}, False),
        ({"formats": ["a", "b"]}, {"formats": ["b", "a"]}, True),
    ],
)
def test_json_is_compared_by_its_members(expected: object, found: object, is_right: bool) -> None:
    assert (holding(expected)(["ok", word(found)]) is None) == is_right


def test_what_is_no_json_is_wrong() -> None:
    for words in ([], ["ok"], ["ok", "zz"], ["ok", "-"], ["refused", word({})]):
        assert holding({})(words)


def test_side_data_is_equal_or_none() -> None:
    assert equal_json("-", None)
    assert equal_json(word({"a": [1.0]}), {"a": [1]})
    assert not equal_json("-", {})
    assert not equal_json(word({"a": 1}), None)


def sending(*messages: object) -> list[str]:
    return ["ok", *map(word, messages)]


RESYNC = {"type": "resync"}
CLOCK = {"type": "clock", "viewer_time": 1}


@pytest.mark.parametrize(
    ("sends", "words", "wrong"),
    [
        (["resync"], sending(RESYNC), None),
        (["resync"], sending(CLOCK, RESYNC), None),
        (["resync"], sending(), "the messages resync"),
        (["resync"], sending(RESYNC, RESYNC), "the messages resync"),
        ([], sending(RESYNC), "no resync and no acknowledge"),
        ([], sending(CLOCK), None),
        ([], sending({"type": "clock", "viewer_time": -1}), "messages that keep to their tables"),
        ([], ["ok", "zz"], "messages that keep to their tables"),
        (["acknowledge 1"], sending({"type": "acknowledge", "number": 1}), None),
        (
            ["acknowledge 1"],
            sending({"type": "acknowledge", "number": 1, "epoch": 5}),
            "the messages acknowledge 1",
        ),
    ],
)
def test_what_a_viewer_sends_is_compared(
    sends: list[str], words: list[str], wrong: str | None
) -> None:
    story = Story()
    turn = story.turn({"do": ["connect"], "answer": "ok", "sends": sends})
    assert turn.judge(words) == wrong


def test_waits_are_within_their_bounds() -> None:
    step = {"do": ["closed", "1006"], "answer": "retry 250 500", "sends": []}
    for answer, is_right in (("250", 1), ("500", 1), ("249", 0), ("501", 0), ("x", 0)):
        assert (Story().turn(step).judge(["retry", answer]) is None) == bool(is_right)
    assert Story().turn(step).judge(["final"])
    assert Story().turn(step).judge(["retry"])

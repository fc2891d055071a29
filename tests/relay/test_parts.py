"""Messages in parts, and whole again: whatever comes of them, a message that was sent, or none."""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ws_stream.errors import ProtocolError, UsageError
from ws_stream.relay.parts import (
    HEADER_ROOM,
    MAX_PARTS,
    SILENCE,
    Gathering,
    Part,
    end,
    parse,
    parse_end,
    split,
)

ONE, OTHER = "0123456789abcdef", "fedcba9876543210"
MESSAGES = st.lists(st.text(max_size=40) | st.binary(max_size=40), min_size=1, max_size=6)
ROOMS = st.integers(1, 20)
FEW = settings(max_examples=40)
"""As each example is many parts."""


def parts_of(messages: Sequence[str | bytes], room: int, publisher: str = ONE) -> list[Part]:
    return [
        parse(*part)
        for number, message in enumerate(messages, 1)
        for part in split(message, publisher, number, HEADER_ROOM + room)
    ]


def following(now: float = 0.0) -> Gathering:
    gathering = Gathering()
    gathering.expect(ONE, 1, now)
    return gathering


@FEW
@given(MESSAGES, ROOMS)
def test_what_is_split_is_put_together_again_without_a_gap(
    messages: list[str | bytes], room: int
) -> None:
    gathering = following()
    gathered = [gathering.take(part, 0) for part in parts_of(messages, room)]
    assert [each.message for each in gathered if each.message is not None] == messages
    assert not any(each.is_gap for each in gathered)


@FEW
@given(MESSAGES, ROOMS)
def test_a_part_and_its_headers_are_never_more_than_the_server_takes(
    messages: list[str | bytes], room: int
) -> None:
    most = HEADER_ROOM + room
    for number, message in enumerate(messages, 2**53 - 10):
        for headers, data in split(message, ONE, number, most):
            lines = sum(len(f"{name}: {value}\r\n") for name, value in headers.items())
            assert len("NATS/1.0\r\n") + lines + len("\r\n") + len(data) <= most


@FEW
@given(st.data(), MESSAGES, ROOMS)
def test_lost_repeated_and_reordered_parts_make_no_message_that_was_not_sent_and_leave_none_unnoticed(
    data: st.DataObject, messages: list[str | bytes], room: int
) -> None:
    sent = parts_of(messages, room)
    came = data.draw(st.lists(st.sampled_from(sent), max_size=3 * len(sent)))
    gathering, expected = following(), 1
    for part in came:
        message, is_gap = gathering.take(part, 0)
        if is_gap:
            expected = part.message + (part.part > 1)
        if message is not None:
            assert message == messages[part.message - 1]
            assert part.message == expected, "a message is missing, and nobody was told"
            expected += 1


@FEW
@given(st.data(), MESSAGES, ROOMS)
def test_after_any_disorder_what_comes_in_order_is_followed_again(
    data: st.DataObject, messages: list[str | bytes], room: int
) -> None:
    sent = parts_of(messages, room)
    gathering = following()
    for part in data.draw(st.lists(st.sampled_from(sent), max_size=10)):
        gathering.take(part, 0)
    again = [gathering.take(part, 0) for part in sent]
    assert [each.message for each in again if each.message is not None] == messages


def test_another_publisher_is_passed_over_until_the_first_is_silent() -> None:
    gathering = following(now=0.0)
    (part,) = parts_of(["theirs"], 20, OTHER)
    assert gathering.take(part, SILENCE - 0.1) == (None, False)
    assert gathering.publisher == ONE
    assert gathering.take(part, SILENCE) == ("theirs", True)
    assert gathering.publisher == OTHER
    (ours,) = parts_of(["ours"], 20)
    assert gathering.take(ours, SILENCE) == (None, False)


def test_parts_of_two_kinds_or_counts_are_no_message() -> None:
    first, second = parts_of([b"abcd"], 2)
    for odd in (second._replace(parts=3), second._replace(is_text=True)):
        gathering = following()
        gathering.take(first, 0)
        assert gathering.take(odd, 0) == (None, True)


def test_what_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ws_stream.relay.parts.MAX_MESSAGE", 10)
    gathering = following()
    parts = parts_of([bytes(40)], 4)
    gaps = [gathering.take(part, 0).is_gap for part in parts]
    assert gaps[:3] == [False, False, True]
    assert sum(map(len, gathering._parts)) <= 10


def test_a_server_that_takes_too_little_is_named_with_what_would_be_right() -> None:
    for most in (0, HEADER_ROOM, HEADER_ROOM + 1):
        with pytest.raises(UsageError, match=r"too few .*; right would be max_payload: 1MB"):
            list(split(bytes(MAX_PARTS + 1), ONE, 1, most))


HEADERS = {"Ws-Publisher": ONE, "Ws-Message": "7", "Ws-Part": "1/2", "Ws-Kind": "text"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("Ws-Publisher", value) for value in ("", ONE[1:], ONE.upper(), f"{ONE}0")),
        *(("Ws-Message", value) for value in ("", "-1", "1.0", "07", "9007199254740992", "\u0661")),
        *(("Ws-Part", value) for value in ("", "0/1", "3/2", "1/4097", "1/", "1/99999")),
        *(("Ws-Kind", value) for value in ("", "json", "TEXT")),
    ],
)
def test_headers_that_are_none_are_a_documented_error(name: str, value: str) -> None:
    assert parse(HEADERS, b"").message == 7
    with pytest.raises(ProtocolError):
        parse({**HEADERS, name: value}, b"")
    with pytest.raises(ProtocolError):
        parse({other: HEADERS[other] for other in HEADERS if other != name}, b"")


@FEW
@given(st.dictionaries(st.sampled_from([*HEADERS, "Ws-After", "X"]), st.text(max_size=20)))
def test_whatever_headers_come_there_is_a_part_an_end_or_a_documented_error(
    headers: dict[str, str],
) -> None:
    for reader in (lambda: parse(headers, b""), lambda: parse_end(headers)):
        with suppress(ProtocolError):
            reader()


def test_an_answer_ends_with_how_much_it_was() -> None:
    assert parse_end(end(ONE, 3, 41)) == (ONE, 3, 41)

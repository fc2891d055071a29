"""A node follows a publisher: whatever is lost, it has all messages from a whole picture on, or asks for another."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.relay.test_parts import ONE, OTHER, parts_of
from ws_stream.errors import ProtocolError
from ws_stream.relay.following import MOST_AHEAD, MOST_KEPT, Answer, Following, Whole
from ws_stream.relay.parts import HEADER_ROOM, SILENCE, Part, end, split

ANSWERED: tuple[str | bytes, ...] = ("stream", b"picture")


def part(number: int, publisher: str = ONE) -> Part:
    return Part(publisher, number, 1, 1, True, str(number).encode())


def numbers(following: Following, came: list[Part]) -> list[str | bytes]:
    return [each.message for one in came for each in following.take(one, 0)]


def test_nothing_is_heeded_before_a_whole_picture_and_then_what_it_lacks() -> None:
    following = Following()
    assert numbers(following, [part(5), part(6), part(7)]) == []
    whole = Whole(ONE, 5, ("stream", b"picture"))
    heeded = following.answered(whole, 0)
    assert [each.message for each in heeded] == ["stream", b"picture", "6", "7"]
    assert [each.number for each in heeded] == [5, 5, 6, 7]
    assert not following.is_waiting
    assert numbers(following, [part(8)]) == ["8"]


def test_who_answers_may_be_ahead_and_what_it_holds_is_passed_over() -> None:
    following = Following()
    numbers(following, [part(5)])
    assert following.answered(Whole(ONE, 7, ()), 0) == []
    assert not following.is_waiting
    assert numbers(following, [part(6), part(7), part(8)]) == ["8"]


def test_who_answers_and_is_behind_is_of_no_use() -> None:
    following = Following()
    numbers(following, [part(5)])
    assert following.answered(Whole(ONE, 3, (b"picture",)), 0) == []
    assert following.is_waiting


def test_an_answer_that_claims_what_was_not_yet_is_not_believed() -> None:
    following = Following()
    numbers(following, [part(5)])
    following.answered(Whole(ONE, 5 + MOST_AHEAD + 1, (b"picture",)), 0)
    assert following.is_waiting


def test_an_answer_of_another_publisher_is_passed_over_unless_the_own_is_silent() -> None:
    following = Following()
    numbers(following, [part(5)])
    whole = Whole(OTHER, 40, (b"picture",))
    assert following.answered(whole, SILENCE - 0.1) == []
    assert [each.message for each in following.answered(whole, SILENCE)] == [b"picture"]
    assert [each.message for each in following.take(part(41, OTHER), SILENCE)] == ["41"]


def test_no_more_than_a_few_messages_are_kept() -> None:
    following = Following()
    numbers(following, [part(number) for number in range(1, 40)])
    heeded = following.answered(Whole(ONE, 39 - MOST_KEPT, ()), 0)
    assert [each.number for each in heeded] == [*range(40 - MOST_KEPT, 40)]


def test_a_gap_is_waited_for_again() -> None:
    following = Following()
    following.answered(Whole(ONE, 0, ()), 0)
    assert numbers(following, [part(1), part(2), part(4)]) == ["1", "2"]
    assert following.is_waiting
    assert [each.number for each in following.answered(Whole(ONE, 3, (b"x",)), 0)] == [3, 4]


@settings(max_examples=40)  # each is many messages
@given(st.data())
def test_whatever_comes_heeded_messages_are_in_order_and_without_a_gap_between_whole_pictures(
    data: st.DataObject,
) -> None:
    following = Following()
    last: int | None = None
    for _ in range(data.draw(st.integers(1, 40))):
        if data.draw(st.booleans()):
            whole = Whole(ONE, data.draw(st.integers(0, 12)), (b"whole",))
            heeded = following.answered(whole, 0)
            if heeded:
                last = None
        else:
            heeded = following.take(part(data.draw(st.integers(1, 12))), 0)
        for each in heeded:
            if each.message == b"whole":
                last = each.number
            else:
                assert last is not None
                assert each.number == last + 1
                last = each.number


def test_an_answer_is_put_together_of_its_messages_and_its_end() -> None:
    answer = Answer(None, 0)
    for number, message in enumerate(ANSWERED, 1):
        for headers, content in split(message, ONE, number, HEADER_ROOM + 3):
            assert answer.take(headers, content, 0) is None
    assert answer.take(end(ONE, 2, 9), b"", 0) == (ONE, 9, ANSWERED)


def test_where_one_answers_and_holds_another_publisher_s_stream_nothing_is_waited_for() -> None:
    answer = Answer(OTHER, 0, is_only=True)
    (headers, content) = next(iter(split("stream", ONE, 1, 1000)))
    assert answer.take(headers, content, 0) is None
    with pytest.raises(ProtocolError, match="another publisher's"):
        answer.take(end(ONE, 1, 9), b"", 0)


def test_of_two_publishers_that_answer_at_once_one_is_heard() -> None:
    for wanted, whole in ((None, Whole(ONE, 9, ANSWERED)), (OTHER, Whole(OTHER, 4, (b"other",)))):
        answer = Answer(wanted, 0)
        came: list[Whole | None] = []
        (headers, content) = next(iter(split("stream", ONE, 1, 1000)))
        came.append(answer.take(headers, content, 0))
        (headers, content) = next(iter(split(b"other", OTHER, 1, 1000)))
        came += answer.take(headers, content, 0), answer.take(end(OTHER, 1, 4), b"", 0)
        (headers, content) = next(iter(split(b"picture", ONE, 2, 1000)))
        came += answer.take(headers, content, 0), answer.take(end(ONE, 2, 9), b"", 0)
        assert [each for each in came if each] == [whole]


def test_an_answer_of_which_something_is_missing_is_none() -> None:
    parts = [*split(b"picture", ONE, 1, HEADER_ROOM + 3)]
    for lacking in range(len(parts)):
        answer = Answer(None, 0)
        for index, (headers, content) in enumerate(parts):
            if index != lacking:
                answer.take(headers, content, 0)
        with pytest.raises(ProtocolError, match="missing"):
            answer.take(end(ONE, 1, 9), b"", 0)


def test_an_answer_that_goes_on_and_on_is_none() -> None:
    answer = Answer(None, 0)
    with pytest.raises(ProtocolError, match="on and on"):
        for one in parts_of([b"x"] * 9, 20):
            answer.take(*next(iter(split(one.data, ONE, one.message, 1000))), 0)

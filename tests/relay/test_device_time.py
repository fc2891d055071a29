"""The device's time over hops: whatever clocks and ways are like, it is within the bounds that are told."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ws_stream.clock import Age, DeviceClock
from ws_stream.errors import ProtocolError
from ws_stream.pixels.formats import GRAY8
from ws_stream.pixels.frame import Frame
from ws_stream.relay.device_time import clock_answer, clock_question, parse_clock_answer

DELAYS = st.floats(0, 0.5)
AHEAD = st.integers(-(10**9), 10**9)


def picture(time: int) -> Frame:
    return Frame(1, 1, time, GRAY8, GRAY8.blank(2, 2))


@given(st.lists(st.tuples(*[DELAYS] * 4), min_size=1, max_size=4), AHEAD, AHEAD)
def test_bounds_add_up_and_the_true_age_is_always_within(
    hops: list[tuple[float, float, float, float]], publisher_ahead: int, node_ahead: int
) -> None:
    """True time is that of the device, from 1000 s on; other clocks are ahead by whole microseconds."""
    true, taken = 1000.0, 999.5
    device, node = DeviceClock(), DeviceClock()

    def publishers(at: float) -> float:
        return at + publisher_ahead / 1e6 + 2000

    def nodes(at: float) -> float:
        return at + node_ahead / 1e6 + 2000

    for there, back, there_too, back_too in hops:
        device.answered(
            publishers(true), round((true + there) * 1e6), publishers(true + there + back)
        )
        true += there + back
        asked = int(nodes(true) * 1e6)
        true += there_too
        age = device.age(round(taken * 1e6), publishers(true))
        assume(age)
        assert age
        answer = clock_answer(clock_question(asked), picture(round(taken * 1e6)), age)
        time, uncertainty = parse_clock_answer(answer, asked)
        true += back_too
        node.answered(asked / 1e6, time, nodes(true), uncertainty)
        known = node.age(round(taken * 1e6), nodes(true))
        assert known
        assert abs(true - taken - known.seconds) <= known.uncertainty + 1e-5


@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"{}", b'{"type":"clock","viewer_time":8,"time":1,"uncertainty":0}'),
        *(b'{"type":"clock","viewer_time":7,"time":1}', b'{"type":"problem","reason":null}'),
        *(
            b'{"type":"clock","viewer_time":7,"time":1,"uncertainty":%s}' % odd
            for odd in (b"-1", b"true", b"1.0")
        ),
    ],
)
def test_what_is_no_answer_to_the_question_says_nothing(answer: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_clock_answer(answer, 7)


def test_what_is_no_question_is_not_answered() -> None:
    for said in (b"", b'{"type":"resync"}', b'{"type":"clock","viewer_time":-1}'):
        with pytest.raises(ProtocolError):
            clock_answer(said, picture(0), Age(1, 0))

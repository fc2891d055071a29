import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ws_stream.errors import ProtocolError
from ws_stream.pixels.formats import BGRX8888, FORMATS
from ws_stream.pixels.rendition import Crop
from ws_stream.protocol import control, messages

NUMBERS = st.integers(0, 2**32 - 1)
TIMES = st.integers(0, 2**53 - 1)
SIDES = st.integers(1, 16384)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
LENGTHS = st.integers(1, 2**31 - 1)
CROPS = st.none() | st.builds(Crop, *[st.integers(0, 2**31 - 1)] * 2, LENGTHS, LENGTHS)
IDS = st.none() | NUMBERS

FROM_SERVER = st.one_of(
    st.builds(
        messages.Announcement,
        *(st.text(max_size=64), NUMBERS, st.sampled_from(FORMATS), SIDES, SIDES),
        st.tuples(LENGTHS, LENGTHS),
        *(st.integers(1, 16), CROPS, st.booleans(), st.integers(0, 64), FLOATS, st.booleans()),
        st.none() | st.binary(min_size=1, max_size=256).map(lambda colours: colours * 3),
    ),
    st.builds(messages.Granted, IDS, FLOATS),
    st.builds(messages.Pace, FLOATS, FLOATS, FLOATS, st.booleans()),
    st.builds(messages.Unchanged, NUMBERS, TIMES),
    st.builds(messages.Waiting, NUMBERS, TIMES),
    st.builds(messages.ClockAnswer, TIMES, TIMES),
    st.builds(messages.Problem, st.none() | st.text(max_size=200)),
)
REQUESTS = st.fixed_dictionaries(
    {},
    optional={
        "step": st.none() | st.integers(1, 16),
        "crop": CROPS,
        "average": st.none() | st.booleans(),
        "tolerance": st.none() | st.integers(0, 64),
        "depth": st.none() | st.sampled_from([24, 16, 12, 8]),
        "fit": st.none() | st.tuples(SIDES, SIDES),
        "fps": st.none() | st.floats(0, 1000),
    },
)
FROM_VIEWER = st.one_of(
    st.builds(messages.Acknowledge, NUMBERS, IDS),
    st.builds(messages.Requested, IDS, REQUESTS),
    st.just(messages.Resync()),
    st.builds(messages.ClockQuestion, TIMES),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(FROM_SERVER)
def test_what_a_server_says_is_what_a_viewer_hears(message: messages.ServerMessage) -> None:
    assert control.parse_from_server(control.serialize(message)) == message


@given(FROM_VIEWER)
def test_what_a_viewer_says_is_what_a_server_hears(message: messages.ViewerMessage) -> None:
    assert control.parse_from_viewer(control.serialize(message)) == message


@given(st.text() | JSON.map(json.dumps))
def test_whatever_text_arrives_is_a_message_or_nothing_or_a_protocol_error(text: str) -> None:
    for parse in (control.parse_from_viewer, control.parse_from_server):
        with contextlib.suppress(ProtocolError):
            parse(text)


@settings(max_examples=30)
@given(st.sampled_from(sorted(messages.FROM_VIEWER)), st.dictionaries(st.text(), JSON), JSON)
def test_whatever_members_a_message_has_it_is_valid_or_a_protocol_error(
    kind: str, members: dict[str, object], value: object
) -> None:
    content = {**members, "number": value, "viewer_time": value, "type": kind}
    with contextlib.suppress(ProtocolError):
        control.parse_from_viewer(json.dumps(content))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "7",
        "{}",
        '{"type":7}',
        '{"type":"acknowledge"}',
        '{"type":"acknowledge","number":-1}',
        '{"type":"acknowledge","number":4294967296}',
        '{"type":"acknowledge","number":1.0}',
        '{"type":"acknowledge","number":true}',
        '{"type":"acknowledge","number":"1"}',
        '{"type":"clock","viewer_time":NaN}',
        '{"type":"clock","viewer_time":1e999}',
        '{"type":"clock","viewer_time":1.5}',
        '{"type":"clock","viewer_time":-1}',
        '{"type":"clock","viewer_time":9007199254740992}',
        '{"type":"acknowledge","number":1,"epoch":null}',
        '{"type":"request","id":-1}',
        '{"type":"request","step":0}',
        '{"type":"request","step":2.0}',
        '{"type":"request","step":"2"}',
        '{"type":"request","crop":[0,0,0,4]}',
        '{"type":"request","crop":[0,0,4]}',
        '{"type":"request","average":1}',
        '{"type":"request","tolerance":65}',
        '{"type":"request","depth":15}',
        '{"type":"request","fit":[240]}',
        '{"type":"request","fit":[240,0]}',
        '{"type":"request","fit":[true,1]}',
        '{"type":"request","fit":[1.0,1]}',
        '{"type":"request","fit":"240x135"}',
        '{"type":"request","fps":true}',
        '{"type":"request","fps":-1}',
        '{"type":"request","fps":1001}',
        '{"type":"clock","viewer_time":null}',
        '{"type":"clock","viewer_time":' + "9" * 4000 + "}",
        "[" * 4000,
    ],
)
def test_a_message_that_breaks_the_tables_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError):
        control.parse_from_viewer(text)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("name", 1),
        ("epoch", 2**32),
        ("format", "rgba"),
        ("format", ["rgb888"]),
        ("width", 0),
        ("width", 16385),
        ("height", 0),
        ("height", 16385),
        ("step", 0),
        ("crop", [1, 2, 3]),
        ("crop", "1,2,3,4"),
        ("crop", [1, 2, 3, -4]),
        ("average", 1),
        ("fps", "30"),
        ("name", "a" * 65),
        ("source", [4]),
        ("source", "45"),
        ("source", [4, 0]),
        ("tolerance", -1),
        ("input", 0),
    ],
)
def test_an_announcement_with_a_wrong_member_is_refused(member: str, value: object) -> None:
    good = messages.Announcement(
        *("a", 1, BGRX8888, 2, 3, (4, 5), 1, Crop(0, 0, 2, 3), False, 0, 30, False)
    )
    content = json.loads(control.serialize(good))
    assert control.parse_from_server(json.dumps(content)) == good
    with pytest.raises(ProtocolError, match=member):
        control.parse_from_server(json.dumps({**content, member: value}))


def test_types_and_members_of_a_later_version_are_ignored() -> None:
    assert control.parse_from_viewer('{"type":"dance"}') is None
    assert control.parse_from_viewer('{"type":"acknowledge","number":3,"mood":"good"}') == (3, None)

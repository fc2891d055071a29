"""What a header carries beside its fixed part."""

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import ProtocolError, UsageError
from ws_stream.limits import MAX_SIDE_DATA
from ws_stream.protocol.extension import (
    MAX_EXTENSION,
    parse_side_data,
    rewritten,
    serialize_extension,
    side_data,
    write_side_data,
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=9,
)


@given(st.dictionaries(st.text(), JSON))
def test_what_a_program_says_of_a_picture_is_what_a_viewer_has(meta: dict[str, object]) -> None:
    value = write_side_data(meta)
    extension = serialize_extension(value)
    assert len(extension) % 4 == 0
    assert len(extension) <= MAX_EXTENSION
    assert side_data(parse_side_data(memoryview(extension))) == meta


def test_nothing_said_takes_no_bytes() -> None:
    assert serialize_extension(write_side_data(None)) == b""
    assert side_data(parse_side_data(memoryview(b""))) is None


def test_an_empty_object_is_something_said() -> None:
    assert side_data(parse_side_data(memoryview(serialize_extension(write_side_data({}))))) == {}


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"[]",
        b"7",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b"{",
        b'{"a":"\xff"}',
        b"\xef\xbb\xbf{}",
        b"[" * 4000,
        b'{"a":' * 800 + b"1" + b"}" * 800,
        json.dumps({"a": "x" * MAX_SIDE_DATA}).encode(),
    ],
)
def test_what_is_no_side_data_counts_as_none(value: bytes) -> None:
    assert side_data(value) is None


def test_the_longest_is_taken() -> None:
    longest = {"a": "x" * (MAX_SIDE_DATA - len('{"a":""}'))}
    assert side_data(write_side_data(longest)) == longest
    with pytest.raises(UsageError, match="meta is 4097 bytes long; right would be a dict"):
        write_side_data({"a": longest["a"] + "x"})


@pytest.mark.parametrize(
    "said", [b'{"a":1e400}', b'{"a":"\\ud800"}', b'{"a":[' + b",".join([b"1e9"] * 1000) + b"]}"]
)
def test_what_another_device_may_say_but_not_we_is_left_out_where_it_is_said_again(
    said: bytes,
) -> None:
    meta = side_data(said)
    assert meta is not None
    with pytest.raises(UsageError):
        write_side_data(meta)
    assert rewritten(meta) == b""
    assert rewritten({"a": 1}) == b'{"a":1}'


@pytest.mark.parametrize(
    "extensions",
    [
        struct.pack("<HH", 2, 1),  # its value leaves the header
        struct.pack("<HHI", 2, 5, 0),
        struct.pack("<HHHH", 2, 0, 2, 0),
        struct.pack("<HHHH", 3, 0, 2, 0),
        struct.pack("<HH", 1 << 15, 0),
        struct.pack("<HHHH", 1, 0, 65535, 0),
    ],
)
def test_what_breaks_their_rules_is_refused(extensions: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_side_data(memoryview(extensions))


def test_those_of_a_later_version_are_passed_over() -> None:
    said = serialize_extension(b'{"a":1}')
    for extensions in (
        struct.pack("<HH", 0, 0) + said,
        said + struct.pack("<HHI", 32767, 3, 0xFFFFFF),
        said + struct.pack("<HHI", 2, 4, 7) + struct.pack("<HH", 9, 0),
    ):
        assert bytes(parse_side_data(memoryview(extensions))) == b'{"a":1}'

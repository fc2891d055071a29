"""The bytes of a message: parse and serialize. The limits one by one are in the vectors."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import ProtocolError
from ws_stream.pixels.formats import GRAY8, RGBX8888, PixelFormat
from ws_stream.protocol.picture import (
    Kind,
    Message,
    Segment,
    is_quiet,
    max_message_length,
    parse,
    quietly,
    repeats,
    serialize,
    with_checksum,
)

from ..strategies import TIMES, UINT32, formats


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """Any valid message of a small picture; packed payloads are arbitrary bytes of a valid length."""
    pixel_format = draw(formats)
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    edges = sorted(draw(st.sets(st.integers(0, height), max_size=6)))
    segments: list[Segment] = []
    for first, end in zip(edges[::2], edges[1::2], strict=False):
        size = (end - first) * width * pixel_format.bytes_per_pixel
        kinds = [kind for kind in Kind if not (kind.packed and size < 2)]
        kind = draw(st.sampled_from([k for k in kinds if pixel_format.padded or not k.unpadded]))
        length = draw(st.integers(1, size - 1)) if kind.packed else size * (kind is not Kind.COPY)
        payload = draw(st.binary(min_size=length, max_size=length))
        shift = draw(st.integers(-first, height - end)) if kind is Kind.COPY else 0
        segments.append(Segment(first, end - first, kind, payload, shift))
    number = draw(st.integers(1, 2**32 - 1))
    return Message(
        *(pixel_format, draw(UINT32), number, draw(st.integers(0, number - 1)), draw(TIMES)),
        *(width, height, draw(st.none() | UINT32), tuple(segments), draw(st.booleans())),
    )


def empty(pixel_format: PixelFormat, width: int, height: int) -> bytes:
    return serialize(Message(pixel_format, 1, 1, 0, 0, width, height, None, ()))


@given(messages())
def test_parse_undoes_serialize(message: Message) -> None:
    assert parse(serialize(message)) == message


@given(messages())
def test_payloads_begin_at_offsets_divisible_by_4_and_are_views(message: Message) -> None:
    data = serialize(message)
    assert len(data) % 4 == 0
    position = 36 + 12 * len(message.segments)
    for segment in parse(data).segments:
        assert isinstance(segment.payload, memoryview)
        assert segment.payload.obj is data
        assert data[position : position + len(segment.payload)] == segment.payload
        position += -(-len(segment.payload) // 4) * 4


@given(messages(), UINT32)
def test_with_checksum_changes_the_checksum_and_nothing_else(message: Message, crc: int) -> None:
    data = serialize(message._replace(checksum=None))
    stamped = with_checksum(data, crc)
    assert parse(stamped) == message._replace(checksum=crc)
    assert stamped == serialize(message._replace(checksum=crc))
    assert data == serialize(message._replace(checksum=None))


@given(messages())
def test_quietly_sets_the_flag_and_changes_nothing_else(message: Message) -> None:
    data = serialize(message)
    quiet = quietly(data)
    assert is_quiet(data) == message.quiet
    assert is_quiet(quiet)
    assert parse(quiet) == message._replace(quiet=True)


@given(messages(), st.binary(min_size=4, max_size=400))
def test_a_longer_header_of_a_later_version_is_read_over(message: Message, later: bytes) -> None:
    later = later[: len(later) // 4 * 4]
    data = serialize(message)
    grown = struct.pack("<H", 36 + len(later)) + data[2:36] + later + data[36:]
    assert parse(grown) == message


@given(messages())
def test_a_message_repeats_its_base_when_it_has_no_segment(message: Message) -> None:
    data = serialize(message)
    assert repeats(data, message.base) == (message.base != 0 and not message.segments)
    assert not repeats(data, message.base + 1)


@given(messages(), st.data())
def test_a_message_cut_short_or_continued_is_refused(message: Message, data: st.DataObject) -> None:
    whole = serialize(message)
    cut = data.draw(st.integers(0, len(whole) - 1))
    for wrong in (whole[:cut], whole + data.draw(st.binary(min_size=1, max_size=40))):
        with pytest.raises(ProtocolError):
            parse(wrong)


@given(st.binary(max_size=200) | messages().map(serialize), st.data())
def test_whatever_bytes_arrive_parse_gives_a_message_or_a_protocol_error(
    raw: bytes, data: st.DataObject
) -> None:
    changed = bytearray(raw)
    for _ in range(data.draw(st.integers(0, 4)) if raw else 0):
        changed[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        message = parse(changed)
    except ProtocolError:
        return
    assert parse(serialize(message)) == message


@given(messages())
def test_any_buffer_of_bytes_can_be_parsed(message: Message) -> None:
    data = serialize(message)
    unaligned = memoryview(b"x" + data)[1:]
    assert parse(bytearray(data)) == parse(unaligned) == message


@given(messages())
def test_no_valid_message_is_longer_than_the_longest(message: Message) -> None:
    longest = max_message_length(message.format, message.width, message.height)
    assert len(serialize(message)) <= longest


def test_the_longest_message_has_a_padded_segment_for_each_row() -> None:
    rows = tuple(Segment(row, 1, Kind.WHOLE_STORED, b"12345") for row in range(7))
    data = serialize(Message(GRAY8, 1, 1, 0, 0, 5, 7, None, rows))
    assert len(data) == max_message_length(GRAY8, 5, 7) == 36 + 7 * (12 + 3 + 5)


@pytest.mark.parametrize(
    ("pixel_format", "width", "height"),
    [(GRAY8, 8192, 8192), (RGBX8888, 4096, 4096), (RGBX8888, 16384, 1024), (GRAY8, 4096, 16384)],
)
def test_pictures_of_exactly_64_mib_are_the_largest(
    pixel_format: PixelFormat, width: int, height: int
) -> None:
    assert parse(empty(pixel_format, width, height)).height == height
    for larger in ((width + 1, height), (width, height + 1)):
        with pytest.raises(ProtocolError, match=r"is over the limit|a side is 1 to 16384"):
            parse(empty(pixel_format, *larger))


@pytest.mark.parametrize(
    ("kind", "packed", "xor"),
    [(0, False, False), (1, True, False), (2, False, True), (3, True, True)],
)
def test_the_kinds_are_those_of_the_protocol(kind: int, packed: bool, xor: bool) -> None:
    assert (Kind(kind).packed, Kind(kind).xor) == (packed, xor)

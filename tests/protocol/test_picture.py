"""The bytes of a message: parse and serialize. The limits one by one are in the vectors."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import ProtocolError
from ws_stream.pixels.formats import GRAY8, RGBX8888, PixelFormat
from ws_stream.protocol.extension import MAX_EXTENSION
from ws_stream.protocol.picture import (
    Kind,
    Message,
    Segment,
    content_lengths,
    is_no_ack,
    is_picture,
    max_message_length,
    parse,
    serialize,
    serialize_segments,
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
        least, most = content_lengths(pixel_format, width, end - first)
        kinds = [Kind.MARKED, Kind.LZ4]
        if not any(segment.kind is not Kind.COPY for segment in segments):
            kinds.append(Kind.COPY)
        kind, shift, lengths = draw(st.sampled_from(kinds)), 0, (least, most)
        if kind is Kind.COPY:
            shift, lengths = draw(st.integers(-first, height - end)), (0, 0)
        elif kind is Kind.LZ4:
            lengths = 1, most - 1
        payload = draw(st.binary(min_size=lengths[0], max_size=lengths[1]))
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


@given(messages())
def test_the_quiet_flag_is_seen_without_parsing(message: Message) -> None:
    assert is_no_ack(serialize(message)) == message.no_ack


@given(messages(), UINT32)
def test_one_body_serves_every_header(message: Message, crc: int) -> None:
    other = message._replace(checksum=crc, no_ack=not message.no_ack, base=0)
    body = serialize_segments(message.segments)
    assert serialize(message)[36:] == serialize(other)[36:] == body


def with_extensions(message: Message, *extensions: tuple[int, bytes]) -> bytes:
    data, said = serialize(message), b""
    for tag, value in extensions:
        said += struct.pack("<HH", tag, len(value)) + value + bytes(-len(value) % 4)
    return struct.pack("<H", 36 + len(said)) + data[2:36] + said + data[36:]


@given(messages(), st.dictionaries(st.integers(2, 2**15 - 1), st.binary(max_size=400)))
def test_extensions_of_a_later_version_are_read_over(
    message: Message, later: dict[int, bytes]
) -> None:
    assert parse(with_extensions(message, *sorted(later.items()))) == message


@given(messages(), st.integers(2**15, 2**16 - 1))
def test_a_critical_one_is_refused(message: Message, tag: int) -> None:
    with pytest.raises(ProtocolError, match=f"the critical extension {tag}"):
        parse(with_extensions(message, (tag, b"")))


@given(messages(), st.binary(max_size=400))
def test_side_data_stands_between_header_and_segments(message: Message, said: bytes) -> None:
    told = message._replace(side_data=said)
    assert parse(serialize(told)) == told
    assert serialize(told) == with_extensions(message, *([(1, said)] if said else []))


@given(messages(), st.integers(1, 2**14), st.binary(max_size=9))
def test_tags_ascend(message: Message, tag: int, value: bytes) -> None:
    for second in (tag, tag - 1):
        with pytest.raises(ProtocolError, match="an extension"):
            parse(with_extensions(message, (tag, value), (second, value)))


def test_what_is_no_picture_is_told_by_its_first_two_bytes() -> None:
    assert not is_picture(bytes(2) + b"\7\0anything")
    assert not is_picture(bytes(2))
    for picture in (b"\44\0", b"\0\1", b"\1\0", b"\0", b""):
        assert is_picture(picture)


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


def test_the_longest_message_has_a_segment_for_each_row_and_marks_every_pixel() -> None:
    rows = tuple(Segment(row, 1, Kind.MARKED, bytes(1 + 2 + 6)) for row in range(7))
    data = serialize(Message(GRAY8, 1, 1, 0, 0, 6, 7, None, rows))
    assert len(data) == 36 + 7 * (12 + 3 + 9)
    assert max_message_length(GRAY8, 6, 7) == len(data) + MAX_EXTENSION


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
    ("width", "rows", "lengths"),
    [(1, 1, (1, 6)), (8, 1, (1, 27)), (9, 4, (1, 125)), (9, 5, (2, 157))],
)
def test_content_has_bits_for_groups_and_marks_for_pixels(
    width: int, rows: int, lengths: tuple[int, int]
) -> None:
    assert content_lengths(RGBX8888, width, rows) == lengths

"""The bytes of a recording, as docs/recordings.md says."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import ProtocolError
from ws_stream.recording import chunk as c
from ws_stream.recording.chunk import Chunk, Kind, Place

chunks = st.builds(
    Chunk,
    st.sampled_from([1, 2, 128, 200, 2**32 - 1]),
    st.integers(0, 2**53 - 1),
    st.integers(0, 2**53 - 1),
    st.binary(max_size=50),
)
checks = st.integers(0, 2**32 - 1)


def read(data: bytes, check: int) -> tuple[Chunk, int]:
    header, first = c.parse_header(data[: c.HEADER_LENGTH], check)
    payload, last = c.parse_payload(data[c.HEADER_LENGTH :], first)
    assert header.length == len(payload)
    return Chunk(header.kind, header.position, header.received, payload), last


@given(chunks, checks)
def test_a_chunk_is_read_as_it_was_written(chunk: Chunk, check: int) -> None:
    data, last = c.serialize(chunk, check)
    assert read(data, check) == (chunk, last)


@given(chunks, checks, st.data())
def test_a_chunk_with_a_bit_that_is_another_one_is_refused(
    chunk: Chunk, check: int, draw: st.DataObject
) -> None:
    data = bytearray(c.serialize(chunk, check)[0])
    data[draw.draw(st.integers(0, len(data) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    with pytest.raises(ProtocolError, match="damaged"):
        read(bytes(data), check)


def test_a_chunk_is_refused_behind_any_other_than_the_one_it_was_written_behind() -> None:
    data, check = c.serialize(Chunk(1, 0, 0, b"a"), 5)
    with pytest.raises(ProtocolError, match="damaged"):
        read(data, 6)
    with pytest.raises(ProtocolError, match="damaged"):
        read(data, check)


def test_a_check_is_the_crc_32_of_all_that_stands_before_it_without_checks() -> None:
    head, check = c.serialize_head()
    data, last = c.serialize(Chunk(1, 2, 3, b"text"), check)
    before = head[:12] + struct.pack("<IIQQ", 1, 4, 2, 3)
    assert (head[12:], data[24:28]) == tuple(
        struct.pack("<I", zlib.crc32(part)) for part in (head[:12], before)
    )
    assert last == zlib.crc32(before + b"text")


def test_the_head_is_that_of_the_document() -> None:
    assert c.serialize_head()[0].hex() == "895753530d0a1a0a01000000e70ff6a1"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "does not begin as a recording does"),
        (b"\x89PNG\r\n\x1a\n" + bytes(8), "does not begin as a recording does"),
        (c.MAGIC.replace(b"\r\n", b"\n") + bytes(8), "does not begin as a recording does"),
        (c.MAGIC + bytes(8), "its first bytes are damaged"),
        (
            c.MAGIC + b"\2\0\0\0" + struct.pack("<I", zlib.crc32(c.MAGIC + b"\2\0\0\0")),
            "it is of version 2, and this program reads 1",
        ),
    ],
)
def test_what_is_no_beginning_of_a_recording_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(ProtocolError, match=sentence):
        c.parse_head(data)


def test_a_kind_of_a_later_version_is_refused_or_skipped_as_its_number_says() -> None:
    critical, _ = c.serialize(Chunk(3, 0, 0, b""), 0)
    ignorable, _ = c.serialize(Chunk(127 + 100, 0, 0, b""), 0)
    with pytest.raises(ProtocolError, match=r"of a later version \(kind 3\)"):
        read(critical, 0)
    assert read(ignorable, 0)[0].kind == 227


@pytest.mark.parametrize(
    "members", [(1, c.MAX_PAYLOAD + 1, 0, 0), (1, 0, 2**53, 0), (1, 0, 0, 2**53)]
)
def test_numbers_over_their_limits_are_refused_before_memory_is_taken(
    members: tuple[int, ...],
) -> None:
    header = struct.pack("<IIQQ", *members)
    with pytest.raises(ProtocolError, match="over its limit"):
        c.parse_header(header + struct.pack("<I", zlib.crc32(header)), 0)


def test_an_index_and_an_end_are_read_as_they_were_written() -> None:
    places = [Place(16, 44, 0, 0, 1), Place(16, 2**40, 2**50, 2**32 - 1, 2**32 - 1)]
    assert c.parse_index(c.serialize_index(places)) == places
    assert c.parse_end(c.serialize_end(2**40, 18000)) == (2**40, 18000)
    for parse in (c.parse_index, c.parse_end):
        with pytest.raises(ProtocolError, match="not whole"):
            parse(bytes(7))


def test_kinds_that_a_player_needs_are_those_that_may_not_be_skipped() -> None:
    assert [kind for kind in Kind if kind < c.IGNORABLE] == [Kind.ANNOUNCEMENT, Kind.PICTURE]

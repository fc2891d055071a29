"""decode: what hostile bytes can do, and how much memory a message takes."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.strategies import pairs
from ws_stream.codec import decode, encode
from ws_stream.errors import ProtocolError
from ws_stream.pixels.formats import GRAY8, RGBX8888
from ws_stream.pixels.frame import Frame
from ws_stream.protocol.picture import Kind, Message, Segment, serialize


@settings(max_examples=300)
@given(pairs(), st.data())
def test_whatever_bytes_arrive_decode_gives_a_picture_or_a_protocol_error(
    pair: tuple[Frame, Frame], data: st.DataObject
) -> None:
    base, frame = pair
    message = bytearray(encode(frame, base))
    for _ in range(data.draw(st.integers(1, 4))):
        message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    before = base.pixels.tobytes()
    try:
        picture = decode(message, base)
    except ProtocolError:
        pass
    else:
        assert picture.alike(base)
        assert picture.number > base.number
        assert picture.pixels.flags.c_contiguous
        assert not np.shares_memory(picture.pixels, base.pixels)
    assert base.pixels.tobytes() == before


def hostile_messages() -> dict[str, bytes]:
    """Short messages to a viewer of 100x100 gray pixels that declare as much as their fields can hold."""
    honest = Message(GRAY8, 1, 2, 1, 0, 100, 100, None, ())
    packed = b"\x1f\x00\x01\x00" + b"\xff" * 9000
    bomb = Segment(0, 100, Kind.LZ4, packed)
    return {
        "64 MiB": serialize(honest._replace(width=8192, height=8192)),
        "2**32 segments": serialize(honest)[:32] + b"\xff" * 4,
        "a payload of 4 GiB": serialize(honest._replace(segments=[bomb]))[:44] + b"\xff" * 4,
        "a block that unpacks to 2 MB": serialize(honest._replace(segments=[bomb])),
        "rows of another size": serialize(
            honest._replace(width=8192, height=8192, segments=[bomb._replace(rows=8192)])
        ),
    }


@pytest.mark.parametrize("name", hostile_messages())
def test_no_memory_is_taken_because_of_a_declared_size(name: str) -> None:
    base = Frame(1, 1, 1, GRAY8, np.zeros((100, 100), np.uint8))
    message = hostile_messages()[name]
    peak = peak_of_decoding(message, base, refused=True)
    assert peak < 4 * base.pixels.nbytes + 16_000


def test_decoding_takes_little_more_than_three_pictures() -> None:
    base = Frame(1, 1, 1, RGBX8888, RGBX8888.blank(1000, 1000))
    message = encode(replace(base, number=2, pixels=np.full_like(base.pixels, 7)), base)
    peak = peak_of_decoding(message, base, refused=False)
    # The new picture, the content and the lz4 package's own copy of it, and flags of each pixel.
    assert peak < 4 * base.pixels.nbytes


def peak_of_decoding(message: bytes, base: Frame, *, refused: bool) -> int:
    tracemalloc.start()
    try:
        decode(message, base)
        assert not refused
    except ProtocolError:
        assert refused
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak

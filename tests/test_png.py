"""PNG, written and read: held against Pillow, which reads and writes it with every filter."""

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.strategies import SEEDS
from ws_stream import UsageError
from ws_stream.png import decode_png, encode_png

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def read_png(data: bytes) -> np.ndarray:
    """By an independent reader."""
    return np.array(Image.open(io.BytesIO(data)))


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def png(header: tuple[int, ...], rows: bytes, *others: bytes) -> bytes:
    """A PNG of these very parts."""
    ihdr = chunk(b"IHDR", struct.pack(">IIBBBBB", *header))
    body = zlib.compress(rows)
    halves = chunk(b"IDAT", body[:5]) + chunk(b"IDAT", body[5:])
    return SIGNATURE + ihdr + b"".join(others) + halves + chunk(b"IEND", b"")


PLAIN = (4, 3, 8, 2, 0, 0, 0)
"""Width, height, bits, colour type, compression, filters, interlaced."""
ROWS = (b"\0" + bytes(12)) * 3


@pytest.mark.parametrize("channels", [3, 4])
def test_a_png_holds_the_very_pixels(channels: int) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (7, 5, channels), np.uint8)
    assert np.array_equal(read_png(encode_png(picture)), picture)
    assert np.array_equal(decode_png(encode_png(picture))[..., :channels], picture)


@given(
    st.sampled_from(["L", "LA", "RGB", "RGBA"]),
    st.tuples(st.integers(1, 30), st.integers(1, 30)),
    SEEDS,
    st.booleans(),
)
def test_what_others_write_is_read_as_others_read_it(
    mode: str, size: tuple[int, int], seed: int, smooth: bool
) -> None:
    random = np.random.default_rng(seed)
    shape = (*size, len(mode))
    pixels = random.integers(0, 256, shape, np.uint8)
    if smooth:  # for which other filters are chosen
        pixels = (np.cumsum(pixels % 5, axis=int(seed % 2)) % 256).astype(np.uint8)
    image = Image.fromarray(pixels[..., 0] if mode == "L" else pixels, mode)
    written = io.BytesIO()
    image.save(written, "PNG")
    assert np.array_equal(decode_png(written.getvalue()), np.array(image.convert("RGBA")))


@given(st.lists(st.integers(0, 4), min_size=3, max_size=3), SEEDS)
def test_every_filter_may_follow_every_other(filters: list[int], seed: int) -> None:
    deltas = np.random.default_rng(seed).integers(0, 256, (3, 12), np.uint8)
    rows = b"".join(
        bytes([kind]) + row.tobytes() for kind, row in zip(filters, deltas, strict=True)
    )
    data = png(PLAIN, rows)
    assert np.array_equal(decode_png(data)[..., :3], read_png(data))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "no PNG"),
        (b"\xff\xd8\xff\xe0JFIF", "no PNG"),
        (png((4, 3, 16, 2, 0, 0, 0), ROWS), "of another kind"),
        (png((4, 3, 8, 3, 0, 0, 0), ROWS), "of another kind"),
        (png((4, 3, 8, 2, 0, 0, 1), ROWS), "of another kind"),
        (png(PLAIN, ROWS, chunk(b"tRNS", bytes(6))), "of another kind"),
        (SIGNATURE, "damaged"),
        (png(PLAIN, ROWS)[:-1], "damaged"),
        (png(PLAIN, ROWS)[:60], "damaged"),
        (png(PLAIN, ROWS).replace(b"IHDR", b"IHDX"), "damaged"),
        (SIGNATURE + chunk(b"IEND", b""), "damaged"),
        (SIGNATURE + chunk(b"IHDR", b"") + chunk(b"IEND", b""), "damaged"),
        (png(PLAIN, ROWS[:-1]), "damaged"),
        (png(PLAIN, b"\5" + ROWS[1:]), "damaged"),
        (png((0, 3, 8, 2, 0, 0, 0), ROWS), "damaged"),
        (png((2**31, 2**31, 8, 2, 0, 0, 0), ROWS), "damaged"),
    ],
)
def test_what_is_not_read_is_refused_in_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(UsageError, match=f"{sentence}.*; right would be one with 8 bits"):
        decode_png(data)


@given(st.data())
def test_whatever_the_bytes_there_is_a_picture_or_a_sentence(data: st.DataObject) -> None:
    whole = bytearray(png(PLAIN, ROWS))
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UsageError):
        assert decode_png(bytes(whole)).shape[2] == 4

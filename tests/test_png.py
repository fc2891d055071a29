import struct
import zlib

import numpy as np

from ws_stream.commands.png import encode_png


def read_png(data: bytes) -> np.ndarray:
    """An independent reader of the plainest PNG there is."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, position = {}, 8
    while position < len(data):
        (length,) = struct.unpack_from(">I", data, position)
        kind, content = (
            data[position + 4 : position + 8],
            data[position + 8 : position + 8 + length],
        )
        assert (
            zlib.crc32(kind + content) == struct.unpack_from(">I", data, position + 8 + length)[0]
        )
        chunks[kind] = content
        position += length + 12
    width, height, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert rest == [8, 2, 0, 0, 0]
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, 1 + 3 * width)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, 3)


def test_a_png_holds_the_very_pixels() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (7, 5, 3), np.uint8)
    assert np.array_equal(read_png(encode_png(rgb)), rgb)

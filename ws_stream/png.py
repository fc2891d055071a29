"""A picture as a PNG file (W3C PNG), of the plain kinds: 8 bits a channel, not interlaced. Knows nothing of streams."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .errors import UsageError
from .limits import MAX_SIDE

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
"""By the colour type: gray, RGB, gray and alpha, RGBA."""
_RIGHT = (
    "right would be one with 8 bits a channel, gray or RGB, not interlaced and without a palette"
)


def encode_png(picture: NDArray[np.uint8]) -> bytes:
    """The bytes of a PNG of a uint8 (height, width, 3) or (height, width, 4) picture, which is RGB or RGBA."""
    height, width, channels = picture.shape
    rows = np.zeros(
        (height, 1 + width * channels), np.uint8
    )  # each begins with its filter: 0, none
    rows[:, 1:] = picture.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, {3: 2, 4: 6}[channels], 0, 0, 0)
    body = zlib.compress(rows.tobytes(), 6)
    chunks = ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, content) for kind, content in chunks)


def decode_png(data: bytes) -> NDArray[np.uint8]:
    """The picture as RGBA, uint8 (height, width, 4). Raises UsageError for what is no PNG of the plain kinds."""
    if not data.startswith(_SIGNATURE):
        raise UsageError(f"this is no PNG; {_RIGHT}")
    try:
        chunks = list(_chunks(data))
        header = dict(chunks)[b"IHDR"]
        width, height, bits, colour, *rest = struct.unpack(">IIBBBBB", header)
        if bits != 8 or colour not in _CHANNELS or any(rest) or b"tRNS" in dict(chunks):  # noqa: PLR2004 - bits
            raise UsageError(f"this PNG is of another kind; {_RIGHT}")
        if not 0 < width <= MAX_SIDE or not 0 < height <= MAX_SIDE:
            raise ValueError(width, height)
        row = 1 + width * _CHANNELS[colour]
        packed = b"".join(content for kind, content in chunks if kind == b"IDAT")
        rows = zlib.decompressobj().decompress(packed, height * row)
        lines = np.frombuffer(rows, np.uint8).reshape(height, row)
        return _rgba(_unfiltered(lines[:, 0], lines[:, 1:].reshape(height, width, -1)))
    except UsageError:
        raise
    except (KeyError, struct.error, zlib.error, ValueError):
        raise UsageError(f"this PNG is damaged or cut off; {_RIGHT}") from None


def _rgba(channels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    colours = channels[..., : channels.shape[2] - 1 | 1]
    rgba = np.full((*channels.shape[:2], 4), 255, np.uint8)
    rgba[..., :3] = colours
    if channels.shape[2] > colours.shape[2]:
        rgba[..., 3] = channels[..., -1]
    return rgba


def _unfiltered(filters: NDArray[np.uint8], deltas: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Add to each channel what its row's filter predicts from its neighbours: left, above, and above on the left.

    All pixels of a diagonal at once, as those depend on the two diagonals before it only.
    """
    if not filters.any():
        return deltas
    height, width, channels = deltas.shape
    done = np.zeros((height + 1, width + 1, channels), np.int16)  # framed by zeros
    for diagonal in range(width + height - 1):
        row = np.arange(max(0, diagonal - width + 1), min(height, diagonal + 1))
        column = diagonal - row
        left, above, corner = done[row + 1, column], done[row, column + 1], done[row, column]
        to_left, to_above = abs(above - corner), abs(left - corner)
        to_corner = abs(left + above - 2 * corner)
        nearest = np.where(to_above <= to_corner, above, corner)
        nearest = np.where((to_left <= to_above) & (to_left <= to_corner), left, nearest)
        guesses = [np.zeros_like(left), left, above, (left + above) >> 1, nearest]
        guess = np.choose(filters[row, None], guesses)
        done[row + 1, column + 1] = deltas[row, column] + guess & 0xFF
    return done[1:, 1:].astype(np.uint8)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(_SIGNATURE)
    kind = b""
    while kind != b"IEND":
        (length,) = struct.unpack_from(">I", data, position)
        kind, content = (
            data[position + 4 : position + 8],
            data[position + 8 : position + 8 + length],
        )
        if data[position : position + length + 12] != _chunk(kind, content):
            raise ValueError(kind)
        yield kind, content
        position += length + 12

"""Decodes a picture message into a frame, given the base it names. Pure.

Knows nothing of time, viewers or sockets.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ChecksumError, ProtocolError
from ..pixels.arrays import cells
from ..pixels.formats import PixelFormat
from ..pixels.frame import Frame
from ..protocol.extension import side_data
from ..protocol.picture import Kind, Message, Segment, content_lengths, groups, parse
from .unpack import unpack

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]


def decode(data: bytes | bytearray | memoryview, base: Frame) -> Frame:
    """The frame a message makes of the one held; `base` itself is not changed.

    A viewer that has nothing passes `frame.blank(...)` of the announced epoch, format and size, and so does one that
    refused a message. Whatever the message declares, the memory taken is that of the new picture, of the content of one
    segment twice, as it is copied when it is unpacked, and of four flags for each of its pixels. Raises ProtocolError
    for an invalid message or one that is not for this base, and ChecksumError when the picture made is not the one that
    was sent.
    """
    message = parse(data)
    _check_base(message, base)
    size = base.width, base.height
    pixels = base.pixels.copy() if message.base else base.format.blank(*size)
    meta = side_data(message.side_data) if message.side_data else None
    said = message.epoch, message.number, message.time
    frame = Frame(*said, base.format, pixels, meta, base.spare)
    target = cells(pixels, frame.format)
    for segment in message.segments:
        first, rows = segment.first_row, segment.rows
        if segment.kind is Kind.COPY:
            source = first + segment.shift
            target[first : first + rows] = target[source : source + rows].copy()
        else:
            _apply(segment, target, frame.format)
    pixels.flags.writeable = False
    if message.checksum is not None and message.checksum != frame.checksum():
        raise ChecksumError(f"picture {frame.number} is not the one its checksum names")
    return frame


def _apply(segment: Segment, target: NDArray[Any], pixel_format: PixelFormat) -> None:
    """Change the marked pixels of a segment's rows."""
    first, rows = segment.first_row, segment.rows
    content = _content(segment, pixel_format, target.shape[1])
    marked, literal, colours = _marks(segment, content, target.shape[1])
    if len(colours) != np.count_nonzero(literal) * pixel_format.colour_bytes:
        raise ProtocolError(f"row {first}: {len(colours)} bytes of colours, not one for each pixel")
    target[first : first + rows][literal] = _with_padding(colours, pixel_format)
    marked &= ~literal
    for row in np.flatnonzero(marked.any(axis=1)):
        at = first + int(row)
        np.copyto(target[at], target[at - 1], where=marked[row])


def _content(segment: Segment, pixel_format: PixelFormat, width: int) -> Bytes:
    """The payload, unpacked."""
    if segment.kind is Kind.MARKED:
        return np.frombuffer(segment.payload, np.uint8)
    _, most = content_lengths(pixel_format, width, segment.rows)
    return np.frombuffer(unpack(segment.payload, most), np.uint8)


def _marks(segment: Segment, content: Bytes, width: int) -> tuple[Flags, Flags, Bytes]:
    """Which pixels are marked, which of those are literal, both (rows, width), and the bytes of colours."""
    first, shape = segment.first_row, (segment.rows, groups(width))
    count = segment.rows * groups(width)
    bits, rest = np.split(content, [-(-count // 8)])
    flags = np.unpackbits(bits, bitorder="little").view(np.bool_)
    if len(flags) < count or flags[count:].any():
        raise ProtocolError(f"row {first}: {len(bits)} bytes of bits for {count} groups")
    holds = flags[:count].reshape(shape)
    held = np.count_nonzero(holds)
    masks, literals, colours = np.split(rest, [held, 2 * held])
    if len(literals) < held:
        raise ProtocolError(f"row {first}: {len(rest)} bytes for the marks of {held} groups")
    if not masks.all():
        raise ProtocolError(f"row {first}: a group without a marked pixel")
    if (literals & ~masks).any():
        raise ProtocolError(f"row {first}: a colour of a pixel that is not marked")
    grid = np.zeros((2, *shape), np.uint8)
    grid[0, holds], grid[1, holds] = masks, literals
    if width % 8 and (grid[0, :, -1] >> width % 8).any():
        raise ProtocolError(f"row {first}: a marked pixel beyond the width")
    if first == 0 and not np.array_equal(grid[0, 0], grid[1, 0]):
        raise ProtocolError(f"row {first}: a pixel with none above it has no colour")
    each = np.unpackbits(grid, axis=2, count=width, bitorder="little").view(np.bool_)
    return each[0], each[1], colours


def _with_padding(colours: Bytes, pixel_format: PixelFormat) -> NDArray[Any]:
    """The pixels of these colours, one item each."""
    if pixel_format.padded:
        padded = np.full((len(colours) // 3, 4), 255, np.uint8)
        padded[:, :3] = colours.reshape(-1, 3)
        colours = padded
    pixels: NDArray[Any] = cells(colours.reshape(1, -1), pixel_format)[0]
    return pixels


def _check_base(message: Message, base: Frame) -> None:
    if message.epoch != base.epoch:
        raise ProtocolError(f"a picture of epoch {message.epoch}, not {base.epoch}")
    told = message.format.code, message.width, message.height
    if told != (base.format.code, base.width, base.height):
        raise ProtocolError(
            f"a picture of {message.width}x{message.height} {message.format}, "
            f"not the announced {base.width}x{base.height} {base.format}"
        )
    if message.base not in (0, base.number):
        raise ProtocolError(f"a delta against picture {message.base}, not {base.number}")

"""Decodes a picture message into a frame, given the base it names. Pure.

Knows nothing of time, viewers or sockets.
"""

import lz4.block
import numpy as np
from numpy.typing import NDArray

from ..errors import ChecksumError, ProtocolError
from ..pixels.frame import Frame
from ..protocol.picture import Kind, Message, Segment, parse


def decode(data: bytes | bytearray | memoryview, base: Frame) -> Frame:
    """The frame a message makes of the one held; `base` itself is not changed.

    A viewer that has nothing passes `frame.blank(...)` of the announced epoch, format and size. Whatever the message
    declares, no more memory is taken than for three such pictures: the new one, one unpacked, and LZ4's copy of it.
    Raises ProtocolError for an invalid message or one that is not for this base, and ChecksumError when the picture
    made is not the one that was sent.
    """
    message = parse(data)
    _check_base(message, base)
    pixels = base.pixels.copy() if message.base else np.zeros_like(base.pixels)
    frame = Frame(message.epoch, message.number, message.time, message.format, pixels)
    rows = frame.rows
    for segment in message.segments:
        target = rows[segment.first_row : segment.first_row + segment.rows]
        if segment.kind is not Kind.COPY:
            _apply(segment, target)
        elif message.base:
            first = segment.first_row + segment.shift
            target[:] = base.rows[first : first + segment.rows]
    pixels.flags.writeable = False
    if message.checksum is not None and message.checksum != frame.checksum():
        raise ChecksumError(f"picture {frame.number} is not the one its checksum names")
    return frame


def _apply(segment: Segment, target: NDArray[np.uint8]) -> None:
    """Make the rows of a segment of those of the base."""
    size = target.size * 3 // 4 if segment.kind.unpadded else target.size
    unpacked = _unpack(segment, size)
    if segment.kind.unpadded:
        if not segment.kind.xor:
            target[:] = 255
        target, unpacked = target.reshape(-1, 4)[:, :3], unpacked.reshape(-1, 3)
    else:
        unpacked = unpacked.reshape(target.shape)
    if segment.kind.xor:
        target ^= unpacked
    else:
        target[:] = unpacked


def _unpack(segment: Segment, size: int) -> NDArray[np.uint8]:
    if not segment.kind.packed:
        return np.frombuffer(segment.payload, np.uint8)
    try:
        unpacked = lz4.block.decompress(segment.payload, uncompressed_size=size)
    except lz4.block.LZ4BlockError:
        raise ProtocolError(f"the LZ4 block at row {segment.first_row} is broken") from None
    if len(unpacked) != size:
        raise ProtocolError(f"the LZ4 block at row {segment.first_row} is too short")
    return np.frombuffer(unpacked, np.uint8)


def _check_base(message: Message, base: Frame) -> None:
    if message.epoch != base.epoch:
        raise ProtocolError(f"a picture of epoch {message.epoch}, not {base.epoch}")
    if (message.format, message.width, message.height) != (base.format, base.width, base.height):
        raise ProtocolError(
            f"a picture of {message.width}x{message.height} {message.format}, "
            f"not the announced {base.width}x{base.height} {base.format}"
        )
    if message.base not in (0, base.number):
        raise ProtocolError(f"a difference from picture {message.base}, not {base.number}")
    if message.number <= base.number:
        raise ProtocolError(f"picture {message.number} is not newer than {base.number}")

"""Two pure functions: `encode` a frame as its difference from a base, `decode` it back.

Knows nothing of time, viewers or sockets. The only room that touches LZ4.
"""

from collections.abc import Iterator

import lz4.block
import numpy as np
from numpy.typing import NDArray

from .errors import ChecksumError, ProtocolError
from .frame import Frame
from .wire import Kind, Message, Segment, parse, serialize

MERGE_GAP = 16
"""Unchanged rows fewer than this between two changed runs are sent along: a run of zeros packs to 1/255 of its
size, while a segment of its own costs 12 bytes and a call into LZ4."""

TRY_WHOLE_ABOVE = 0.5
"""When the packed XOR is over this share of the rows, the plain rows are packed too and the smaller is kept:
on sensor noise the difference of two pictures is larger than either."""


def changed_rows(
    frame: Frame, base: Frame, within: NDArray[np.bool_] | None = None
) -> NDArray[np.bool_]:
    """Which rows differ between two frames that are alike: (height,) booleans.

    Only the rows `within` are looked at, where that is given; the caller vouches for the others.
    """
    if within is None:
        changed: NDArray[np.bool_] = (frame.words != base.words).any(axis=1)
        return changed
    changed = np.zeros(frame.height, np.bool_)
    for first, end in runs(within, 0):
        changed[first:end] = (frame.words[first:end] != base.words[first:end]).any(axis=1)
    return changed


def encode(
    frame: Frame, base: Frame | None = None, changed: NDArray[np.bool_] | None = None
) -> bytes:
    """The message that turns `base` into `frame`; from blank when there is no base or it is not alike.

    `changed` is `changed_rows(frame, base)` where the caller has that already. Both frames' padding bytes are sent as
    they are: `shrink` has set them to 255. Cannot fail.
    """
    new = frame.rows
    if base is None or base.number == 0 or not base.alike(frame):
        base_number = 0
        segments = [_whole(new, 0, frame.height)] if new.any() else []
    else:
        base_number = base.number
        if changed is None:
            changed = changed_rows(frame, base)
        segments = [
            _difference(new, base.rows, first, end) for first, end in runs(changed, MERGE_GAP)
        ]
    return serialize(
        Message(
            frame.format,
            *(frame.epoch, frame.number, base_number, frame.time, frame.width, frame.height),
            checksum=None,
            segments=segments,
        )
    )


def decode(data: bytes | bytearray | memoryview, base: Frame) -> Frame:
    """The frame a message makes of the one held; `base` itself is not changed.

    A viewer that has nothing passes `frame.blank(...)` of the announced epoch, format and size. Whatever the message
    declares, no more memory is taken than for three such pictures: the new one, one unpacked, and LZ4's copy of it.
    Raises ProtocolError for an invalid message or one that is not for this base, and ChecksumError when the picture
    made is not the one that was sent.
    """
    message = parse(data)
    _check_base(message, base)
    if message.base:
        pixels, held = base.pixels.copy(), base.rows
    else:
        pixels, held = np.zeros_like(base.pixels), np.broadcast_to(np.uint8(0), base.rows.shape)
    frame = Frame(message.epoch, message.number, message.time, message.format, pixels)
    for segment in message.segments:
        end = segment.first_row + segment.rows
        read = held[segment.first_row + segment.shift : end + segment.shift]
        _apply(segment, frame.rows[segment.first_row : end], read)
    pixels.flags.writeable = False
    if message.checksum is not None and message.checksum != frame.checksum():
        raise ChecksumError(f"picture {frame.number} is not the one its checksum names")
    return frame


def runs(changed: NDArray[np.bool_], gap: int) -> Iterator[tuple[int, int]]:
    """The runs (first, end) of true values; two with less than `gap` values between them are one."""
    flags, quiet = changed.tobytes(), bytes(max(gap, 1))
    first = flags.find(1)
    while first >= 0:
        end = flags.find(quiet, first)
        if end < 0:
            end = len(flags.rstrip(b"\0"))
        yield first, end
        first = flags.find(1, end)


def _whole(new: NDArray[np.uint8], first: int, end: int) -> Segment:
    rows = new[first:end]
    packed = _pack(rows)
    if len(packed) < rows.size:
        return Segment(first, end - first, Kind.WHOLE_LZ4, packed)
    return Segment(first, end - first, Kind.WHOLE_STORED, rows.data.cast("B"))


def _difference(new: NDArray[np.uint8], old: NDArray[np.uint8], first: int, end: int) -> Segment:
    difference = new[first:end] ^ old[first:end]
    packed = _pack(difference)
    if len(packed) > TRY_WHOLE_ABOVE * difference.size:
        whole = _whole(new, first, end)
        if len(whole.payload) <= len(packed):
            return whole
    return Segment(first, end - first, Kind.XOR_LZ4, packed)


def _pack(rows: NDArray[np.uint8]) -> bytes:
    packed: bytes = lz4.block.compress(rows, store_size=False)
    return packed


def _apply(segment: Segment, target: NDArray[np.uint8], held: NDArray[np.uint8]) -> None:
    """Make the rows of a segment; `held` are the rows of the base that it may read."""
    kind = segment.kind
    if kind is Kind.COPY:
        target[:] = held
    elif kind.unpadded:
        colours = _unpack(segment, target.size * 3 // 4).reshape(-1, 3)
        target[:] = held if kind.xor else 255
        pixels = target.reshape(-1, 4)
        if kind.xor:
            pixels[:, :3] ^= colours
        else:
            pixels[:, :3] = colours
    elif kind.xor:
        np.bitwise_xor(held, _unpack(segment, target.size).reshape(target.shape), out=target)
    else:
        target[:] = _unpack(segment, target.size).reshape(target.shape)


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

"""Two pure functions: `encode` a frame as its difference from a base, `decode` it back.

Knows nothing of time, viewers or sockets.
"""

from collections.abc import Iterable
from itertools import pairwise
from operator import attrgetter

import lz4.block
import numpy as np
from numpy.typing import NDArray

from .errors import ChecksumError, ProtocolError
from .frame import Frame
from .moved import moved_rows
from .packing import pack
from .rows import Memory, differing_rows, runs
from .wire import Kind, Message, Segment, parse, serialize

MERGE_GAP = 16
"""Unchanged rows fewer than this between two changed runs are sent along: a run of zeros packs to 1/255 of its
size, while a segment of its own costs 12 bytes and a call into LZ4."""

BAND = 2**18
"""Longer runs are cut into bands of at most so many bytes or one row: each is packed as suits it, in memory that stays
in the processor's cache."""


def encode(
    frame: Frame, base: Frame | None = None, changed: NDArray[np.bool_] | None = None
) -> bytes:
    """The message that turns `base` into `frame`; from blank when there is no base or it is not alike.

    `changed` are the `differing_rows` of the two, where the caller has them. Both frames' padding bytes are sent
    as they are: `shrink` has set them to 255. Cannot fail.
    """
    if base is None or base.number == 0 or not base.alike(frame):
        base_number = 0
        everything = [(0, frame.height)] if frame.pixels.any() else []
        segments = _pack_all(frame.rows, None, everything, frame.format.padded)
    else:
        base_number = base.number
        if changed is None:
            changed = differing_rows(frame.pixels, base.pixels)
        segments = _differences(frame, base, changed)
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


def _differences(frame: Frame, base: Frame, changed: NDArray[np.bool_]) -> list[Segment]:
    new, padded = frame.rows, frame.format.padded
    found, copies = runs(changed, MERGE_GAP), []
    if moved := moved_rows(frame, base, changed):
        copies = _copies(changed, *moved)
        changed = changed.copy()
        for copy in copies:
            changed[copy.first_row : copy.first_row + copy.rows] = False
        found = runs(changed, MERGE_GAP)
    differences = _pack_all(new, base.rows, found, padded)
    return sorted(copies + differences, key=attrgetter("first_row")) if copies else differences


def _copies(changed: NDArray[np.bool_], shift: int, moved: NDArray[np.bool_]) -> list[Segment]:
    """Runs of rows that moved, each from a changed row to one; at least as many as a gap that is not merged."""
    copies = []
    for first, end in runs(moved, 1):
        rows = first + changed[first:end].nonzero()[0]
        if len(rows) >= MERGE_GAP:
            count = int(rows[-1] - rows[0]) + 1
            copies.append(Segment(int(rows[0]), count, Kind.COPY, shift=shift))
    return copies


def _pack_all(
    new: Memory, old: Memory | None, found: Iterable[tuple[int, int]], padded: bool
) -> list[Segment]:
    """The runs of rows, cut into bands, each packed as it suits it."""
    if new.size > BAND:
        found = [band for run in found for band in _bands(*run, new.shape[1])]
    return [
        pack(new[first:end], None if old is None else old[first:end], first, padded=padded)
        for first, end in found
    ]


def _bands(first: int, end: int, row_bytes: int) -> Iterable[tuple[int, int]]:
    """A run, cut if it is longer than a band."""
    count = min(-(-(end - first) * row_bytes // BAND), end - first)
    return pairwise(first + (end - first) * cut // count for cut in range(count + 1))


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

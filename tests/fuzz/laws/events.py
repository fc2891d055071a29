"""What one connection brings, as bytes: the input that the targets `session` of all languages share.

Each event is a byte, of which the lowest bit says whether it is a binary message; the length of what follows, 16 bits,
little-endian; and so many bytes, fewer at the end.
"""

import struct
from collections.abc import Iterable, Iterator

_HEAD = struct.Struct("<BH")
MOST = 2**16 - 1

Event = tuple[bool, bytes]
"""Whether it is binary, and what it says."""


def write(events: Iterable[Event]) -> bytes:
    return b"".join(_HEAD.pack(is_binary, len(message)) + message for is_binary, message in events)


def read(data: bytes) -> Iterator[Event]:
    at = 0
    while at + _HEAD.size <= len(data):
        kind, length = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        yield bool(kind & 1), data[at : at + length]
        at += length

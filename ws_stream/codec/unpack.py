"""Unpacks LZ4 blocks by the rules of docs/protocol.md: compiled where there was a compiler, in Python elsewhere.

The reference library takes some blocks that break them, so it would show pictures that other viewers refuse. The
compiled twin is core/unpack.c.
"""

from ..errors import ProtocolError

MATCH_START, LAST_LITERALS = 12, 5
"""Bytes between the start and the end of the last match and the end of what is unpacked, at least."""
SHORTEST_MATCH = 4
_EXTENDED, _MORE = 15, 255
"""A length of four bits, and each byte of it, after which it goes on in another byte."""


def unpack_in_python(block: bytes | memoryview, most: int) -> bytes | None:
    """The bytes that the block holds; None where it breaks a rule or holds more than `most`."""
    data, made, at = bytes(block), bytearray(), 0
    match_start = match_end = 0
    try:
        while True:
            token = data[at]
            literals, at = _length(data, token >> 4, at + 1)
            end = at + literals
            if end > len(data) or len(made) + literals > most:
                return None
            made += data[at:end]
            if end == len(data):
                break
            offset = data[end] | data[end + 1] << 8
            match, at = _length(data, token & _EXTENDED, end + 2)
            match += SHORTEST_MATCH
            match_start = len(made)
            if not 0 < offset <= match_start or match_start + match > most:
                return None
            pattern = made[-offset:][:match]
            made += (pattern * -(-match // len(pattern)))[:match]
            match_end = len(made)
    except IndexError:  # it ends within a sequence
        return None
    is_late = len(made) - match_start < MATCH_START or len(made) - match_end < LAST_LITERALS
    return None if match_end and is_late else bytes(made)


def _length(data: bytes, bits: int, at: int) -> tuple[int, int]:
    """A length, and where what follows it begins."""
    length, more = bits, _MORE if bits == _EXTENDED else 0
    while more == _MORE:
        more = data[at]
        length, at = length + more, at + 1
    return length, at


try:
    from .._core import unpack as _unpack
except ImportError:  # there was no compiler
    _unpack = unpack_in_python


def unpack(block: bytes | memoryview, most: int) -> bytes:
    """The bytes that the block holds, at most `most`. Raises ProtocolError for one that breaks a rule."""
    unpacked = _unpack(block, most)
    if unpacked is None:
        raise ProtocolError("the LZ4 block is broken")
    return unpacked

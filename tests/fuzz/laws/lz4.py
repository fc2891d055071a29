"""A block of LZ4 is the same to the decoder in C and to that in Python; and what they take, the reference takes, too.

Input: the room less one, 16 bits, then the block. (Into no room at all the reference unpacks one block only.)
"""

import lz4.block

from ws_stream import _core
from ws_stream.codec.unpack import unpack_in_python


def check(data: bytes) -> None:
    room, block = 1 + int.from_bytes(data[:2], "little"), data[2:]
    made = unpack_in_python(block, room)
    assert _core.unpack(block, room) == made
    if made is not None:
        assert len(made) <= room
        assert lz4.block.decompress(block, uncompressed_size=room) == made

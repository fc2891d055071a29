"""Bombs: what a hostile server sends to a client that is short, and declares or unpacks to what fills its memory.

The page and the client in C are held by the same vectors; docs/security.md names their tests.
"""

import tracemalloc

import numpy as np

from tests.codec.test_decode import hostile_messages
from tests.test_client import frames_of
from ws_stream.codec import encode
from ws_stream.pixels.formats import GRAY8
from ws_stream.pixels.frame import Frame
from ws_stream.protocol.control import serialize
from ws_stream.protocol.messages import Announcement

SIDE = 100
MOST = 4_000_000
"""Bytes; one of these bombs is of 64 MiB, another of 4 GiB."""


def announced(side: int) -> str:
    size = side, side
    return serialize(Announcement("camera", 1, GRAY8, *size, size, 1, None, False, 0, 30, False))


def picture(number: int) -> bytes:
    return encode(Frame(1, number, 1, GRAY8, np.full((SIDE, SIDE), number, np.uint8)))


async def test_decompression_and_dimension_bombs_are_refused_before_memory_is_taken() -> None:
    bombs = hostile_messages().values()
    tracemalloc.start()
    try:
        sent: list[str | bytes] = [announced(SIDE), picture(1), *bombs, picture(9)]
        connection, frames, _ = await frames_of(sent, expect=2)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [frame.number for frame in frames] == [1, 9]
    assert connection.refused_messages == len(bombs)
    assert peak < MOST


async def test_a_dimension_bomb_in_an_announcement_ends_the_connection_before_memory_is_taken() -> (
    None
):
    tracemalloc.start()
    try:
        bomb = announced(SIDE).replace(str(SIDE), "65535")
        _, frames, _ = await frames_of([announced(SIDE), picture(1), bomb], expect=2)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [frame.number for frame in frames] == [1, 1], "of another connection"
    assert peak < MOST

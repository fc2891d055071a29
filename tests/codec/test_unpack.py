"""LZ4 blocks, unpacked by the rules of docs/protocol.md; the compiled unpacker and the one in Python are equal."""

from random import Random

import lz4.block
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.codec.unpack import unpack, unpack_in_python
from ws_stream.errors import ProtocolError

from ..vectors.layout import last, sequence

BOTH = pytest.mark.parametrize("unpack", [unpack_in_python, unpack], ids=["python", "quickest"])

CONTENTS = st.one_of(
    st.binary(max_size=600),
    st.builds(
        lambda part, times: part * times, st.binary(min_size=1, max_size=9), st.integers(1, 900)
    ),
    st.builds(
        lambda one, gap, two: one + bytes(gap) + two,
        *(st.binary(), st.integers(0, 700), st.binary()),
    ),
)


@given(CONTENTS, st.integers(0, 50))
def test_whatever_liblz4_packs_is_unpacked_into_no_more_room_than_it_needs(
    content: bytes, more: int
) -> None:
    block = lz4.block.compress(content, store_size=False)
    for unpacks in (unpack_in_python, unpack):
        assert unpacks(block, len(content) + more) == content
        if content:
            assert is_refused(unpacks, block, len(content) - 1)


def is_refused(unpacks: object, block: bytes, room: int) -> bool:
    if unpacks is unpack_in_python:
        return unpack_in_python(block, room) is None
    try:
        unpack(block, room)
    except ProtocolError:
        return True
    return False


@given(CONTENTS, st.integers(0, 2**32))
def test_of_a_broken_block_both_make_the_same_and_never_what_liblz4_refuses(
    content: bytes, seed: int
) -> None:
    random, block = Random(seed), bytearray(lz4.block.compress(content, store_size=False))
    for _ in range(random.randrange(4)):
        block[random.randrange(len(block))] = random.choice(
            [0, 1, 15, 16, 240, 255, random.randrange(256)]
        )
    broken = bytes(block[: random.choice([len(block), random.randrange(len(block) + 1)])])
    room = random.choice([len(content), len(content) + 5, 2 * len(content) + 100]) or 1
    made = unpack_in_python(broken, room)
    assert is_refused(unpack, broken, room) == (made is None)
    if made is None:
        return
    assert unpack(broken, room) == made
    assert lz4.block.decompress(broken, uncompressed_size=room) == made


A, ROOM = b"a" * 8, 1000

BROKEN = {
    "nothing": b"",
    "ends within a length of literals": b"\xf0",
    "ends within a long length of literals": b"\xf0\xff\xff",
    "ends within literals": b"\x50abcd",
    "ends within an offset": last(A)[:1] + A + b"\x01",
    "ends within a length of a match": b"\x8f" + A + b"\1\0",
    "ends within a long length of a match": b"\x8f" + A + b"\1\0\xff\xff",
    "ends with a match": sequence(A, 1, 20),
    "offset 0": sequence(A, 0, 20) + last(A),
    "a match of nothing": sequence(b"", 1, 20) + last(A),
    "a match before the first byte": sequence(A, 9, 20) + last(A),
    "more literals than room": last(b"a" * (ROOM + 1)),
    "a longer match than room": sequence(A, 1, ROOM) + last(A),
    "a match that ends 4 bytes before the end": sequence(A, 1, 20) + last(b"abcd"),
    "a match that starts 11 bytes before the end": sequence(A, 1, 4) + last(b"abcdefg"),
}


@BOTH
@pytest.mark.parametrize("block", BROKEN.values(), ids=BROKEN)
def test_each_rule_is_kept(unpack: object, block: bytes) -> None:
    assert is_refused(unpack, block, ROOM)


@BOTH
@pytest.mark.parametrize(
    ("block", "content"),
    [
        (b"\x00", b""),
        (last(b"abcd"), b"abcd"),
        (b"\x4fabcd", b"abcd"),  # the last token's low bits mean nothing
        (sequence(A, 1, 20) + last(b"abcde"), b"a" * 28 + b"abcde"),
        (sequence(A, 1, 4) + last(b"abcdefgh"), b"a" * 12 + b"abcdefgh"),
        (sequence(b"abc", 3, 9) + last(b"vwxyz"), b"abc" * 4 + b"vwxyz"),
        (sequence(A, 8, 4 + 15 + 255 + 7) + last(A), b"a" * (8 + 281) + A),
    ],
)
def test_and_what_just_keeps_it_is_unpacked(unpack: object, block: bytes, content: bytes) -> None:
    assert not is_refused(unpack, block, len(content))
    assert unpack_in_python(block, len(content)) == content


def test_a_broken_block_is_the_other_side_s_error() -> None:
    with pytest.raises(ProtocolError, match="the LZ4 block is broken"):
        unpack(b"", 5)

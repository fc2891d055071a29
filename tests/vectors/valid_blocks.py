"""The valid LZ4 blocks: each shows one thing about the block format."""

from collections.abc import Iterator

from .layout import (
    MARKED_LZ4,
    Held,
    Segment,
    constant,
    every,
    flat,
    held,
    last,
    marks,
    message,
    sequence,
)
from .vector import Valid


def vectors() -> Iterator[Valid]:
    """All of them."""
    yield from _blocks()
    yield from _ends()
    yield from _lengths()


def _block(name: str, about: str, block: bytes, colours: bytes, rows: int = 1) -> Valid:
    """A block that follows on a first sequence, which makes the marks of all pixels and four more colours."""
    base = flat("gray8", (len(colours) + 4) // rows, rows)
    start = every(base.width, rows)
    data = message(base, Segment(0, rows, MARKED_LZ4, sequence(start, len(start), 4) + block))
    return Valid(f"lz4: {name}", about, base, data, start[:4] + colours)


def _blocks() -> Iterator[Valid]:
    about = "The shortest rows that can be packed: the match starts 12 and ends 5 before the end."
    yield _block("13 bytes", about, constant(9, 13), bytes([9]) * 13)
    block = sequence(b"a", 1, 5) + last(b"1234567")
    about = "A block of a match and seven literals."
    yield _block("a short match", about, block, b"aaaaaa1234567")
    for offset in (1, 2, 3, 4, 5, 7, 8, 9, 16):
        seed = bytes(range(1, offset + 1))
        block = sequence(seed, offset, 50) + last(b"12345")
        pixels = (seed * 60)[: offset + 50] + b"12345"
        yield _block(f"offset {offset}", "A match that overlaps what it makes.", block, pixels)
    about = "Literal and match lengths around those that need one more byte to be written."
    for literals in (14, 15, 16, 269, 270, 271, 524, 525):
        for match in (18, 19, 20, 273, 274, 275, 529) if literals in (15, 270) else (18,):
            text = bytes(1 + index % 251 for index in range(literals))
            block = sequence(text, literals, match) + last(b"12345")
            pixels = text + (text * 40)[:match] + b"12345"
            yield _block(f"{literals} literals, match {match}", about, block, pixels)
    about = "The last literals need extended lengths too."
    block = sequence(b"a", 1, 500) + last(bytes(range(1, 256)) * 2)
    yield _block("many last literals", about, block, b"a" * 501 + bytes(range(1, 256)) * 2)
    about = "A sequence may have no literals."
    block = sequence(b"abc", 3, 6) + sequence(b"", 1, 4) + last(b"1234567890")
    yield _block("no literals", about, block, b"abcabcabccccc1234567890")
    far = bytes(1 + (index * 31 + index // 256) % 255 for index in range(300)) + bytes(65235)
    block = sequence(far[:300] + b"\0", 1, 65234) + sequence(b"", 65535, 300) + last(b"12345")
    yield _block("offset 65535", "The farthest match.", block, far + far[:300] + b"12345", 6)
    block = sequence(b"a", 1, 7) + b"\x5f" + b"12345"
    about = "The last token's lower half is not read, as in the reference implementation."
    yield _block("last token", about, block, b"aaaaaaaa12345")


SPREAD = marks([[b"\x09"] * 32 + [None] * 48])
"""The content of row 1 of 80 gray pixels: 22 bytes of marks, 32 equal colours. The longest content has 102."""


def spread(block: bytes) -> tuple[Held, bytes]:
    """A picture held, and the message of a block whose end is not that of the room."""
    base = held("gray8", 80, 2)
    return base, message(base, Segment(1, 1, MARKED_LZ4, block))


def matched(content: bytes, start: int, end: int) -> bytes:
    """The content with a match from `start` to `end`, of the byte before it."""
    return sequence(content[:start], 1, end - start) + last(content[end:])


def _spread(name: str, about: str, block: bytes) -> Valid:
    base, data = spread(block)
    row = base.rows(0, 1)
    return Valid(f"lz4: {name}", about, base, data, row + bytes([9]) * 32 + row[32:])


def _ends() -> Iterator[Valid]:
    size = len(SPREAD)
    for before, after in ((12, 5), (12, 8), (13, 5), (30, 26)):
        about = (
            f"Of what is unpacked, the match starts {before} and ends {after} bytes before the end."
        )
        block = matched(SPREAD, size - before, size - after)
        yield _spread(f"match from {before} to {after} before the end", about, block)
    about = "No match at all: the rules of the end are about matches."
    yield _spread("literals only", about, last(SPREAD))
    base = held("gray8", 80, 2)
    block = sequence(SPREAD[:30], 1, 4) + sequence(b"", 1, 8) + last(SPREAD[42:])
    yield _spread("two matches", "One follows on the other without literals.", block)
    data = message(base, Segment(0, 1, MARKED_LZ4, b"\x20\0\0"))
    about = "Two bytes of group bits, all 0: no mark."
    yield Valid("lz4: no mark", about, base, data, base.pixels)
    narrow = held("gray8", 60, 2)
    data = message(narrow, Segment(0, 1, MARKED_LZ4, b"\x10\0"))
    yield Valid("lz4: the shortest block", "One literal.", narrow, data, narrow.pixels)


def _lengths() -> Iterator[Valid]:
    base = held("gray8", 5, 2)
    content = marks([[b"a", b"b", b"c", None, None]])
    data = message(base, Segment(1, 1, MARKED_LZ4, last(content)))
    pixels = base.rows(0, 1) + b"abc" + base.rows(0, 1)[3:]
    about = "7 bytes, one fewer than the longest content."
    yield Valid("lz4: the longest block", about, base, data, pixels)
    for name in ("rgb888", "rgbx8888", "rgb565"):
        base = held(name, 4, 2)
        size = len(base.pixels) // 8
        colour = bytes([1, 2, 3])[: min(size, 3)]
        content = marks([[colour, colour, None, None]])
        data = message(base, Segment(1, 1, MARKED_LZ4, last(content)))
        row = base.rows(0, 1)
        pixels = row + (colour + b"\xff" * (size - len(colour))) * 2 + row[2 * size :]
        about = "Literals only, and shorter than the longest content."
        yield Valid(f"lz4: literals only, {name}", about, base, data, pixels)

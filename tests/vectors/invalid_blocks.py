"""The invalid LZ4 blocks: every viewer refuses them, also where the reference library does not."""

from collections.abc import Iterator

from .layout import (
    MARKED_LZ4,
    Held,
    Segment,
    constant,
    even,
    every,
    held,
    last,
    marks,
    message,
    sequence,
    whole,
)
from .valid_blocks import SPREAD, matched, spread
from .vector import Invalid


def vectors() -> Iterator[Invalid]:
    """All of them."""
    yield from _broken_blocks()
    yield from _blocks_among_others()
    yield from _ends_of_blocks()
    yield from _offsets()
    yield from _ends_of_less()
    yield from _broken_after_nothing()


def _block(name: str, about: str, block: bytes, size: int) -> Invalid:
    """A block that follows on a first sequence, which makes the marks of a row and the first four colours."""
    base = held("gray8", size + 4, 1)
    data = message(base, Segment(0, 1, MARKED_LZ4, _first(size) + block))
    return Invalid(f"lz4/{name}", about, base, data)


def _first(size: int) -> bytes:
    start = every(size + 4, 1)
    return sequence(start, len(start), 4)


def _broken_blocks() -> Iterator[Invalid]:
    """The parts of the good block: a token, 4 literals, an offset, the match length; 8 literals."""
    start = sequence(b"abcd", 4, 4 + 15 + 3)
    good, size = start + last(b"12345678"), 34
    for kept, about in (
        (1, "Ends after a token."),
        (4, "Ends within the first literals."),
        (6, "Ends within an offset."),
        (7, "Ends before the rest of a match length."),
        (8, "Ends with a match."),
        (len(good) - 1, "Ends within the last literals."),
    ):
        yield _block(f"cut to {kept}", about, good[:kept], size)
    for more in (b"\0", b"\0\0", b"\0\1\0", b"\0\0\0\0"):
        about = "Bytes after the last literals."
        yield _block(f"{len(more)} bytes more", about, good + more, size)
    yield _block("too long by 1", "Unpacks to 35 colours.", start + last(b"123456789"), size)
    longer = sequence(b"abcd", 4, 4 + 15 + 4) + last(b"12345678")
    yield _block("match too long by 1", "Unpacks to 35 colours.", longer, size)
    huge = sequence(b"abcd", 4, 1200) + last(b"12345678")
    yield _block("far too long", "Unpacks to 1212 colours.", huge, size)
    at = len(every(size + 4, 1)) + 4
    far = sequence(b"abcd", at + 5, 4 + 15 + 3) + last(b"12345678")
    yield _block("match before the start", f"Offset {at + 5} at byte {at + 4}.", far, size)
    far = sequence(b"abcd", 65535, 4 + 15 + 3) + last(b"12345678")
    yield _block("match far before the start", f"Offset 65535 at byte {at + 4}.", far, size)
    about = "The block ends where a literal length wants another byte."
    yield _block("literal length runs out", about, start + b"\xf0", size)
    yield _block("long literal length runs out", about, start + b"\xf0\xff\xff\xff", size)
    about = "The block ends where a match length wants another byte."
    yield _block("match length runs out", about, start[:-1] + b"\xff\xff\xff", size)
    base = held("gray8", 20, 2)
    nothing = sequence(b"", 1, 4 + 15 + 7) + last(b"12345678")
    data = message(base, Segment(0, 2, MARKED_LZ4, nothing))
    yield Invalid("lz4/match of nothing", "Offset 1 at byte 0.", base, data)


def _blocks_among_others() -> Iterator[Invalid]:
    """What would do harm, or go unnoticed, only where the block is not all there is."""
    base = held("gray8", 20, 2)
    good = even(20)
    far = sequence(b"\7", 2, 20) + last(b"12345")
    for name, about, blocks in (
        ("match in the block above", "Offset 2 at byte 1 of the second block.", (good, far)),
        ("into the rows below", "The first block makes 21 colours.", (even(21), good)),
        ("on into the next payload", "The first block wants a byte more.", (good[:-1], good)),
    ):
        rows = (Segment(row, 1, MARKED_LZ4, block) for row, block in enumerate(blocks))
        yield Invalid(f"lz4/{name}", about, base, message(base, *rows))


def _ends_of_blocks() -> Iterator[Invalid]:
    late = sequence(b"a", 1, 29) + last(b"1234")
    yield _block("last match ends too late", "4 bytes before the end, not 5.", late, 34)
    late = sequence(b"a", 1, 33) + last(b"")
    yield _block("no last literals", "The last match ends the colours.", late, 34)
    late = sequence(b"a", 1, 16) + sequence(b"123456", 1, 6) + last(b"12345")
    yield _block("last match starts too late", "11 bytes before the end, not 12.", late, 34)
    base = held("gray8", 34, 1)
    data = message(base, Segment(0, 1, MARKED_LZ4, b"\0"))
    yield Invalid("bits/none", "The block unpacks to nothing.", base, data)
    data = message(base, Segment(0, 1, MARKED_LZ4, constant(0, 13)))
    yield Invalid("colours/13 zeros", "No group, and 12 bytes of colours.", base, data)
    for kept in (1, 2):
        yield _block(f"only its first {kept} bytes", "Ends at once.", b"\x11\x09"[:kept], 34)


def _offsets() -> Iterator[Invalid]:
    """An offset of 0 says nothing: the reference library makes something of it."""
    for literals in (1, 4, 20, 40):
        for match in (4, 18, 19, 30) if literals < 20 else (18, 19, 30):
            size = literals + match + 12
            block = sequence(b"\x09" * literals, 0, match) + last(bytes(12))
            yield _block(
                f"offset 0, {literals} literals, match {match}", "Of nothing.", block, size
            )
    block = sequence(b"\x09", 1, 8) + sequence(b"", 0, 8) + last(b"12345678")
    yield _block("offset 0 of the second match", "Of nothing.", block, 25)
    base = held("gray8", 20, 2)
    block = sequence(b"", 0, 18) + last(b"12345678")
    yield Invalid("lz4/offset 0 first", "Of nothing.", *_whole(base, block))
    content = whole(base, b"\0" * 20)
    for start, offset in ((len(content) - 20, len(content) - 19), (6, 7), (1, 2), (1, 256)):
        block = sequence(content[:start], offset, 8) + last(bytes(len(content) - start - 8))
        about = f"Offset {offset} at byte {start}."
        yield Invalid(f"lz4/offset {offset} at {start}", about, *_whole(base, block))


def _whole(base: Held, block: bytes) -> tuple[Held, bytes]:
    return base, message(base, Segment(1, 1, MARKED_LZ4, block))


def _ends_of_less() -> Iterator[Invalid]:
    """The rules are about the end of what is unpacked, not about that of the longest content."""
    size = len(SPREAD)
    for before, after in ((11, 5), (10, 6), (9, 5), (12, 4), (13, 1), (30, 4), (32, 1)):
        block = matched(SPREAD, size - before, size - after)
        about = f"The last match starts {before} and ends {after} bytes before the end."
        name = f"lz4/match from {before} to {after} before the end"
        yield Invalid(name, about, *spread(block))
    block = sequence(SPREAD[: size - 20], 1, 20)
    yield Invalid("lz4/ends with a match", "No last literals.", *spread(block))
    about = "A last sequence of no literals: the match ends with what is unpacked."
    yield Invalid("lz4/ends with a match and a token", about, *spread(block + b"\0"))
    for more in (b"\x01", b"\x1f\0", b"\xff\xff"):
        name = f"lz4/{more.hex()} after its end"
        yield Invalid(name, "More than the block has to say.", *spread(last(SPREAD) + more))
    for cut in (1, 2, 12, 30):
        name = f"lz4/literals cut by {cut}"
        yield Invalid(name, "They leave the block.", *spread(last(SPREAD)[:-cut]))
    # The content is one that would be good but for its last byte.
    base = held("gray8", 5, 2)
    content = marks([[b"a", b"b", b"c", b"d", None]])
    data = message(base, Segment(1, 1, MARKED_LZ4, last(content)))
    about = "8 bytes, as many as the longest content has."
    yield Invalid("packed length/8, not 1 to 7", about, base, data)
    data = message(base, Segment(1, 1, MARKED_LZ4, b""))
    yield Invalid("packed length/0, not 1 to 7", "No block is empty.", base, data)


def _broken_after_nothing() -> Iterator[Invalid]:
    """The first byte unpacked would be valid content by itself: no group holds a mark."""
    base = held("gray8", 60, 2)
    for name, about, block in (
        ("literal length runs out", "After a match.", b"\x10\0\1\0\xf0"),
        ("literals cut", "4 of 5 are there.", b"\x10\0\1\0\x50\0\0\0\0"),
        ("too few last literals", "2 of 5.", b"\x10\0\1\0\x20\0\0"),
        ("offset cut", "One byte of it.", b"\x10\0\1"),
        ("match length runs out", "It is to go on.", b"\x1f\0\1\0\xff"),
        ("offset 0", "Of nothing.", b"\x18\0\0\0\x50\0\0\0\0\0"),
        ("offset 2", "Before the first byte.", b"\x18\0\2\0\x50\0\0\0\0\0"),
        ("ends with a match", "No last literals.", b"\x10\0\1\0"),
        ("one byte more", "Not what the marks say.", b"\x20\0\0"),
    ):
        yield Invalid(f"lz4/no mark, then {name}", about, *_whole(base, block))

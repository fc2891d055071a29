"""The invalid vectors: messages that every viewer refuses, each wrong in one way, most by one step past valid.

The part of a name before the slash says which rule is broken.
"""

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from .layout import (
    COPY,
    EPOCH,
    MARKED,
    MARKED_LZ4,
    Held,
    Segment,
    blank,
    constant,
    every,
    held,
    last,
    marks,
    message,
    sequence,
    whole,
)


class Invalid(NamedTuple):
    """A vector."""

    name: str
    about: str
    base: Held
    message: bytes


GRAY = held("gray8", 2, 3)
ROW = Segment(1, 1, MARKED, whole(GRAY, b"ab"))


def vectors() -> Iterator[Invalid]:
    """All of them."""
    yield from _header_lengths()
    yield from _fields()
    yield from _sizes()
    yield from _announced()
    yield from _tables()
    yield from _payloads()
    yield from _contents()
    yield from _ends()
    yield from _broken_blocks()
    yield from _blocks_among_others()
    yield from _ends_of_blocks()


def _header_lengths() -> Iterator[Invalid]:
    yield Invalid("short/35", "A byte less than a header.", GRAY, message(GRAY)[:35])
    yield Invalid("short/0", "Nothing at all.", GRAY, b"")
    yield Invalid("short/32", "A whole header of 32 bytes.", GRAY, message(GRAY, length=32)[:32])
    wide = held("gray8", 14, 1)
    block = _even(14)
    # The table would begin at the checksum: row 0, 1 row, kind 1 (the segment count) and a length.
    data = message(wide, length=28, checksum=1 << 16, segments=1) + bytes([len(block), 0, 0, 0])
    about = "The table would be a good one, but begins within the header."
    yield Invalid("header length/28", about, wide, data + block + bytes(-len(block) % 4))
    data = message(GRAY, length=32)
    yield Invalid("header length/32", "The header's last field would be a table.", GRAY, data)
    for length in (37, 38, 39):
        data = message(GRAY, later=bytes(length - 36))
        yield Invalid(f"header length/{length}", "Not divisible by 4.", GRAY, data)
    data = message(GRAY, length=40)
    yield Invalid("header length/40 of 36", "The header leaves the message.", GRAY, data)


def _fields() -> Iterator[Invalid]:
    for bit in range(2, 8):
        data = message(GRAY, ROW, flags=1 << bit)
        yield Invalid(f"flags/bit {bit}", "A later version's flag.", GRAY, data)
    first = blank("gray8", 2, 3)
    data = message(first, number=0)
    yield Invalid("number/0", "The blank picture is never sent.", first, data)
    data = message(GRAY, ROW, number=6)
    yield Invalid("number/equal to base", "A picture cannot differ from itself.", GRAY, data)
    data = message(GRAY, ROW, number=5)
    yield Invalid("number/below base", "A picture cannot differ from a later one.", GRAY, data)
    data = message(GRAY, ROW, time=2**53)
    yield Invalid("time/2**53", "No longer exact in JavaScript.", GRAY, data)
    data = message(GRAY, ROW, time=2**64 - 1)
    yield Invalid("time/2**64 - 1", "No longer exact in JavaScript.", GRAY, data)
    for code in (0, 9, 255):
        data = message(GRAY, ROW, code=code)
        yield Invalid(f"format/code {code}", "Such a format is not known.", GRAY, data)
    pixels = GRAY.with_rows(1, b"ab")
    data = message(GRAY, ROW, flags=1, checksum=zlib.crc32(pixels) ^ 1)
    yield Invalid("checksum/one bit", "A viewer may have changed its picture.", GRAY, data)
    data = message(GRAY, ROW, flags=1)
    yield Invalid("checksum/0", "Zero is a checksum too when the flag is set.", GRAY, data)


def _sizes() -> Iterator[Invalid]:
    for width, height in ((0, 1), (1, 0), (16385, 1), (1, 16385)):
        # The base is of that size: a viewer refuses the message even where the size was announced.
        base = held("gray8", width, height)
        about = "A side is 1 to 16384."
        yield Invalid(f"side/{width}x{height}", about, base, message(base))
    about = "One row over 64 MiB. The picture held is small: this one breaks a second rule too."
    data = message(GRAY, width=8192, height=8193)
    yield Invalid("picture bytes/64 MiB", about, GRAY, data)


def _announced() -> Iterator[Invalid]:
    for epoch in (EPOCH ^ 1, EPOCH ^ 1 << 31):
        data = message(GRAY, ROW, epoch=epoch)
        yield Invalid(f"epoch/{epoch:#x}", "Of another life of the stream.", GRAY, data)
    base = held("rgbx8888", 2, 3)
    data = message(base, Segment(1, 1, MARKED, whole(base, b"abcdefgh")), code=2)
    yield Invalid("announced/format", "Pixels of the same size, but bgrx8888.", base, data)
    for width, height in ((3, 3), (1, 3), (2, 2), (2, 4), (3, 2)):
        row = ROW._replace(payload=every(width, 1) + b"abc"[:width])
        data = message(GRAY, row, width=width, height=height)
        yield Invalid(f"announced/{width}x{height}", "Announced was 2x3.", GRAY, data)
    for base_number in (5, 7):
        data = message(GRAY, ROW, number=8, base=base_number)
        yield Invalid(f"base/{base_number}", "The viewer holds picture 6.", GRAY, data)
    first = blank("gray8", 2, 3)
    data = message(first, ROW, number=8, base=1)
    yield Invalid("base/1 of blank", "The viewer holds no picture.", first, data)
    for number in (6, 5):
        data = message(GRAY, ROW, number=number, base=0)
        yield Invalid(f"newer/{number}", "The viewer holds picture 6.", GRAY, data)


def _tables() -> Iterator[Invalid]:
    base = held("gray8", 2, 1)
    row = Segment(0, 1, MARKED, whole(base, b"ab"))
    data = message(base, row, row._replace(first=1))
    about = "More segments than rows; the second cannot be in the picture."
    yield Invalid("segment count/2 of 1", about, base, data)
    data = message(GRAY, segments=2**32 - 1)
    yield Invalid("segment count/2**32 - 1", "The header says so; there is none.", GRAY, data)
    data = message(GRAY, segments=1) + message(GRAY, ROW)[36:47]
    yield Invalid("table/47 of 48", "A byte of the table is missing.", GRAY, data)
    data = message(GRAY, segments=3)
    yield Invalid("table/none", "Three segments, and nothing after the header.", GRAY, data)
    two = Segment(0, 2, MARKED, whole(GRAY, b"abcd"))
    for name, about, segments in (
        ("overlap", "Row 1 is in both.", [two, ROW]),
        ("repeated", "Row 1 twice.", [ROW, ROW]),
        ("descending", "Row 1 before row 0.", [ROW, ROW._replace(first=0)]),
        ("none", "Not a single row.", [Segment(1, 0, MARKED, b"")]),
        ("past the end", "Rows 2 and 3 of 3.", [two._replace(first=2)]),
        ("behind the end", "Row 3 of 3.", [ROW._replace(first=3)]),
        ("first row 65535", "16 bits do not hold its end.", [ROW._replace(first=65535)]),
    ):
        yield Invalid(f"rows/{name}", about, GRAY, message(GRAY, *segments))
    yield from _kinds_and_shifts()


def _kinds_and_shifts() -> Iterator[Invalid]:
    for kind in (3, 4, 9, 11, 255, 256, 2**15, 2**16 - 1):
        data = message(GRAY, ROW._replace(kind=kind))
        yield Invalid(f"kind/{kind}", "A later version's.", GRAY, data)
    packed = held("gray8", 13, 3)
    for kind, to, payload in (
        (MARKED, GRAY, ROW.payload),
        (MARKED_LZ4, packed, _even(13)),
    ):
        for shift in (1, -1):
            data = message(to, Segment(1, 1, kind, payload, shift))
            about = "Only copies are of rows from elsewhere."
            yield Invalid(f"shift/kind {kind} by {shift}", about, to, data)
    for shift in (-2, 2, -(2**15), 2**15 - 1):
        data = message(GRAY, Segment(1, 1, COPY, shift=shift))
        about = "Row 1 of 3 cannot be made of a row that is not in the picture."
        yield Invalid(f"shift/kind 2 by {shift}", about, GRAY, data)
    for first, shift in ((0, -1), (1, 1)):
        data = message(GRAY, Segment(first, 2, COPY, shift=shift))
        about = "One of two rows would be read outside of the picture."
        yield Invalid(f"shift/two rows by {shift}", about, GRAY, data)
    data = message(GRAY, Segment(0, 1, COPY, shift=3), base=0)
    yield Invalid("shift/base 0", "The blank picture has no more rows.", GRAY, data)
    data = message(GRAY, ROW, Segment(2, 1, COPY, shift=-2))
    yield Invalid("copy/after marks", "Copies stand before all marks.", GRAY, data)
    for first, count in ((0, 0), (2, 2), (3, 1)):
        data = message(GRAY, Segment(first, count, COPY))
        yield Invalid(f"rows/{count} copied to row {first}", "Not in it.", GRAY, data)


def _even(width: int) -> bytes:
    """The block of the content of a gray row of equal pixels."""
    return sequence(every(width, 1) + b"\7", 1, width - 6) + last(b"\7" * 5)


def _payloads() -> Iterator[Invalid]:
    for payload in (b"", ROW.payload + b"c"):
        data = message(GRAY, Segment(1, 1, MARKED, payload))
        name = f"stored length/{len(payload)}, not 1 to 5"
        yield Invalid(name, "One row of two pixels.", GRAY, data)
    wide = held("gray8", 65, 1)
    data = message(wide, Segment(0, 1, MARKED, b"\0"))
    yield Invalid("stored length/1, not 2 to 85", "Nine groups have two bytes.", wide, data)
    for payload in (b"a", b"ab"):
        data = message(GRAY, Segment(1, 1, COPY, payload, shift=1))
        yield Invalid(f"copy length/{len(payload)}", "A copy has no payload.", GRAY, data)
    base = held("gray8", 13, 1)
    content = whole(base, b"1234567890abc")
    equal = sequence(content[:5], 5, 4) + last(b"1234567890")
    for name, block in (("0", b""), ("18", equal), ("20", last(content))):
        data = message(base, Segment(0, 1, MARKED_LZ4, block))
        about = "At most 18 bytes have to be packed in 1 to 17."
        yield Invalid(f"packed length/{name}", about, base, data)
    base = held("gray8", 3, 1)
    content = whole(base, b"abc")
    data = message(base, Segment(0, 1, MARKED, content[:-1], padding=b"", length=len(content)))
    yield Invalid("payload/a byte less", "The payload leaves the message.", base, data)
    base = held("gray8", 13, 1)
    block = _even(13)
    data = message(base, Segment(0, 1, MARKED_LZ4, block[:-1], padding=b"", length=len(block)))
    yield Invalid("payload/a packed byte less", "The payload leaves the message.", base, data)


def _contents() -> Iterator[Invalid]:
    base = held("gray8", 11, 3)
    good = marks([[0] * 8 + [b"a", 0, None]])  # one group
    for name, about, content in (
        ("bits/beyond the groups", "Bit 2 of two groups.", b"\6" + good[1:]),
        ("bits/the last bit", "Bit 7 of two groups.", b"\x82" + good[1:]),
        ("groups/no literals", "The byte of literals is missing.", good[:2]),
        ("groups/no masks", "Both bytes of the group are missing.", good[:1]),
        ("empty/a group", "A group holds a marked pixel.", b"\2\0\0"),
        ("subset/one more", "A pixel with a colour and no mark.", b"\2\5\3ab"),
        ("subset/another", "A pixel with a colour and no mark.", b"\2\4\1a"),
        ("width/the first beyond", "Pixel 11 of 11.", b"\2\x0d\1a"),
        ("width/the last beyond", "Pixel 15 of 11.", b"\2\x81\x81ab"),
        ("colours/none", "The colour is missing.", good[:-1]),
        ("colours/one more", "A colour more than literal pixels.", good + b"b"),
    ):
        data = message(base, Segment(1, 1, MARKED, content))
        yield Invalid(name, about, base, data)
        packed = message(base, Segment(1, 1, MARKED_LZ4, last(content)))
        yield Invalid(f"{name}, LZ4", about, base, packed)
    data = message(base, Segment(0, 1, MARKED, good))
    yield Invalid("top/a pixel above row 0", "There is none.", base, data)
    two = marks([[0] * 11, [None] * 11])
    data = message(base, Segment(0, 2, MARKED, marks([[None] + [0] * 10, [0] * 11])))
    yield Invalid("top/the first group", "There is no pixel above.", base, data)
    data = message(base, Segment(0, 2, MARKED, two[:1] + two[1:-1]))
    yield Invalid("groups/a byte of literals less", "Two groups, three bytes.", base, data)
    colour = held("rgbx8888", 2, 2)
    for length in (2, 4):
        data = message(colour, Segment(1, 1, MARKED, marks([[b"abcd"[:length], 0]])))
        yield Invalid(f"colours/{length} bytes", "A colour has 3.", colour, data)
    late = Segment(1, 1, MARKED, good), Segment(2, 1, MARKED, good[:-1])
    about = "Good marks before are not shown."
    yield Invalid("colours/of the second segment", about, base, message(base, *late))


def _ends() -> Iterator[Invalid]:
    base = held("gray8", 2, 2)
    rows = tuple(Segment(row, 1, MARKED, whole(base, b"ab")) for row in range(2))
    data = message(base, *rows)
    for name, about, wrong in (
        ("no padding", "3 bytes of padding after the last payload are due.", data[:-3]),
        ("short padding", "1 byte of padding is missing.", data[:-1]),
        ("a byte more", "Nothing follows the last padding.", data + b"\0"),
        ("4 bytes more", "Nothing follows the last padding.", data + bytes(4)),
        ("4 bytes and no segment", "Nothing follows the header.", message(base) + bytes(4)),
    ):
        yield Invalid(f"end/{name}", about, base, wrong)
    data = message(base, rows[0]._replace(padding=b""), rows[1])
    yield Invalid("end/unaligned", "A payload without padding.", base, data)


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
    good = _even(20)
    far = sequence(b"\7", 2, 20) + last(b"12345")
    for name, about, blocks in (
        ("match in the block above", "Offset 2 at byte 1 of the second block.", (good, far)),
        ("into the rows below", "The first block makes 21 colours.", (_even(21), good)),
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

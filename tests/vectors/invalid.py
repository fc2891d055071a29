"""The invalid vectors: messages that every viewer refuses, each wrong in one way, most by one step past valid.

The part of a name before the slash says which rule is broken.
"""

import zlib
from collections.abc import Iterator

from .layout import (
    COPY,
    EPOCH,
    FORMATS,
    MARKED,
    MARKED_LZ4,
    Segment,
    blank,
    even,
    every,
    extension,
    flat,
    held,
    message,
    whole,
)
from .vector import Invalid

GRAY = held("gray8", 2, 3)
ROW = Segment(1, 1, MARKED, whole(GRAY, b"ab"))


def vectors() -> Iterator[Invalid]:
    """All of them."""
    yield from _header_lengths()
    yield from _fields()
    yield from _sizes()
    yield from _announced()
    yield from _tables()


def _header_lengths() -> Iterator[Invalid]:
    yield Invalid("short/35", "A byte less than a header.", GRAY, message(GRAY)[:35])
    yield Invalid("short/0", "Nothing at all.", GRAY, b"")
    yield Invalid("short/32", "A whole header of 32 bytes.", GRAY, message(GRAY, length=32)[:32])
    wide = held("gray8", 14, 1)
    block = even(14)
    # The table would begin at the checksum: row 0, 1 row, kind 1 (the segment count) and a length.
    data = message(wide, length=28, checksum=1 << 16, segments=1) + bytes([len(block), 0, 0, 0])
    about = "The table would be a good one, but begins within the header."
    yield Invalid("header length/28", about, wide, data + block + bytes(-len(block) % 4))
    data = message(GRAY, length=32)
    yield Invalid("header length/32", "The header's last field would be a table.", GRAY, data)
    for length in (37, 38, 39):
        data = message(GRAY, length=length) + bytes(4)
        yield Invalid(f"header length/{length}", "Not divisible by 4.", GRAY, data)
    for length in (35, 1, 4, 294, 4098, 65533, 65535):
        data = message(GRAY, extensions=extension(2, bytes(252)), length=length)
        yield Invalid(f"header length/{length}", "Too short, or not divisible by 4.", GRAY, data)
    for length in (40, 256, 4096, 32768, 65532):
        for segments in (0, 1, 3):
            data = message(GRAY, length=length, segments=segments)
            about = "The header leaves the message."
            yield Invalid(f"header length/{length} of 36, {segments} segments", about, GRAY, data)
        data = message(GRAY, ROW, length=length, segments=1)
        about = "The header leaves the message, or takes its table for an extension."
        yield Invalid(f"header length/{length} of {len(data)}", about, GRAY, data)


def _fields() -> Iterator[Invalid]:
    for bit in range(4, 8):
        data = message(GRAY, ROW, flags=1 << bit)
        yield Invalid(f"flags/bit {bit}", "A later version's critical flag.", GRAY, data)
    pixels = GRAY.with_rows(1, b"ab")
    data = message(GRAY, ROW, flags=0x8F, checksum=zlib.crc32(pixels))
    yield Invalid("flags/bit 7 among others", "A critical flag.", GRAY, data)
    first = blank("gray8", 2, 3)
    data = message(first, number=0)
    yield Invalid("number/0", "The blank picture is never sent.", first, data)
    data = message(GRAY, ROW, number=6)
    yield Invalid("number/equal to base", "A picture cannot be a delta against itself.", GRAY, data)
    data = message(GRAY, ROW, number=5)
    yield Invalid(
        "number/below base", "A picture cannot be a delta against a later one.", GRAY, data
    )
    data = message(GRAY, ROW, time=2**53)
    yield Invalid("time/2**53", "No longer exact in JavaScript.", GRAY, data)
    data = message(GRAY, ROW, time=2**64 - 1)
    yield Invalid("time/2**64 - 1", "No longer exact in JavaScript.", GRAY, data)
    for bit in (54, 56, 63):
        data = message(GRAY, ROW, time=2**bit)
        yield Invalid(f"time/2**{bit}", "No longer exact in JavaScript.", GRAY, data)
    for code in (0, 24, 31, 127, 128, 134, 255):
        data = message(GRAY, ROW, code=code)
        yield Invalid(f"format/code {code}", "Such a format is not known.", GRAY, data)
    yield from _checksums()


def _checksums() -> Iterator[Invalid]:
    needs = ("checksum",)
    right = zlib.crc32(GRAY.with_rows(1, b"ab"))
    for bit in (0, 7, 8, 15, 16, 23, 24, 31):
        data = message(GRAY, ROW, flags=1, checksum=right ^ 1 << bit)
        about = "A viewer may have changed its picture."
        yield Invalid(f"checksum/bit {bit}", about, GRAY, data, needs)
    data = message(GRAY, ROW, flags=1)
    yield Invalid("checksum/0", "Zero is a checksum too if the flag is set.", GRAY, data, needs)
    data = message(GRAY, ROW, flags=1, checksum=right ^ 0xFFFFFFFF)
    yield Invalid("checksum/inverted", "The last step is left out.", GRAY, data, needs)
    data = message(GRAY, ROW, flags=1, checksum=zlib.crc32(GRAY.pixels))
    yield Invalid("checksum/of the base", "It is the new picture's.", GRAY, data, needs)
    for name in ("rgbx8888", "bgrx8888"):
        base = held(name, 5, 2)
        colours = b"".join(base.pixels[at : at + 3] for at in range(0, len(base.pixels), 4))
        zeros = b"".join(base.pixels[at : at + 3] + b"\0" for at in range(0, len(base.pixels), 4))
        for what, data in (("without padding", colours), ("with padding of 0", zeros)):
            wrong = message(base, flags=1, checksum=zlib.crc32(data))
            about = "The padding bytes are part of the checksum, and 255."
            yield Invalid(f"checksum/{name}, {what}", about, base, wrong, needs)
    for name in FORMATS:
        base = held(name, 5, 2)
        wrong = message(base, flags=1, checksum=zlib.crc32(base.pixels) ^ 1 << 20)
        yield Invalid(f"checksum/{name}, bit 20", "In its upper half.", base, wrong, needs)


def _sizes() -> Iterator[Invalid]:
    for width, height in ((0, 1), (1, 0), (16385, 1), (1, 16385)):
        # The base is of that size: a viewer refuses the message even where the size was announced.
        base = flat("gray8", width, height)
        about = "A side is 1 to 16384."
        yield Invalid(f"side/{width}x{height}", about, base, message(base))
    about = "One row over 64 MiB. The picture held is small: this one breaks a second rule too."
    data = message(GRAY, width=8192, height=8193)
    yield Invalid("picture bytes/64 MiB", about, GRAY, data)


def _announced() -> Iterator[Invalid]:
    for bit in (0, 8, 16, 24, 31):
        for number in (6, 0):
            data = message(GRAY, ROW, epoch=EPOCH ^ 1 << bit, base=number)
            about = "Of another life of the rendition."
            yield Invalid(f"epoch/bit {bit}, base {number}", about, GRAY, data)
    for one, other in (("rgbx8888", 2), ("rgb888", 4), ("rgb565", 7), ("gray8", 8), ("rgb332", 6)):
        base = held(one, 2, 3)
        about = "Pixels of the same size, but another format."
        data = message(base, Segment(1, 1, MARKED, whole(base, base.rows(0, 1))), code=other)
        yield Invalid(f"announced/code {other} for {one}", about, base, data)
        data = message(base, code=other)
        yield Invalid(f"announced/code {other} for {one}, no segment", about, base, data)
    yield from _announced_sizes()
    for number, wrong in ((8, 5), (8, 7), (2**32 - 1, 6 + 256), (2**32 - 1, 6 + 2**16)):
        data = message(GRAY, ROW, number=number, base=wrong)
        yield Invalid(f"base/{wrong}", "The viewer holds picture 6.", GRAY, data)
    for wrong in (6 + 2**24, 6 + 2**31):
        data = message(GRAY, number=2**32 - 1, base=wrong)
        yield Invalid(f"base/{wrong}, no segment", "The viewer holds picture 6.", GRAY, data)
    first = blank("gray8", 2, 3)
    data = message(first, ROW, number=8, base=1)
    yield Invalid("base/1 of blank", "The viewer holds no picture.", first, data)


def _announced_sizes() -> Iterator[Invalid]:
    """What lengths of payloads give away, and what they do not."""
    for width, height in ((3, 3), (1, 3), (2, 2), (2, 4), (3, 2), (258, 3), (2, 259)):
        row = ROW._replace(payload=every(width, 1) + (b"abc" * 99)[:width])
        data = message(GRAY, row, width=width, height=height)
        yield Invalid(f"announced/{width}x{height}", "Announced was 2x3.", GRAY, data)
        for what, segments in (("no segment", ()), ("a copy", (Segment(0, 1, COPY, shift=1),))):
            for base in (6, 0):
                data = message(GRAY, *segments, width=width, height=height, base=base)
                name = f"announced/{width}x{height}, {what}, base {base}"
                yield Invalid(name, "Announced was 2x3.", GRAY, data)
    for width, height in ((1, 6), (6, 1)):
        data = message(GRAY, width=width, height=height)
        yield Invalid(f"announced/{width}x{height}", "As many pixels as 2x3.", GRAY, data)


def _tables() -> Iterator[Invalid]:
    base = held("gray8", 2, 1)
    row = Segment(0, 1, MARKED, whole(base, b"ab"))
    data = message(base, row, row._replace(first=1))
    about = "More segments than rows; the second cannot be in the picture."
    yield Invalid("segment count/2 of 1", about, base, data)
    data = message(GRAY, segments=2**32 - 1)
    yield Invalid("segment count/2**32 - 1", "The header says so; there is none.", GRAY, data)
    for count in (4, 257, 1 + 2**16, 1 + 2**24, 1 + 2**31):
        data = message(GRAY, ROW, segments=count)
        yield Invalid(f"segment count/{count} of 1", "There is one, and 3 rows.", GRAY, data)
    for count in (256, 2**16, 2**24, 2**31):
        data = message(GRAY, segments=count)
        yield Invalid(f"segment count/{count} of 0", "There is none, and 3 rows.", GRAY, data)
    data = message(GRAY, *[Segment(0, 1, COPY, shift=1)] * 4)
    yield Invalid("segment count/4 copies", "At most as many as rows.", GRAY, data)
    data = message(GRAY, ROW, segments=0)
    yield Invalid("end/0 segments of 1", "What follows the header is no segment.", GRAY, data)
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
        ("first row 257", "Its lower byte is 1.", [ROW._replace(first=257)]),
        ("257 rows", "The lower byte is 1.", [ROW._replace(rows=257)]),
        ("65535 rows", "16 bits do not hold their end.", [ROW._replace(rows=65535)]),
    ):
        yield Invalid(f"rows/{name}", about, GRAY, message(GRAY, *segments))
    yield from _kinds_and_shifts()


def _kinds_and_shifts() -> Iterator[Invalid]:
    for name in FORMATS:
        base = held(name, 13, 3)
        content = whole(base, base.rows(0, 1))
        for kind in (3, 4, 5, 6, 8, 12, 14, 256, 257, 258, 2**15, 2**15 + 1, 2**16 - 1):
            if name != "gray8" and kind > 6:
                continue
            block = even(13, 1, min(FORMATS[name][1], 3))
            for what, payload in (("content", content), ("block", block), ("nothing", b"")):
                data = message(base, Segment(1, 1, kind, payload))
                about = "A later version's kind, with a payload that another one may have."
                yield Invalid(f"kind/{kind}, {name}, {what}", about, base, data)
    packed = held("gray8", 13, 3)
    for kind, to, payload in (
        (MARKED, GRAY, ROW.payload),
        (MARKED_LZ4, packed, even(13)),
    ):
        for shift in (1, -1):
            data = message(to, Segment(1, 1, kind, payload, shift))
            about = "Only copies are of rows from elsewhere."
            yield Invalid(f"shift/kind {kind} by {shift}", about, to, data)
    for shift in (-2, 2, -(2**15), 2**15 - 1, 256, -256, 257, -255):
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
    for first, count in ((0, 0), (1, 0), (2, 2), (3, 1), (0, 4), (256, 1), (0, 257)):
        data = message(GRAY, Segment(first, count, COPY))
        yield Invalid(f"rows/{count} copied to row {first}", "Not in it.", GRAY, data)

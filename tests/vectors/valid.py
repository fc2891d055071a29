"""The valid vectors: messages that every viewer applies, and the pictures they make."""

import zlib
from collections.abc import Iterator
from typing import Any

from .layout import (
    COPY,
    FORMATS,
    MARKED,
    MARKED_LZ4,
    TIME,
    Held,
    Segment,
    blank,
    even,
    flat,
    held,
    marks,
    message,
    whole,
)
from .vector import Valid

GRAY = held("gray8", 2, 3)


def vectors() -> Iterator[Valid]:
    """All of them."""
    yield _example()
    yield from _kinds_and_formats()
    yield from _segments()
    yield from _blank_bases()
    yield from _moved_rows()
    yield from _headers()
    yield from _limits()


def _example() -> Valid:
    base = Held(0x0A0B0C0D, 6, "gray8", 2, 3, bytes.fromhex("1020 3040 5060"))
    data = bytes.fromhex(
        "2400 06 01 0d0c0b0a 07000000 06000000 0000ceeeb5400600 0200 0300 3df9109e 02000000"
        "0000 0200 0200 0100 00000000  0100 0200 0000 0000 06000000  03 0101 0100 aa 0000"
    )
    about = "The message that docs/protocol.md spells out."
    return Valid("example", about, base, data, EXAMPLE)


EXAMPLE = bytes.fromhex("3040 aa60 aa60")


def _kinds_and_formats() -> Iterator[Valid]:
    for name, (_, size) in FORMATS.items():
        colour = min(size, 3)
        for width in (7, 8, 13):
            base = held(name, width, 3)
            old = base.rows(1, 2)
            pixels = [old[at : at + size] for at in range(0, len(old), size)]
            new = b"".join(reversed(pixels))
            data = message(base, Segment(1, 2, MARKED, whole(base, new)))
            about = "Every pixel of two rows; row 0 stays."
            yield Valid(f"{name}, kind 0, {width} wide", about, base, data, base.with_rows(1, new))
            filled = (b"\7" * colour + b"\xff" * (size - colour)) * width * 2
            data = message(base, Segment(1, 2, MARKED_LZ4, even(width, 2, colour)))
            about = "Two rows of one colour."
            yield Valid(
                f"{name}, kind 1, {width} wide", about, base, data, base.with_rows(1, filled)
            )
            data = message(base, Segment(0, 2, COPY, shift=1))
            about = "Two rows from one row further down."
            yield Valid(f"{name}, kind 2, {width} wide", about, base, data, base.with_rows(0, old))
        yield from _above(name)
    base = held("gray8", 11, 3)
    rows: list[list[bytes | int | None]] = [[b"x", *[0] * 10], [None, 0, None, *[0] * 8]]
    data = message(base, Segment(0, 2, MARKED, marks(rows)))
    above, below = b"x" + base.rows(0, 1)[1:], base.rows(1, 1)
    made = above + above[:1] + below[1:2] + above[2:3] + below[3:] + base.rows(2, 1)
    about = "In the first group of row 1; the pixel above is changed before."
    yield Valid("the pixel above, row 1", about, base, data, made)


def _above(name: str) -> Iterator[Valid]:
    size = FORMATS[name][1]
    colour = b"\x05\x06\x07"[: min(size, 3)]
    pixel = colour + b"\xff" * (size - len(colour))
    base = held(name, 11, 5)
    first: list[list[bytes | int | None]] = [
        [0] * 10 + [colour],
        [0] * 9 + [None, None],
        [None, *[0] * 9, None],
    ]
    second: list[list[bytes | int | None]] = [
        [None, *[0] * 9, None],
        [None, colour] + [0] * 8 + [None],
    ]
    both = Segment(0, 3, MARKED, marks(first)), Segment(3, 2, MARKED, marks(second))
    data = message(base, *both)
    rows = [[base.rows(y, 1)[x * size : (x + 1) * size] for x in range(11)] for y in range(5)]
    rows[0][10] = rows[1][10] = rows[2][10] = rows[3][10] = rows[4][10] = pixel
    rows[1][9] = rows[0][9]
    rows[2][0] = rows[3][0] = rows[4][0] = rows[1][0]
    rows[4][1] = pixel
    about = "Pixels become the one above, over several rows and from one segment to the next."
    pixels = b"".join(one for row in rows for one in row)
    yield Valid(f"{name}, the pixel above", about, base, data, pixels)


def _segments() -> Iterator[Valid]:
    yield Valid("no segment", "Equal to its base.", GRAY, message(GRAY), GRAY.pixels)
    base = held("gray8", 5, 4)
    rows = [Segment(row, 1, MARKED, whole(base, bytes([row] * 5))) for row in range(4)]
    yield Valid(
        "a segment for each row",
        "As many segments as rows, all adjacent, each as long as may be.",
        base,
        message(base, *rows),
        bytes([0] * 5 + [1] * 5 + [2] * 5 + [3] * 5),
    )
    base = held("gray8", 3, 5)
    two = (
        Segment(1, 1, MARKED, whole(base, b"abc")),
        Segment(4, 1, MARKED, marks([[0, b"x", 0]])),
    )
    pixels = base.with_rows(1, b"abc")[:-3] + base.rows(4, 1)[:1] + b"x" + base.rows(4, 1)[2:]
    about = "Rows above, between and below stay, and so do pixels without a mark."
    yield Valid("rows between segments", about, base, message(base, *two), pixels)
    dirty = (two[0]._replace(padding=b"\xff" * 2), two[1]._replace(padding=b""))
    about = "Padding is ignored."
    yield Valid("padding is not zero", about, base, message(base, *dirty), pixels)
    data = message(base, Segment(1, 3, MARKED, marks([[b"x", 0, 0], [0, 0, 0], [0, 0, b"y"]])))
    pixels = base.with_rows(1, b"x" + base.rows(1, 1)[1:])
    pixels = pixels[:11] + b"y" + pixels[12:]
    yield Valid("an unmarked row inside", "Its group bit is 0.", base, data, pixels)
    data = message(base, Segment(1, 3, MARKED, marks([[0] * 3] * 3)))
    yield Valid("no mark", "A segment may mark no pixel.", base, data, base.pixels)
    wide = held("gray8", 70, 2)
    data = message(wide, Segment(0, 2, MARKED, marks([[0] * 69 + [b"x"], [b"y"] + [0] * 69])))
    pixels = wide.pixels[:69] + b"xy" + wide.pixels[71:]
    about = "The last pixel of a row and the first of the next; group bits go on from row to row."
    yield Valid("groups of two rows in a byte", about, wide, data, pixels)


def _blank_bases() -> Iterator[Valid]:
    for number in (6, 5, 1):
        data = message(GRAY, Segment(1, 1, MARKED, whole(GRAY, b"ab")), number=number, base=0)
        about = "A delta against blank need not be newer than the picture held, which is 6."
        yield Valid(f"base 0: number {number}", about, GRAY, data, b"\0\0ab\0\0", number=number)
    first = blank("gray8", 2, 3)
    row = Segment(1, 1, MARKED, whole(GRAY, b"ab"))
    yield Valid("first picture", "From blank.", first, message(first, row), b"\0\0ab\0\0", number=1)
    yield Valid("first picture, all zero", "From blank.", first, message(first), bytes(6), number=1)
    for name, segments, pixels in (
        ("one row", [row], b"\0\0ab\0\0"),
        ("nothing", [], bytes(6)),
        ("the pixel above", [Segment(1, 1, MARKED, marks([[None, None]]))], bytes(6)),
        ("a copy", [Segment(0, 1, COPY, shift=2)], bytes(6)),
    ):
        about = "All colours are 0 before the segments are applied, whatever was held."
        yield Valid(f"base 0: {name}", about, GRAY, message(GRAY, *segments, base=0), pixels)
    for name in ("rgbx8888", "bgrx8888"):
        base = held(name, 2, 2)
        data = message(base, Segment(0, 1, MARKED, marks([[b"abc", 0]])), base=0)
        pixels = b"abc\xff" + b"\0\0\0\xff" * 3
        yield Valid(f"base 0: {name}", "The padding of blank pixels is 255.", base, data, pixels)


def _moved_rows() -> Iterator[Valid]:
    for name, height in (("gray8", 9), ("rgb888", 9), ("rgbx8888", 5)):
        base = held(name, 3, height)
        about = "Rows move up over themselves, then the first becomes the last: segments apply in order."
        up = Segment(0, height - 1, COPY, shift=1)
        pixels = base.rows(1, height - 1) + base.rows(height - 1, 1)
        yield Valid(f"{name}, rows moved up", about, base, message(base, up), pixels)
        down = Segment(1, height - 1, COPY, shift=-1)
        pixels = base.rows(0, 1) + base.rows(0, height - 1)
        about = "Rows move down over themselves."
        yield Valid(f"{name}, rows moved down", about, base, message(base, down), pixels)
    two = (
        Segment(0, 2, COPY, shift=1),
        Segment(0, 3, MARKED, marks([[0, b"x"], [0, 0], [0, None]])),
    )
    about = "Marks change rows that a copy made, and the pixel above is the copied one."
    pixels = GRAY.rows(1, 1)[:1] + b"x" + GRAY.rows(2, 1) + GRAY.rows(2, 1)
    yield Valid("a copy, then marks", about, GRAY, message(GRAY, *two), pixels)
    twice = (Segment(1, 1, COPY, shift=-1), Segment(2, 1, COPY, shift=-1), two[1])
    about = "The second copy reads what the first one made; copies may be in any order of rows."
    row = GRAY.rows(0, 1)
    pixels = row[:1] + b"x" + row + row
    yield Valid("two copies, then marks", about, GRAY, message(GRAY, *twice), pixels)
    back = (Segment(2, 1, COPY, shift=-2), Segment(0, 1, COPY, shift=1))
    pixels = GRAY.rows(1, 2)[:4][:2] + GRAY.rows(1, 1) + row
    about = "Copies need not ascend."
    yield Valid("copies upwards", about, GRAY, message(GRAY, *back), pixels)


def _headers() -> Iterator[Valid]:
    row, pixels = Segment(1, 1, MARKED, whole(GRAY, b"ab")), GRAY.with_rows(1, b"ab")
    checksum = zlib.crc32(pixels)

    def vector(name: str, about: str, **changed: int) -> Valid:
        data = message(GRAY, row, extensions=b"", **changed)
        number, time = changed.get("number"), changed.get("time", TIME)
        return Valid(name, about, GRAY, data, pixels, number, time, not changed.get("flags", 0) & 2)

    yield vector("checksum", "Given and right.", flags=1, checksum=checksum)
    yield vector("no checksum", "Flag bit 0 is 0: the field has no meaning.", checksum=checksum ^ 1)
    about = "It need not be acknowledged."
    yield vector("no-ack", about, flags=2)
    yield vector("no-ack, with its checksum", about, flags=3, checksum=checksum)
    yield vector("last time", "One below 2**53.", time=2**53 - 1)
    yield vector("first time", "1970-01-01.", time=0)
    for bit in (8, 16, 24, 31, 32, 33, 40, 48, 52):
        yield vector(f"time 2**{bit}", "A single bit of the time.", time=2**bit)
    for bit in (8, 16, 24, 31):
        yield vector(f"number 2**{bit}", "A single bit of the number.", number=2**bit)
    yield vector("last number", "The largest of 32 bits.", number=2**32 - 1)
    for bit in (8, 16, 24, 31):
        base = Held(1 << bit, 1 << bit, "gray8", 1, 1, b"\x01")
        about = "A single bit of the epoch and of the base."
        yield Valid(f"epoch and base 2**{bit}", about, base, message(base), b"\x01")
    base = Held(2**32 - 1, 2**31, "gray8", 1, 1, b"\x01")
    yield Valid("large epoch", "Neither it nor the base is signed.", base, message(base), b"\x01")
    base = Held(0, 1, "gray8", 1, 1, b"\x01")
    yield Valid("epoch 0", "An epoch like any other.", base, message(base), b"\x01")
    yield from _checksums()


def _checksums() -> Iterator[Valid]:
    """Of each format; padding is part of it."""
    for name in FORMATS:
        base = held(name, 5, 2)
        new = base.rows(0, 1)
        pixels = base.with_rows(1, new)
        changed: dict[str, Any] = {"flags": 1, "checksum": zlib.crc32(pixels)}
        data = message(base, Segment(1, 1, MARKED, whole(base, new)), **changed)
        yield Valid(f"{name}, checksum", "Given and right.", base, data, pixels)
        first = blank(name, 5, 2)
        pixels = first.with_rows(1, new)
        changed = {"flags": 1, "checksum": zlib.crc32(pixels), "base": 0}
        data = message(base, Segment(1, 1, MARKED, whole(base, new)), **changed)
        yield Valid(f"{name}, checksum of base 0", "Given and right.", base, data, pixels)


def _limits() -> Iterator[Valid]:
    for base in (flat("gray8", 16384, 1), flat("gray8", 1, 16384)):
        about = "The longest side there may be."
        name = f"{base.width}x{base.height}"
        yield Valid(name, about, base, message(base), base.pixels)

"""The valid vectors: messages that every viewer applies, and the pictures they make."""

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from .layout import (
    COPY,
    FORMATS,
    TIME,
    WHOLE_LZ4,
    WHOLE_STORED,
    WHOLE_UNPADDED,
    XOR_LZ4,
    XOR_STORED,
    XOR_UNPADDED,
    Held,
    Segment,
    blank,
    constant,
    held,
    last,
    message,
    sequence,
    xor,
)


class Valid(NamedTuple):
    """A vector. The picture's number and time are the message's usual ones unless given."""

    name: str
    about: str
    base: Held
    message: bytes
    pixels: bytes
    number: int | None = None
    time: int = TIME


GRAY = held("gray8", 2, 3)


def vectors() -> Iterator[Valid]:
    """All of them."""
    yield _example()
    yield from _kinds_and_formats()
    yield from _segments()
    yield from _blank_bases()
    yield from _moved_rows()
    yield from _unpadded()
    yield from _headers()
    yield from _limits()
    yield from _blocks()


def _example() -> Valid:
    base = Held(0x0A0B0C0D, 6, "gray8", 2, 3, bytes.fromhex("1020 3040 5060"))
    data = bytes.fromhex(
        "2400 06 01 0d0c0b0a 07000000 06000000 0000ceeeb5400600 0200 0300 5fa08343 02000000"
        "0100 0100 02000000 02000000  0200 0100 00000000 02000000  01000000 aabb0000"
    )
    about = "The message that docs/protocol.md spells out."
    return Valid("example", about, base, data, bytes.fromhex("1020 3140 aabb"))


def _kinds_and_formats() -> Iterator[Valid]:
    for name in FORMATS:
        base = held(name, 7, 3)
        size = 2 * base.row_bytes
        old, even = base.rows(1, 2), bytes([0xA5]) * size
        for kind, payload, new in (
            (WHOLE_STORED, old[::-1], old[::-1]),
            (WHOLE_LZ4, constant(0xA5, size), even),
            (XOR_STORED, old[::-1], xor(old, old[::-1])),
            (XOR_LZ4, constant(0xA5, size), xor(old, even)),
            (COPY, b"", old),
        ):
            yield Valid(
                f"{name}, kind {kind}",
                "Odd width; row 0 stays; padding bytes of a pixel are kept as they come.",
                base,
                message(base, Segment(1, 2, kind, payload)),
                base.with_rows(1, new),
            )


def _segments() -> Iterator[Valid]:
    yield Valid("no segment", "Equal to its base.", GRAY, message(GRAY), GRAY.pixels)
    base = held("gray8", 5, 4)
    rows = [Segment(row, 1, WHOLE_STORED, bytes([row] * 5)) for row in range(4)]
    yield Valid(
        "a segment for each row",
        "As many segments as rows, all adjacent, each padded by 3: the longest message there is.",
        base,
        message(base, *rows),
        bytes([0] * 5 + [1] * 5 + [2] * 5 + [3] * 5),
    )
    base = held("gray8", 3, 5)
    two = (Segment(1, 1, WHOLE_STORED, b"abc"), Segment(4, 1, XOR_STORED, b"\x01\x02\x03"))
    pixels = base.with_rows(1, b"abc")[:-3] + xor(base.rows(4, 1), b"\x01\x02\x03")
    about = "Rows above, between and below stay."
    yield Valid("rows between segments", about, base, message(base, *two), pixels)
    narrow = held("gray8", 1, 9)
    ones = [Segment(row, 1, XOR_STORED, b"\xff") for row in (1, 2, 5, 8)]
    flipped = bytes(byte ^ 255 * (row in (1, 2, 5, 8)) for row, byte in enumerate(narrow.pixels))
    about = "XOR of segments that neither begin nor end with a word of 4 bytes."
    yield Valid("rows within words", about, narrow, message(narrow, *ones), flipped)
    dirty = (two[0]._replace(padding=b"\xff"), two[1]._replace(padding=b"\x7f"))
    about = "Padding is ignored."
    yield Valid("padding is not zero", about, base, message(base, *dirty), pixels)


def _blank_bases() -> Iterator[Valid]:
    first = blank("gray8", 2, 3)
    row = Segment(1, 1, WHOLE_STORED, b"ab")
    yield Valid("first picture", "From blank.", first, message(first, row), b"\0\0ab\0\0", number=1)
    yield Valid("first picture, all zero", "From blank.", first, message(first), bytes(6), number=1)
    for name, segments, pixels in (
        ("one row", [row], b"\0\0ab\0\0"),
        ("nothing", [], bytes(6)),
        ("an XOR", [Segment(1, 1, XOR_STORED, b"ab")], b"\0\0ab\0\0"),
    ):
        about = "Rows in no segment become zero, and XOR is with zeros, whatever was held."
        yield Valid(f"base 0: {name}", about, GRAY, message(GRAY, *segments, base=0), pixels)
    wide = held("gray8", 13, 1)
    about = "An XOR with blank that is packed, onto a held picture."
    packed = message(wide, Segment(0, 1, XOR_LZ4, constant(7, 13)), base=0)
    yield Valid("base 0: a packed XOR", about, wide, packed, bytes([7]) * 13)


def _moved_rows() -> Iterator[Valid]:
    for name, height in (("gray8", 9), ("rgb888", 9), ("rgbx8888", 5)):
        base = held(name, 3, height)
        about = "Each row becomes the base's row below it, and the first the last one: all are read before any is made."
        up = Segment(0, height - 1, COPY, shift=1)
        corner = Segment(height - 1, 1, COPY, shift=1 - height)
        pixels = base.rows(1, height - 1) + base.rows(0, 1)
        yield Valid(f"{name}, rows turned up", about, base, message(base, up, corner), pixels)
        down = Segment(1, height - 1, COPY, shift=-1)
        pixels = base.rows(0, 1) + base.rows(0, height - 1)
        about = "All but the first become the row above."
        yield Valid(f"{name}, rows copied down", about, base, message(base, down), pixels)
    two = (Segment(0, 1, WHOLE_STORED, b"ab"), Segment(1, 1, COPY, shift=-1))
    about = "A copy is of the base's rows, also of one that the message has changed already."
    pixels = b"ab" + GRAY.rows(0, 1) + GRAY.rows(2, 1)
    yield Valid("a copy of a changed row", about, GRAY, message(GRAY, *two), pixels)
    copy = Segment(0, 1, COPY, shift=2)
    about = "The blank picture's rows are zero, whatever was held."
    yield Valid("base 0: a copy", about, GRAY, message(GRAY, two[0], base=0), b"ab" + bytes(4))
    yield Valid("base 0: an only copy", about, GRAY, message(GRAY, copy, base=0), bytes(6))


def _unpadded() -> Iterator[Valid]:
    for name in ("rgbx8888", "bgrx8888"):
        base = held(name, 7, 3)
        colours = sequence(b"abcdef", 6, 30) + last(b"ghijkl")
        text = b"abcdef" * 6 + b"ghijkl"
        pixels = [text[at : at + 3] for at in range(0, 42, 3)]
        whole = b"".join(pixel + b"\xff" for pixel in pixels)
        old = base.rows(1, 2)
        new = xor(old, b"".join(pixel + b"\0" for pixel in pixels))
        about = "Padding bytes become 255."
        data = message(base, Segment(1, 2, WHOLE_UNPADDED, colours))
        yield Valid(f"{name}, kind 9", about, base, data, base.with_rows(1, whole))
        about = "Padding bytes become those of the base's rows, which need not be 255."
        data = message(base, Segment(1, 2, XOR_UNPADDED, colours))
        yield Valid(f"{name}, kind 11", about, base, data, base.with_rows(1, new))
        zero = b"".join(pixel + b"\0" for pixel in pixels)
        data = message(base, Segment(0, 2, XOR_UNPADDED, colours), base=0)
        about = "Padding bytes of the blank picture are 0 and stay so."
        yield Valid(f"base 0: {name}, kind 11", about, base, data, zero + bytes(28))


def _headers() -> Iterator[Valid]:
    row, pixels = Segment(1, 1, WHOLE_STORED, b"ab"), GRAY.with_rows(1, b"ab")
    checksum = zlib.crc32(pixels)

    def vector(name: str, about: str, later: bytes = b"", **changed: int) -> Valid:
        data = message(GRAY, row, later=later, **changed)
        time = changed.get("time", TIME)
        return Valid(name, about, GRAY, data, pixels, changed.get("number"), time)

    yield vector("checksum", "Given and right.", flags=1, checksum=checksum)
    yield vector("no checksum", "Flag bit 0 is 0: the field has no meaning.", checksum=checksum ^ 1)
    about = "It need not be acknowledged."
    yield vector("quiet", about, flags=2)
    yield vector("quiet, with its checksum", about, flags=3, checksum=checksum)
    yield vector("longer header", "A later version's; 4 more bytes.", later=b"\xff\x01\x02\x03")
    yield vector("much longer header", "A later version's.", later=bytes(range(1, 201)))
    yield vector("last time", "One below 2**53.", time=2**53 - 1)
    yield vector("first time", "1970-01-01.", time=0)
    yield vector("last number", "The largest of 32 bits.", number=2**32 - 1)
    base = Held(2**32 - 1, 2**31, "gray8", 1, 1, b"\x01")
    yield Valid("large epoch", "Neither it nor the base is signed.", base, message(base), b"\x01")
    base = Held(0, 1, "gray8", 1, 1, b"\x01")
    yield Valid("epoch 0", "An epoch like any other.", base, message(base), b"\x01")


def _limits() -> Iterator[Valid]:
    for base in (held("gray8", 16384, 1), held("gray8", 1, 16384)):
        about = "The longest side there may be."
        name = f"{base.width}x{base.height}"
        yield Valid(name, about, base, message(base), base.pixels)


def _block(name: str, about: str, block: bytes, pixels: bytes, rows: int = 1) -> Valid:
    """A block that is the whole of a gray picture."""
    base = held("gray8", len(pixels) // rows, rows)
    data = message(base, Segment(0, rows, WHOLE_LZ4, block))
    return Valid(f"lz4: {name}", about, base, data, pixels)


def _blocks() -> Iterator[Valid]:
    """Each shows one thing about LZ4."""
    about = "The shortest rows that can be packed: the match starts 12 and ends 5 before the end."
    yield _block("13 bytes", about, constant(9, 13), bytes([9]) * 13)
    block = sequence(b"a", 1, 5) + last(b"1234567")
    about = "12 bytes for 13: one more would have to be stored."
    yield _block("one shorter than the rows", about, block, b"aaaaaa1234567")
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
    yield _block("offset 65535", "The farthest match.", block, far + far[:300] + b"12345", 5)
    block = sequence(b"a", 1, 7) + b"\x5f" + b"12345"
    about = "The last token's lower half is not read, as in the reference implementation."
    yield _block("last token", about, block, b"aaaaaaaa12345")

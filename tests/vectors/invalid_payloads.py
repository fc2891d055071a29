"""The invalid payloads: lengths, marks, and what stands after the last."""

from collections.abc import Iterator

from .layout import (
    COPY,
    MARKED,
    MARKED_LZ4,
    Segment,
    even,
    held,
    last,
    marks,
    message,
    sequence,
    whole,
)
from .vector import Invalid

GRAY = held("gray8", 2, 3)
ROW = Segment(1, 1, MARKED, whole(GRAY, b"ab"))


def vectors() -> Iterator[Invalid]:
    """All of them."""
    yield from _payloads()
    yield from _contents()
    yield from _ends()


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
    block = even(13)
    data = message(base, Segment(0, 1, MARKED_LZ4, block[:-1], padding=b"", length=len(block)))
    yield Invalid("payload/a packed byte less", "The payload leaves the message.", base, data)


def _contents() -> Iterator[Invalid]:
    base = held("gray8", 11, 3)
    good = marks([[0] * 8 + [b"a", 0, None]])  # one group
    for name, about, content in (
        ("bits/beyond the groups", "Bit 2 of two groups.", b"\6" + good[1:]),
        ("bits/the last bit", "Bit 7 of two groups.", b"\x82" + good[1:]),
        ("bits/beyond the groups, whole", "Bit 2 of two groups, with its bytes.", b"\6\1\1\1\1ab"),
        ("groups/no literals", "The byte of literals is missing.", good[:2]),
        ("groups/no masks", "Both bytes of the group are missing.", good[:1]),
        ("empty/a group", "A group holds a marked pixel.", b"\2\0\0"),
        ("subset/one more", "A pixel with a colour and no mark.", b"\2\5\3ab"),
        ("subset/another", "A pixel with a colour and no mark.", b"\2\4\1a"),
        ("subset/a group after it", "A pixel with a colour and no mark.", b"\3\1\1\2\1ab"),
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

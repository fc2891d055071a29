"""What is read with too few bits, or is off by one at a bound: valid and invalid vectors."""

from collections.abc import Iterator

from .layout import (
    COPY,
    EPOCH,
    FORMATS,
    MARKED,
    MARKED_LZ4,
    Held,
    Segment,
    even,
    every,
    flat,
    held,
    marks,
    message,
    sequence,
    whole,
)
from .vector import Invalid, Valid


def valid() -> Iterator[Valid]:
    """What is just within a bound, or beyond what a byte holds."""
    yield from _many_rows()
    yield from _many_segments()
    yield from _wide_rows()
    yield from _long_payloads()
    yield from _least_and_most()


def _many_rows() -> Iterator[Valid]:
    base = flat("gray8", 1, 600)
    for first in (255, 256, 257, 512, 599):
        data = message(base, Segment(first, 1, MARKED, whole(base, b"x")))
        about = "Only that row changes."
        yield Valid(f"first row {first}", about, base, data, base.with_rows(first, b"x"))
    for rows in (255, 256, 257, 513):
        new = bytes(200 + row % 3 for row in range(rows))
        data = message(base, Segment(1, rows, MARKED, whole(base, new)))
        about = "Each gets its colour."
        yield Valid(f"{rows} rows", about, base, data, base.with_rows(1, new))
        data = message(base, Segment(2, rows, COPY, shift=1))
        moved = base.with_rows(2, base.rows(3, rows))
        yield Valid(f"{rows} rows copied", "From one row further down.", base, data, moved)
    for first, rows, shift in ((0, 2, 256), (0, 300, 300), (400, 2, -256), (598, 2, -598)):
        data = message(base, Segment(first, rows, COPY, shift=shift))
        moved = base.with_rows(first, base.rows(first + shift, rows))
        yield Valid(f"copied by {shift}", "Far.", base, data, moved)
    high = flat("gray8", 1, 16384)
    for first, shift in ((0, 16383), (16383, -16383)):
        data = message(high, Segment(first, 1, COPY, shift=shift))
        moved = high.with_rows(first, high.rows(first + shift, 1))
        yield Valid(f"copied by {shift}", "As far as there are rows.", high, data, moved)
    above = Segment(300, 280, MARKED, marks([[b"x"]] + [[None]] * 279))
    tall = flat("gray8", 8, 300)
    data = message(tall, Segment(0, 300, MARKED_LZ4, even(8, 300)))
    yield Valid("300 rows packed", "Far more than its width.", tall, data, b"\7" * 2400)
    about = "Every row becomes the one above it: the first one's colour goes through all."
    pixels = base.with_rows(300, b"x" * 280)
    yield Valid("the pixel above, 280 rows", about, base, message(base, above), pixels)


def _many_segments() -> Iterator[Valid]:
    base = flat("gray8", 1, 600)
    for count in (255, 256, 257, 600):
        rows = [Segment(row, 1, MARKED, whole(base, b"y")) for row in range(count)]
        pixels = base.with_rows(0, b"y" * count)
        data = message(base, *rows)
        yield Valid(f"{count} segments", "One for each row.", base, data, pixels)


def _wide_rows() -> Iterator[Valid]:
    for name in ("gray8", "rgb565", "rgb888", "bgrx8888"):
        for width in (256, 257, 300):
            base = flat(name, width, 2)
            size = FORMATS[name][1]
            pixel = b"\x0b\x0c\x0d"[: min(size, 3)]
            shown = pixel + b"\xff" * (size - len(pixel))
            row: list[bytes | int | None] = [*[0] * (width - 1), pixel]
            data = message(base, Segment(1, 1, MARKED, marks([row])))
            pixels = base.pixels[:-size] + shown
            about = "Its last pixel changes."
            yield Valid(f"{name}, {width} wide", about, base, data, pixels)
    base = flat("gray8", 258, 515)
    data = message(base, Segment(513, 2, MARKED, marks([[b"x", *[0] * 257], [0] * 257 + [None]])))
    above = base.rows(513, 1)
    pixels = base.with_rows(513, b"x" + above[1:] + base.rows(514, 1)[:-1] + above[-1:])
    yield Valid("258x515", "Neither side fits a byte.", base, data, pixels)


def _long_payloads() -> Iterator[Valid]:
    for width, rows in ((204, 1), (205, 1), (206, 1), (16384, 3), (16384, 4)):
        base = flat("gray8", width, rows + 1)
        new = bytes([7]) * width * rows
        content = whole(base, new)
        data = message(base, Segment(1, rows, MARKED, content))
        about = "Stored, every pixel with its colour."
        name = f"{len(content)} bytes stored"
        yield Valid(name, about, base, data, base.with_rows(1, new))
    for width in (16384,):
        base = Held(EPOCH, 6, "gray8", width, 9, bytes([1]) * width * 9)
        start = every(width, 9)
        new = bytes(1 + index % 7 for index in range(70000)) + bytes([9]) * (width * 9 - 70000)
        block = sequence(start + new[:70000] + b"\x09", 1, len(new) - 70006) + b"\x50" + b"\x09" * 5
        data = message(base, Segment(0, 9, MARKED_LZ4, block))
        yield Valid(f"{len(block)} bytes packed", "Over 65536.", base, data, new)


def _least_and_most() -> Iterator[Valid]:
    """The shortest payload has no mark; the longest is that of which every pixel is literal."""
    for name in FORMATS:
        for width in (1, 8, 9, 64, 65):
            base = held(name, width, 2)
            least = bytes((2 * -(-width // 8) + 7) // 8)
            data = message(base, Segment(0, 2, MARKED, least))
            about = f"{len(least)} bytes: no mark."
            yield Valid(f"{name}, {width} wide, least", about, base, data, base.pixels)
            new = base.rows(1, 1) + base.rows(0, 1)
            data = message(base, Segment(0, 2, MARKED, whole(base, new)))
            about = "Every pixel has its colour."
            yield Valid(f"{name}, {width} wide, most", about, base, data, new)


def invalid() -> Iterator[Invalid]:
    """What is one beyond, by lengths that each format has."""
    for name in FORMATS:
        for width in (1, 8, 9, 64, 65):
            base = held(name, width, 2)
            groups = 2 * -(-width // 8)
            least = (groups + 7) // 8
            content = whole(base, base.pixels)
            rule = f"not {least} to {len(content)}"
            about = "A byte beyond what two rows may have."
            for payload in (bytes(least - 1), content + b"\0"):
                data = message(base, Segment(0, 2, MARKED, payload))
                label = f"stored length/{name}, {width} wide: {len(payload)}, {rule}"
                yield Invalid(label, about, base, data)
            data = message(base, Segment(0, 2, MARKED, content[:-1]))
            yield Invalid(f"colours/{name}, {width} wide", "A byte is missing.", base, data)
    for name, (_, size) in FORMATS.items():
        base = held(name, 13, 2)
        block = even(13, 1, min(size, 3))
        content = whole(base, base.rows(0, 1))
        padded = block + bytes(len(content) - len(block))
        data = message(base, Segment(1, 1, MARKED_LZ4, padded))
        most = len(content) - 1
        label = f"packed length/{name}: {len(padded)}, not 1 to {most}"
        yield Invalid(label, "As long as the longest content.", base, data)
    base = flat("gray8", 1, 600)
    for first, rows, shift in ((0, 300, 301), (300, 300, -301), (0, 1, 600), (599, 1, 1)):
        data = message(base, Segment(first, rows, COPY, shift=shift))
        yield Invalid(f"shift/{rows} rows at {first} by {shift}", "They leave it.", base, data)
    for first, rows in ((599, 2), (600, 1), (344, 257), (0, 601), (512, 89)):
        data = message(base, Segment(first, rows, MARKED, whole(base, b"x" * rows)))
        yield Invalid(f"rows/{rows} at {first} of 600", "They leave it.", base, data)
    two = [Segment(first, 257, MARKED, whole(base, b"x" * 257)) for first in (0, 256)]
    yield Invalid("rows/overlap at 256", "Row 256 is in both.", base, message(base, *two))

"""Raw formats: grids of cells, what they look like, and what a crop and a step leave of them.

Each formula stands here once more, for one pixel at a time.
"""

from collections.abc import Iterator
from typing import Any

from .layout import EPOCH, MARKED, Held, Segment, blank, message, whole
from .renditions import vector
from .vector import Invalid, Valid, compact

RAW: dict[str, tuple[int, int, float, float]] = {
    "gray16": (9, 2, 1, 1),
    "rgb565be": (10, 2, 1, 1),
    "xrgb2101010": (11, 2, 2, 1),
    "yuyv422": (12, 2, 1, 1),
    "uyvy422": (13, 2, 1, 1),
    "nv12": (14, 1, 1, 1.5),
    "i420": (15, 1, 1, 1.5),
    "bayer_rggb8": (16, 1, 1, 1),
    "bayer_bggr8": (17, 1, 1, 1),
    "bayer_gbrg8": (18, 1, 1, 1),
    "bayer_grbg8": (19, 1, 1, 1),
    "mono_msb": (20, 1, 1 / 8, 1),
    "mono_lsb": (21, 1, 1 / 8, 1),
    "gray4": (22, 1, 1 / 2, 1),
    "indexed8": (23, 1, 1, 1),
}
"""Code, bytes of a cell, columns of cells for each pixel and rows of them for each row."""
EVEN = dict.fromkeys(("yuyv422", "uyvy422"), (2, 1)) | dict.fromkeys(
    ("nv12", "i420", *(name for name in RAW if name.startswith("bayer"))), (2, 2)
)
"""What width and height are multiples of."""


def grid(name: str, width: int, height: int) -> tuple[int, int]:
    """Columns and rows of cells."""
    _, _, wide, high = RAW[name]
    return int(-(-width * wide // 1)), int(height * high)


def noise(name: str, width: int, height: int, seed: int = 1) -> bytes:
    """Bytes that look like none of them was chosen; the first are at the ends of what they may be."""
    columns, rows = grid(name, width, height)
    value, made = seed, bytearray(b"\x00\xff\x10\xeb\xf0\x80")
    while len(made) < columns * rows * RAW[name][1]:
        value = (value * 1103515245 + 12345) % 2**31
        made.append(value >> 16 & 255)
    return bytes(made[: columns * rows * RAW[name][1]])


def valid() -> Iterator[Valid]:
    """A whole picture of each, and rows of one held."""
    for name, (code, cell, *_) in RAW.items():
        across, down = EVEN.get(name, (1, 1))
        for width, height in ((10, 4), (11 + 11 % across, 5 + 5 % down)):
            columns, rows = grid(name, width, height)
            like = Held(EPOCH, 0, "gray8" if cell == 1 else "rgb565", columns, rows, b"")
            pixels = noise(name, width, height)
            base = Held(EPOCH, 0, name, width, height, bytes(len(pixels)))
            size: dict[str, Any] = {"code": code, "width": width, "height": height}
            data = message(like, Segment(0, rows, MARKED, whole(like, pixels)), **size)
            about = "All rows of its grid, from blank."
            yield Valid(f"{name}, {width}x{height}", about, base, data, pixels)
            like = Held(EPOCH, 6, like.format, columns, rows, pixels)
            held = Held(EPOCH, 6, name, width, height, pixels)
            last = noise(name, width, height, 2)[-like.row_bytes :]
            data = message(like, Segment(rows - 1, 1, MARKED, whole(like, last)), **size)
            about = "The last row of its grid."
            yield Valid(
                f"{name}, {width}x{height}, last row",
                *(about, held, data, pixels[: -like.row_bytes] + last),
            )


def invalid() -> Iterator[Invalid]:
    """Sizes that a format cannot have."""
    gray = blank("gray8", 2, 2)
    for name in EVEN:
        data = message(gray, code=RAW[name][0], width=3, height=2)
        yield Invalid(f"sides/{name} 3x2", "An odd width.", gray, data)


def sizes() -> Iterator[tuple[str, int, int, bool]]:
    """A format, a size, and whether there are such pictures."""
    for name in RAW:
        across, down = EVEN.get(name, (1, 1))
        yield name, 6, 4, True
        yield name, 7, 4, across == 1
        yield name, 6, 5, down == 1
    yield "nv12", 16384, 2730, True
    yield "nv12", 16384, 2732, False
    yield "xrgb2101010", 16384, 1024, True
    yield "xrgb2101010", 16384, 1025, False
    yield "mono_msb", 16384, 16384, True
    yield "gray4", 16384, 8193, False


def shown() -> Iterator[dict[str, Any]]:
    """What each looks like."""
    for name in RAW:
        width, height = (14, 8) if name in EVEN else (13, 8)
        pixels = noise(name, width, height, 7)
        rgb = bytes(
            value
            for y in range(height)
            for x in range(width)
            for value in _rgb(name, pixels, (width, height), x, y)
        )
        yield {
            "name": f"rgb/{name}",
            "about": "All that it may hold, in no order.",
            "needs": [name, "rgb"],
            "format": name,
            "width": width,
            "height": height,
            "pixels": compact(pixels),
            "rgb": compact(rgb),
        }


def _rgb(name: str, pixels: bytes, size: tuple[int, int], x: int, y: int) -> tuple[int, int, int]:
    width, height = size
    columns, _ = grid(name, *size)
    if name.startswith("bayer"):
        return _filtered(name[6:10], pixels, size, x, y)
    if name in ("yuyv422", "uyvy422"):
        luma, chroma = (0, 1) if name == "yuyv422" else (1, 0)
        pair = 2 * (y * width + x - x % 2)
        return _yuv(
            pixels[2 * (y * width + x) + luma], pixels[pair + chroma], pixels[pair + chroma + 2]
        )
    if name in ("nv12", "i420"):
        at, half = y // 2 * (width // 2) + x // 2, width * height // 4
        planes = pixels[width * height :]
        both = (
            (planes[2 * at], planes[2 * at + 1])
            if name == "nv12"
            else (planes[at], planes[half + at])
        )
        return _yuv(pixels[y * width + x], *both)
    if name == "xrgb2101010":
        word = int.from_bytes(pixels[4 * (y * width + x) :][:4], "little")
        return word >> 22 & 255, word >> 12 & 255, word >> 2 & 255
    if name == "rgb565be":
        digits = f"{int.from_bytes(pixels[2 * (y * width + x) :][:2], 'big'):016b}"
        red, green, blue = (
            int((part * 2)[:8], 2) for part in (digits[:5], digits[5:11], digits[11:])
        )
        return red, green, blue
    gray = {
        "gray16": lambda: pixels[2 * (y * width + x) + 1],
        "mono_msb": lambda: 255 * (pixels[y * columns + x // 8] >> (7 - x % 8) & 1),
        "mono_lsb": lambda: 255 * (pixels[y * columns + x // 8] >> x % 8 & 1),
        "gray4": lambda: 17 * int(f"{pixels[y * columns + x // 2]:02x}"[x % 2], 16),
        "indexed8": lambda: pixels[y * width + x],
    }[name]()
    return gray, gray, gray


def _yuv(luma: int, u: int, v: int) -> tuple[int, int, int]:
    """ITU-R BT.601, limited range, in the numbers of docs/protocol.md."""
    y = 1220542 * max(luma - 16, 0) + 2**19
    sums = (
        y + 1673527 * (v - 128),
        y - 409993 * (u - 128) - 852492 * (v - 128),
        y + 2116026 * (u - 128),
    )
    red, green, blue = (min(max(each // 2**20, 0), 255) for each in sums)
    return red, green, blue


def _filtered(
    pattern: str, pixels: bytes, size: tuple[int, int], x: int, y: int
) -> tuple[int, int, int]:
    """The mean of the nearest samples of each colour, halves up."""

    def inside(at: int, length: int) -> int:
        return -at if at < 0 else 2 * length - 2 - at if at >= length else at

    def mean(colour: str) -> int:
        for places in (
            [(0, 0)],
            [(0, 1), (0, -1), (1, 0), (-1, 0)],
            [(1, 1), (1, -1), (-1, 1), (-1, -1)],
        ):
            found = [
                pixels[inside(y + down, size[1]) * size[0] + inside(x + across, size[0])]
                for down, across in places
                if pattern[(y + down) % 2 * 2 + (x + across) % 2] == colour
            ]
            if found:
                return (2 * sum(found) + len(found)) // (2 * len(found))
        raise AssertionError(colour)

    return mean("r"), mean("g"), mean("b")


def renditions() -> Iterator[dict[str, Any]]:
    """What is granted of raw pictures: whole groups, and plain pixels to whoever decodes no others."""
    for name, query, granted in GRANTED:
        yield vector((20, 12), name, {}, query, {"average": False, **granted})
    for name, query, crop, step in MADE:
        pixels = noise(name, 20, 12, 3)
        made, size = _stepped(name, pixels, crop, step)
        row = vector(
            (20, 12), name, {}, query, {"format": name, "width": size[0], "height": size[1]}
        )
        row |= {"name": f"pixels/{name}: {query}", "needs": ["pixels", name]}
        yield {**row, "pixels": compact(pixels), "made": compact(made)}


def _is(width: int, height: int, name: str, **others: object) -> dict[str, Any]:
    return {"width": width, "height": height, "format": name, **others}


_ALL = "formats=plain,raw"
GRANTED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("nv12", _ALL, _is(20, 12, "nv12", crop=None)),
    ("nv12", "", _is(20, 12, "rgbx8888")),
    ("nv12", "formats=rgb565", _is(20, 12, "rgb565", depth=16)),
    ("nv12", f"{_ALL}&depth=8", _is(20, 12, "rgb332")),
    ("nv12", f"{_ALL}&depth=12", _is(20, 12, "nv12")),
    ("nv12", f"{_ALL}&crop=1,3,4,4", _is(6, 6, "nv12", crop=[0, 2, 6, 6])),
    ("nv12", "crop=1,3,4,4", _is(4, 4, "rgbx8888", crop=[1, 3, 4, 4])),
    ("nv12", f"{_ALL}&step=3", _is(8, 4, "nv12", step=3)),
    ("bayer_rggb8", f"{_ALL}&step=2&average=1", _is(10, 6, "bayer_rggb8")),
    ("yuyv422", f"{_ALL}&crop=3,3,2,3", _is(4, 3, "yuyv422", crop=[2, 3, 4, 3])),
    ("mono_msb", f"{_ALL}&crop=9,1,2,2", _is(8, 2, "mono_msb", crop=[8, 1, 8, 2])),
    ("mono_msb", f"{_ALL}&crop=17,1,2,2", _is(4, 2, "mono_msb", crop=[16, 1, 4, 2])),
    ("mono_msb", f"{_ALL}&step=2", _is(10, 6, "gray8")),
    ("gray4", "", _is(20, 12, "gray8")),
    ("gray16", f"{_ALL}&step=2&average=1", _is(10, 6, "gray8", average=True)),
    ("gray16", f"{_ALL}&tolerance=3", _is(20, 12, "gray16", tolerance=3)),
    ("rgb565be", f"{_ALL}&tolerance=3", _is(20, 12, "rgb565be", tolerance=0)),
    ("rgb565be", "", _is(20, 12, "rgb565")),
    ("xrgb2101010", _ALL, _is(20, 12, "xrgb2101010")),
    ("indexed8", f"{_ALL}&step=4", _is(5, 3, "rgbx8888")),
)
"""Of 20 x 12 pixels: a format, a query, what is granted."""

Box = tuple[int, int, int, int]
MADE: tuple[tuple[str, str, Box, int], ...] = tuple(
    (name, f"{_ALL}&{query}", crop, step)
    for name in RAW
    if name not in ("mono_msb", "mono_lsb", "gray4", "indexed8")
    for query, crop, step in (
        ("step=3", (0, 0, 20, 12), 3),
        ("crop=2,4,6,4", (2, 4, 6, 4), 1),
        ("step=2&crop=4,2,10,10", (4, 2, 10, 10), 2),
    )
)


def _stepped(name: str, pixels: bytes, crop: Box, step: int) -> tuple[bytes, tuple[int, int]]:
    """Every step-th group of pixels across and down."""
    left, top, width, height = crop
    across, down = EVEN.get(name, (1, 1))
    columns = [x for x in range(left, left + width) if (x - left) // across % step == 0]
    rows = [y for y in range(top, top + height) if (y - top) // down % step == 0]
    each = {"xrgb2101010": 4, **{one: 1 for one in RAW if RAW[one][1] == 1}}.get(name, 2)
    made = b"".join(pixels[each * (20 * y + x) :][:each] for y in rows for x in columns)
    if name in ("nv12", "i420"):
        size, starts = (2, [240]) if name == "nv12" else (1, [240, 300])
        for start in starts:
            made += b"".join(
                pixels[start + size * (10 * (y // 2) + x // 2) :][:size]
                for y in rows[::2]
                for x in columns[::2]
            )
    return made, (len(columns), len(rows))


def control() -> Iterator[tuple[str, Any, bool]]:
    """Palettes of an announcement: what is said of one, the value, and whether it is right."""
    yield "one colour", "ff8000", True
    yield "256 colours", "0123ab" * 256, True
    wrong: dict[str, Any] = {
        "none": "",
        "257 colours": "0123ab" * 257,
        "half a colour": "012",
        "capitals": "FF8000",
        "a sign": "-12345",
        "null": None,
        "a list": ["ff8000"],
        "a number": 128000,
    }
    for name, value in wrong.items():
        yield name, value, False

"""What a viewer is given of what it requests: sizes, and pixels."""

import math
from collections.abc import Callable, Iterator
from typing import Any

from .layout import FORMATS, held
from .shown import FIELDS
from .vector import compact

Query = dict[str, Any]

PLAIN: dict[str, Any] = {"crop": None, "step": 1, "average": False, "tolerance": 0}


def vectors() -> Iterator[dict[str, Any]]:
    """All of them."""
    for query, granted in SIZES.items():
        yield vector((1024, 600), "bgrx8888", {}, query, granted)
    for width, height, step, size in (
        (1023, 601, 4, (256, 151)),
        (5, 3, 16, (1, 1)),
        (1, 1, 2, (1, 1)),
    ):
        granted = {"width": size[0], "height": size[1], "step": step}
        yield vector((width, height), "gray8", {}, f"step={step}", granted)
    for default, query, granted in DEFAULTS:
        yield vector((1024, 600), "rgbx8888", default, query, granted)
    for name, query, kept in DEPTHS:
        yield vector((16, 16), name, {}, query, {"format": kept, "width": 16} if kept else None)
    yield from _pixels()


def _size(width: int, height: int, step: int, crop: object = None, **others: object) -> Query:
    return {"width": width, "height": height, "step": step, "crop": crop, **others}


SIZES: dict[str, dict[str, Any] | None] = {
    "": {**_size(1024, 600, 1), "format": "bgrx8888", "average": False, "tolerance": 0},
    "fps=5&acknowledge=no": _size(1024, 600, 1),
    "step=4": _size(256, 150, 4),
    "step=7": _size(147, 86, 7),
    "step=4&average=1": _size(256, 150, 4, average=True),
    "step=4&tolerance=3": _size(256, 150, 4, tolerance=3),
    "crop=8,4,64,32": _size(64, 32, 1, [8, 4, 64, 32]),
    "crop=8,4,65,33&step=4": _size(17, 9, 4, [8, 4, 65, 33]),
    "crop=1000,590,100,100": _size(24, 10, 1, [1000, 590, 24, 10]),
    "crop=1000,0,24,600": _size(24, 600, 1, [1000, 0, 24, 600]),
    "crop=5000,5000,10,10": _size(1, 1, 1, [1023, 599, 1, 1]),
    "crop=1024,0,1,1": _size(1, 1, 1, [1023, 0, 1, 1]),
    "crop=0,600,10,10": _size(10, 1, 1, [0, 599, 10, 1]),
    "crop=2147483647,2147483647,2147483647,2147483647": _size(1, 1, 1, [1023, 599, 1, 1]),
    "crop=0,0,5000,5000": {"width": 1024, "height": 600, "step": 1},
    "fit=240x135": _size(205, 120, 5),
    "fit=240x135&step=8": _size(128, 75, 8),
    "fit=1024x600": _size(1024, 600, 1),
    "fit=1023x600": _size(512, 300, 2),
    "fit=1024x599": _size(512, 300, 2),
    "fit=100x100&crop=0,0,150,90": _size(75, 45, 2, [0, 0, 150, 90]),
    "max_picture=153600": _size(256, 150, 4),
    "max_picture=153599": _size(205, 120, 5),
    "max_picture=153600&depth=16": {**_size(342, 200, 3), "format": "rgb565"},
    "max_picture=100000&fit=300x300": _size(205, 120, 5),
    "max_message=98304": _size(205, 120, 5),
    "max_segment=1024": _size(256, 150, 4),
    "formats=bgrx8888,rgb332": {**_size(1024, 600, 1), "format": "bgrx8888"},
    "formats=rgb565": {**_size(1024, 600, 1), "format": "rgb565"},
    "formats=gray8": None,
    "formats=rgb888,rgbx8888": None,
    "formats=yuv420": None,
}
"""Of a picture of 1024 x 600 pixels in bgrx8888, which is the default rendition."""

DEFAULTS: tuple[tuple[dict[str, Any], str, Query], ...] = (
    ({"step": 2}, "", _size(512, 300, 2)),
    ({"step": 2}, "step=1", _size(512, 300, 2)),
    ({"step": 2}, "step=3", _size(342, 200, 3)),
    ({"step": 2}, "crop=0,0,512,300&step=1", _size(512, 300, 1, [0, 0, 512, 300])),
    ({"step": 2}, "crop=0,0,513,300&step=1", _size(257, 150, 2, [0, 0, 513, 300])),
    ({"depth": 16}, "depth=24", {"format": "rgb565"}),
    ({"depth": 16}, "depth=8", {"format": "rgb332"}),
    ({"tolerance": 8}, "tolerance=0", {"tolerance": 8}),
    ({"tolerance": 8}, "tolerance=16", {"tolerance": 16}),
    ({"crop": [0, 0, 512, 300]}, "", _size(512, 300, 1, [0, 0, 512, 300])),
    ({"crop": [0, 0, 512, 300]}, "crop=512,0,512,300", _size(512, 300, 1, [512, 0, 512, 300])),
    ({"crop": [0, 0, 512, 300]}, "crop=0,0,1024,600", {"width": 512, "height": 300, "step": 2}),
)
"""Of 1024 x 600 pixels in rgbx8888: a default, a query, what is granted."""

DEPTHS = (
    ("rgbx8888", "depth=24", "rgbx8888"),
    ("rgbx8888", "depth=16", "rgb565"),
    ("bgr888", "depth=16", "rgb565"),
    ("rgb888", "depth=12", "rgb444"),
    ("bgrx8888", "depth=8", "rgb332"),
    ("rgb565", "depth=24", "rgb565"),
    ("rgb565", "depth=16", "rgb565"),
    ("rgb565", "depth=12", "rgb444"),
    ("rgb444", "depth=16", "rgb444"),
    ("rgb444", "depth=8", "rgb332"),
    ("rgb332", "depth=16", "rgb332"),
    ("gray8", "depth=8", "gray8"),
    ("rgb888", "formats=rgb444,rgb332", "rgb444"),
    ("rgb888", "formats=rgb332", "rgb332"),
    ("rgb565", "formats=rgb332", "rgb332"),
    ("rgb565", "formats=rgb888", None),
    ("gray8", "formats=rgb332", None),
    ("gray8", "formats=gray8", "gray8"),
)
"""A source's format, a query, the format that is granted."""


def vector(
    source: tuple[int, int], name: str, default: Query, query: str, granted: Query | None
) -> dict[str, Any]:
    """A source, the query of a viewer, and what it is granted."""
    of = "".join(f", default {key} {value}" for key, value in default.items())
    return {
        "name": f"rendition/{source[0]}x{source[1]} {name}{of}: {query or 'nothing'}",
        "about": "The members that `granted` names." if granted else "No rendition remains.",
        "needs": ["renditions"],
        "source": list(source),
        "format": name,
        "default": {**PLAIN, "depth": 24, **default},
        "query": query,
        "granted": granted,
    }


def _pixels() -> Iterator[dict[str, Any]]:
    for name in FORMATS:
        for query, step, crop in (
            ("step=2", 2, (0, 0, 7, 5)),
            ("step=3&crop=1,1,5,4", 3, (1, 1, 5, 4)),
            ("crop=6,4,9,9", 1, (6, 4, 1, 1)),
        ):
            yield _made(name, query, crop, step, lambda values: values[0])
        for query, step, crop in (
            ("step=2&average=1", 2, (0, 0, 7, 5)),
            ("step=3&average=1", 3, (0, 0, 7, 5)),
            ("step=4&average=1&crop=1,0,6,5", 4, (1, 0, 6, 5)),
        ):
            yield _made(name, query, crop, step, mean)
    for name, query, kept in DEPTHS[1:5]:
        yield _made(name, query, (0, 0, 7, 5), 1, lambda values: values[0], kept or name)
    yield _made("rgb888", "step=2&average=1&depth=16", (0, 0, 7, 5), 2, mean, "rgb565")


def mean(values: list[int]) -> int:
    """The nearest whole number, halves up."""
    return (2 * sum(values) + len(values)) // (2 * len(values))


def _made(
    name: str,
    query: str,
    crop: tuple[int, int, int, int],
    step: int,
    pick: Callable[[list[int]], int],
    kept: str = "",
) -> dict[str, Any]:
    """A rendition of a picture of 7 x 5 pixels, whose padding is not 255."""
    source = held(name, 7, 5)
    size, (left, top, width, height) = FORMATS[name][1], crop
    pixels = source.pixels
    if name == "rgb444":  # bits 15 to 12 say nothing, and are 0
        pixels = bytes(byte & (0x0F if at % 2 else 0xFF) for at, byte in enumerate(pixels))
    if size == 4:
        pixels = b"".join(
            pixels[at : at + 3] + bytes([at % 256]) for at in range(0, len(pixels), 4)
        )
    made = b""
    for y in range(0, height, step):
        for x in range(0, width, step):
            box = [
                _channels(name, pixels[size * (7 * (top + row) + left + column) :][:size])
                for row in range(y, min(y + step, height))
                for column in range(x, min(x + step, width))
            ]
            made += _packed(name, kept or name, [pick(list(one)) for one in zip(*box, strict=True)])
    columns, rows = math.ceil(width / step), math.ceil(height / step)
    granted = {"format": kept or name, "width": columns, "height": rows}
    row = vector((7, 5), name, {}, query, granted)
    row |= {"name": f"pixels/{name}: {query}", "needs": ["pixels", name]}
    return {**row, "pixels": compact(pixels), "made": compact(made)}


def _channels(name: str, pixel: bytes) -> list[int]:
    if name not in FIELDS:
        return list(pixel[:3])
    word = int.from_bytes(pixel, "little")
    return [word >> low & (1 << bits) - 1 for low, bits in FIELDS[name][1]]


def _packed(name: str, kept: str, channels: list[int]) -> bytes:
    """Channels of 8 bits lose their low ones; others are kept as they are."""
    if kept not in FIELDS:
        return bytes(channels) + b"\xff" * (FORMATS[kept][1] - len(channels))
    bits, fields = FIELDS[kept]
    if name != kept:
        channels = channels[::-1] if name in ("bgrx8888", "bgr888") else channels
        channels = [value >> 8 - size for value, (_, size) in zip(channels, fields, strict=True)]
    word = sum(value << low for value, (low, _) in zip(channels, fields, strict=True))
    return word.to_bytes(bits // 8, "little")

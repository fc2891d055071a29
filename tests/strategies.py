"""Hypothesis strategies for what the core takes: formats, pixels of awkward shapes and contents, pairs of frames."""

from math import prod

import numpy as np
from hypothesis import strategies as st

from ws_stream.pixels.described import named
from ws_stream.pixels.formats import FORMATS, RGB444, PixelFormat, Pixels
from ws_stream.pixels.frame import Frame
from ws_stream.pixels.raw import RAW_FORMATS, indexed8
from ws_stream.pixels.rendition import Crop
from ws_stream.protocol.picture import parse, serialize

UINT32 = st.integers(0, 2**32 - 1)
TIMES = st.integers(0, 2**53 - 1)
SEEDS = st.integers(0, 2**32 - 1)
CONTENTS = ("blank", "constant", "noise", "stripes", "few colours")

DESCRIBED = tuple(
    named(name)
    for name in (
        *("bgr565", "xrgb1555", "rgbx5551", "xrgb4444", "bgr233", "rgb111", "rgb666", "brg888"),
        *(
            "xrgb8888",
            "xrgxb86288",
            "bgrx1010102",
            "xrxgxb1062626",
            "gray10",
        ),
    )
)
"""Formats that memory may hold and that do not travel."""
SOURCE_FORMATS = FORMATS + DESCRIBED
INDEXED = indexed8(bytes(range(90)))
"""Thirty colours."""
ALL_FORMATS = (*SOURCE_FORMATS, *RAW_FORMATS[:-1], INDEXED)
"""Those that travel raw, too."""

formats = st.sampled_from(FORMATS)
shapes = st.tuples(st.integers(1, 40), st.integers(1, 40))
"""Width and height."""


def possible(pixel_format: PixelFormat, width: int, height: int) -> tuple[int, int]:
    """The size, or the next larger one that a picture of this format can have."""
    raw = pixel_format.raw
    across, down = pixel_format.group if raw and raw.per_byte == 1 else (1, 1)
    return width + -width % across, height + -height % down


def pixels(
    pixel_format: PixelFormat, width: int, height: int, content: str, random: np.random.Generator
) -> Pixels:
    """A picture of one of the CONTENTS; padding bytes are 255."""
    shape = pixel_format.shape(width, height)
    rows = np.zeros((shape[0], prod(shape[1:]) * pixel_format.dtype.itemsize), np.uint8)
    if content == "constant":
        rows[:] = random.integers(1, 256)
    elif content == "noise":
        rows[:] = random.integers(0, 256, rows.shape)
    elif content == "stripes":
        rows[:: random.integers(1, 5)] = random.integers(0, 256, rows.shape[1])
    elif content == "few colours":
        rows[:] = random.choice(random.integers(0, 256, 3), rows.shape)
    array = rows.view(pixel_format.dtype).reshape(shape)
    if pixel_format is RGB444:
        array &= 0x0FFF
    return _with_padding(array)


def changed(old: Pixels, how: str, random: np.random.Generator) -> Pixels:
    """The picture after a change that devices' pictures undergo."""
    new = old.copy()
    rows = new.reshape(old.shape[0], -1).view(np.uint8)
    if how == "one byte":
        rows[random.integers(rows.shape[0]), random.integers(rows.shape[1])] ^= 0x80
    elif how == "some rows":
        chosen = random.random(rows.shape[0]) < 0.2
        rows[chosen] = random.integers(0, 256, rows[chosen].shape)
    elif how == "scrolled":
        rows[:] = np.roll(rows, random.integers(rows.shape[0]), axis=0)
    elif how == "noise":
        rows ^= random.integers(0, 4, rows.shape, np.uint8)
    elif how == "blank":
        rows[:] = 0
    return _with_padding(new)


def _with_padding(array: Pixels) -> Pixels:
    if array.shape[2:] == (4,):
        array[..., 3] = 255
    return array


CHANGES = ("nothing", "one byte", "some rows", "scrolled", "noise", "blank")


@st.composite
def pictures(draw: st.DrawFn, sides: st.SearchStrategy[tuple[int, int]] = shapes) -> Frame:
    """A frame of any format, shape, content, epoch, number and time."""
    pixel_format, (width, height) = draw(formats), draw(sides)
    random = np.random.default_rng(draw(SEEDS))
    array = pixels(pixel_format, width, height, draw(st.sampled_from(CONTENTS)), random)
    return Frame(draw(UINT32), draw(st.integers(1, 2**32 - 2)), draw(TIMES), pixel_format, array)


@st.composite
def pairs(
    draw: st.DrawFn, sides: st.SearchStrategy[tuple[int, int]] = shapes
) -> tuple[Frame, Frame]:
    """A frame, and a later one of the same stream; its pixels are the changed ones or unrelated."""
    base = draw(pictures(sides))
    random = np.random.default_rng(draw(SEEDS))
    how = draw(st.sampled_from((*CHANGES, *CONTENTS[2:])))
    if how in CHANGES:
        array = changed(base.pixels, how, random)
    else:
        array = pixels(base.format, base.width, base.height, how, random)
    number = draw(st.integers(base.number + 1, 2**32 - 1))
    return base, Frame(base.epoch, number, draw(TIMES), base.format, array)


def with_checksum(message: bytes, checksum: int) -> bytes:
    """The same message, carrying a checksum of its picture."""
    return serialize(parse(message)._replace(checksum=checksum))


@st.composite
def crops(draw: st.DrawFn, width: int, height: int) -> Crop | None:
    """A part of a picture of this size, or all of it."""
    if not draw(st.booleans()):
        return None
    x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    return Crop(x, y, draw(st.integers(1, width - x)), draw(st.integers(1, height - y)))

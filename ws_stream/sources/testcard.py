"""`test:`: a moving test card: colour bars, a gray ramp, a clock, a frame counter and a square that moves.

Every poll is a new picture, and a cheap one: only what moved is drawn again. People measure with it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError
from ..limits import MAX_PICTURE_BYTES, MAX_SIDE
from ..pixels.colours import from_rgb
from ..pixels.formats import PixelFormat, Pixels
from . import font
from .address import Address
from .source import Picture

LEAST_SIDE = 16

_BARS = ("c0c0c0", "c0c000", "00c0c0", "00c000", "c000c0", "c00000", "0000c0")
"""The 75 % colour bars of SMPTE EG 1."""
_CASTELLATIONS = ("0000c0", "101010", "c000c0", "101010", "00c0c0", "101010", "c0c0c0")
"""And the reversed row below them."""
_LABEL = "WS-STREAM"
_LETTERS = "0123456789:. "
_PANEL = 0x10
_WHITE = 0xEB
_GRID = 4
"""Pixels: what stands on multiples of it is seen whole by a viewer that is shown every fourth pixel."""


class Line(NamedTuple):
    """What is said: a part of HH:MM:SS.mmm, and so many digits of the picture's number."""

    first: int
    end: int
    digits: int

    @property
    def letters(self) -> int:
        """How many letters that is."""
        return self.end - self.first + 1 + self.digits


_LINES = (Line(0, 12, 7), Line(0, 8, 5), Line(3, 8, 3), Line(6, 8, 2))
"""The first that fits is taken."""


def open_test(address: Address) -> "Card":
    """The source at a `test:` address. Raises UsageError."""
    address.only("width", "height", "format")
    if address.path:
        raise UsageError(
            f"test:{address.path} cannot be; right would be test: or test:?width=1024&height=600"
        )
    return Card(
        address.number("width", default=1024),
        address.number("height", default=600),
        address.pixel_format("format", default="rgbx8888"),
    )


class Card:
    """A test card of any size from 16x16; `now` gives the time it says."""

    name = "test"

    def __init__(
        self,
        width: int,
        height: int,
        pixel_format: PixelFormat,
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        size = width * height * pixel_format.bytes_per_pixel
        if (
            not LEAST_SIDE <= min(width, height) <= max(width, height) <= MAX_SIDE
            or size > MAX_PICTURE_BYTES
        ):
            raise UsageError(
                f"a test card of {width}x{height} cannot be; right would be {LEAST_SIDE} to {MAX_SIDE} a side "
                f"and {MAX_PICTURE_BYTES} bytes in all"
            )
        self.format = pixel_format
        self.width = width
        self.height = height
        self._now = now
        self._number = 0
        self._plan = plan = Plan(width, height)
        self._pixels = from_rgb(plan.background(), pixel_format)
        canvas = _words(self._pixels, pixel_format)
        self._square = _Square(plan, canvas, pixel_format)
        self._writing = _Writing(plan, canvas, pixel_format)

    def poll(self, seen: object = None) -> Picture:
        """The next picture, whatever was seen; the memory of the one before is used again."""
        self._number += 1
        self._square.move(self._plan.square_at(self._number))
        self._writing.say(self._plan.text(self._now(), self._number))
        return Picture(self._pixels, None, lambda: True)  # nobody else writes

    def close(self) -> None:
        """Nothing to let go of."""


class Plan:
    """Where everything stands on a card of this size, and what never moves. All in pixels.

    The unit is `scale`, the side of one dot of the font.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.scale = scale = _aligned(max(1, min(width // 125, height // 60)))
        letters = (width - 6 * scale) // (font.ADVANCE * scale)
        fitting = [line for line in _LINES if line.letters <= letters]
        self._line = fitting[0] if fitting and 48 * scale <= height else None
        if self._line:
            self.square, margin, panel = 6 * scale, 3 * scale, 24 * scale
        else:
            self.square, margin, panel = min(height // 8, width // 4), height // 16, height // 4
        self.panel = _aligned(height - panel)
        self.track = _aligned(height - margin - self.square)
        self.top = self.panel + 4 * scale
        said = font.width(self._line.letters, scale) if self._line else 0
        self.left = _aligned((width - said) // 2)

    def text(self, time: datetime, number: int) -> str:
        """What is said: the time, and the number of the picture."""
        if self._line is None:
            return ""
        first, end, digits = self._line
        clock = f"{time:%H:%M:%S}.{time.microsecond // 1000:03}"
        return f"{clock[first:end]} {number % 10**digits:0{digits}}"

    def square_at(self, number: int) -> int:
        """Where the square of a picture begins; it goes to and fro, a fixed way each time."""
        way = self.width - self.square
        step = max(1, self.width // 128)
        position = number * step % (2 * way)
        return min(position, 2 * way - position)

    def background(self) -> NDArray[np.uint8]:
        """All that never moves, as uint8 (height, width, 3)."""
        card = np.full((self.height, self.width, 3), _PANEL, np.uint8)
        bars = _aligned(self.panel * 8 // 10)
        castellations = _aligned(self.panel * 9 // 10)
        card[:bars] = self._bars(_BARS)
        card[bars:castellations] = self._bars(_CASTELLATIONS)
        card[castellations : self.panel] = np.linspace(0, 255, self.width).astype(np.uint8)[:, None]
        self._circle(card, bars)
        self._label(card, bars)
        return card

    def _bars(self, colours: tuple[str, ...]) -> NDArray[np.uint8]:
        table = np.array([list(bytes.fromhex(colour)) for colour in colours], np.uint8)
        return table[np.arange(self.width) * len(colours) // self.width]

    def _circle(self, card: NDArray[np.uint8], bars: int) -> None:
        """Round only if pixels are shown square."""
        y, x = np.ogrid[: self.height, : self.width]
        radius = 0.46 * min(bars, self.width)
        distance = np.hypot(x - self.width / 2 + 0.5, y - bars / 2 + 0.5, dtype=np.float32)
        card[np.abs(distance - radius) <= self.scale / 2] = _WHITE

    def _label(self, card: NDArray[np.uint8], bars: int) -> None:
        scale = _aligned(max(1, self.scale // 2))
        margin = 3 * scale
        width, height = font.width(len(_LABEL), scale), font.HEIGHT * scale
        if width + 2 * margin > 0.92 * min(bars, self.width):  # it would not fit the circle
            return
        left, top = _aligned((self.width - width) // 2), _aligned((bars - height) // 2)
        card[top - margin : top + height + margin, left - margin : left + width + margin] = _PANEL
        card[top : top + height, left : left + width] = _in_gray(font.dots(_LABEL, scale))


class _Square:
    """The square on its track, drawn in the card's memory."""

    def __init__(self, plan: Plan, canvas: Pixels, pixel_format: PixelFormat) -> None:
        self._track = canvas[plan.track : plan.track + plan.square]
        self._side = plan.square
        self._black, self._white = (
            _drawn(np.array([[white]]), pixel_format) for white in (False, True)
        )
        self._left = 0

    def move(self, left: int) -> None:
        """Begin at this pixel, and leave no trace where it was."""
        self._track[:, self._left : self._left + self._side] = self._black
        self._track[:, left : left + self._side] = self._white
        self._left = left


class _Writing:
    """The line of letters, drawn in the card's memory."""

    def __init__(self, plan: Plan, canvas: Pixels, pixel_format: PixelFormat) -> None:
        scale = plan.scale
        self._rows = canvas[plan.top : plan.top + font.HEIGHT * scale, plan.left :]
        self._advance = font.ADVANCE * scale
        self._glyphs = {
            letter: _drawn(font.dots(letter, scale), pixel_format) for letter in _LETTERS
        }
        self._said = ""

    def say(self, text: str) -> None:
        """Draw the letters that differ from those said before."""
        for index, letter in enumerate(text):
            if self._said[index : index + 1] != letter:
                glyph = self._glyphs[letter]
                left = index * self._advance
                self._rows[:, left : left + glyph.shape[1]] = glyph
        self._said = text


def _aligned(pixels: int) -> int:
    """Rounded down to the grid, unless it is finer."""
    return pixels - pixels % _GRID if pixels > _GRID else pixels


def _in_gray(dots: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return np.where(dots[..., None], _WHITE, _PANEL).astype(np.uint8).repeat(3, axis=2)


def _drawn(dots: NDArray[np.bool_], pixel_format: PixelFormat) -> Pixels:
    """White dots on the panel, as they are copied into the card's memory."""
    return _words(from_rgb(_in_gray(dots), pixel_format), pixel_format)


def _words(pixels: Pixels, pixel_format: PixelFormat) -> Pixels:
    """The same memory, with pixels of four bytes as words, which numpy copies five times as fast."""
    return pixels.view("<u4")[..., 0] if pixel_format.padded else pixels

"""The options of a rendition as text: the query of an address and the command line are read by one table.

Knows nothing of either.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from ..arguments import whole
from ..limits import MAX_STEP, MAX_TOLERANCE
from ..pixels.formats import DEPTHS
from ..pixels.rendition import KINDS, Crop


class Option(NamedTuple):
    """One member of a `Rendition`, which has its default."""

    parse: Callable[[str], object]
    """Its value. Raises ValueError, TypeError or KeyError for what cannot be."""
    right: str
    """What can be."""
    metavar: str
    """Its value in the help of the command line; "" where it is one by being there."""
    help: str


def whole_number(least: int, most: int) -> tuple[Callable[[str], int], str]:
    """How a whole number is read, and what is right."""
    kind = whole(least, most)
    return lambda text: kind.read(digits(text)), kind.right


def digits(text: str) -> int:
    """The number of decimal digits: `int` takes more than the protocol does. Raises ValueError."""
    if not _DIGITS.fullmatch(text):
        raise ValueError(text)
    return int(text)


_DIGITS = re.compile("[0-9]{1,20}")


def _crop(text: str) -> Crop | None:
    crop: Crop | None = KINDS["crop"].read([digits(number) for number in text.split(",")])
    return crop


_SWITCHES = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
SWITCH = _SWITCHES.__getitem__, "1 or 0"
"""How yes or no is read, and what is right."""
_DEPTHS = {str(depth): depth for depth in DEPTHS}

OPTIONS: Mapping[str, Option] = {
    "step": Option(
        *whole_number(1, MAX_STEP), "N", f"send every N-th pixel and row, 1 to {MAX_STEP}"
    ),
    "average": Option(*SWITCH, "", "send the mean of each N x N box rather than its first pixel"),
    "crop": Option(
        _crop, "X,Y,WIDTH,HEIGHT in pixels, within the picture", "X,Y,W,H", "send this part only"
    ),
    "tolerance": Option(
        *whole_number(0, MAX_TOLERANCE),
        "T",
        "for film and noise: send a pixel only when a channel is off by more than T, "
        f"0 (exact) to {MAX_TOLERANCE}",
    ),
    "depth": Option(
        _DEPTHS.__getitem__,
        ", ".join(_DEPTHS),
        "BITS",
        f"bits of colour to send of each pixel: {', '.join(_DEPTHS)}",
    ),
}
"""By name, as it is written everywhere."""

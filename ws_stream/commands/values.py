"""How the values of options are read. Knows nothing of which options there are."""

import argparse
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..arguments import shown
from ..protocol.options import whole_number

_NUMBER_AND_UNIT = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([A-Za-z]*)")
_SECONDS = {"": 1.0, "s": 1.0, "min": 60.0, "h": 3600.0}
LENGTH = "a time above 0 like 90, 90s, 5min or 1h"
"""What `length` takes."""
_BYTES = {"kB": 1e3, "MB": 1e6, "GB": 1e9}


@dataclass(frozen=True, slots=True)
class Checked:
    """How an option's text is read; what cannot be is told in argparse's way."""

    parse: Callable[[str], object]
    right: str

    def __call__(self, text: str) -> object:
        """The value. Raises ArgumentTypeError."""
        try:
            return self.parse(text)
        except (KeyError, TypeError, ValueError):
            raise argparse.ArgumentTypeError(
                f"{shown(text)} cannot be; right would be {self.right}"
            ) from None


FILE = Checked(str, "a path")
"""Where something lies: in a file of options, relative to that."""


def whole(least: int, most: int) -> Checked:
    """A whole number in this range."""
    return Checked(*whole_number(least, most))


def number(right: str) -> Checked:
    """Any number."""
    return Checked(float, right)


def seconds(text: str) -> float:
    """A moment or a length of time. Raises ValueError and KeyError."""
    return _in(_SECONDS, text)


def length(text: str) -> float:
    """A time above 0, in seconds. Raises ValueError and KeyError."""
    return _above_zero(seconds(text))


def size(text: str) -> int:
    """A whole number of bytes above 0. Raises ValueError and KeyError."""
    return int(_above_zero(int(_in(_BYTES, text))))


def _in(units: Mapping[str, float], text: str) -> float:
    found = _NUMBER_AND_UNIT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return float(found[1]) * units[found[2]]


def _above_zero(value: float) -> float:
    if value <= 0:
        raise ValueError(value)
    return value

"""Values that somebody may hand in where another kind of value is meant, each made anew."""

import datetime
import enum
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NoReturn
from unittest.mock import Mock

import numpy as np

from ws_stream.arguments import shown


def named(value: object) -> str:
    """What a value is called in a test's name: the same in each run, wherever it lies."""
    return re.sub(r" at 0x[0-9a-f]+", "", shown(value))


class Hostile:
    """Raises whatever it is asked for."""

    def _refuse(self, *_: object) -> NoReturn:
        raise RuntimeError("do not touch me")

    __repr__ = __str__ = __eq__ = __index__ = __float__ = __iter__ = __len__ = __bool__ = _refuse


class Loud:
    """Its name does not fit on one line of a terminal."""

    def __repr__(self) -> str:
        return "loud\n\x1b[2J\u202e" * 1000


class ArrayLike:
    """As those of other libraries: it can become an array."""

    def __array__(self, *_: object, **__: object) -> np.ndarray:
        return np.zeros((3, 4, 3), np.uint8)


class Text(str):
    __slots__ = ()


class Whole(int):
    pass


class Choice(enum.IntEnum):
    two = 2


class Capture:
    """As OpenCV's."""

    def read(self) -> tuple[bool, np.ndarray]:
        return True, np.zeros((3, 4, 3), np.uint8)


def generate() -> Iterator[int]:
    yield 1


async def generate_later() -> AsyncIterator[int]:
    yield 1


async def coroutine() -> None: ...


# fmt: off - one kind on a line
_PLAIN: tuple[object, ...] = (
    None,
    True,
    False,
    np.True_,
    ...,
    NotImplemented,
    object,
    int,
    len,
    0,
    1,
    2,
    -1,
    2**31,
    2**63,
    -(2**63),
    10**300,
    Whole(2),
    Choice.two,
    0.0,
    1.0,
    2.5,
    30.0,
    -0.0,
    1e300,
    float("nan"),
    float("inf"),
    -float("inf"),
    1j,
    np.int64(2),
    np.uint8(2),
    np.float32(30),
    np.float64("nan"),
    np.complex64(1),
    Decimal(2),
    Decimal("2.5"),
    Decimal("sNaN"),
    Decimal("1e999999"),
    Fraction(5, 2),
    "",
    "2",
    "a",
    "two words",
    "a\nb",
    "a\0b",
    "\ud800",
    "\u202eab",
    "é",
    "x" * 5000,
    "test:",
    "0.0.0.0",
    "gray8",
    "ws://h/stream/a",
    Text("a"),
    np.str_("a"),
    b"",
    b"2",
    b"test:",
    bytearray(b"0123"),
    memoryview(b"0123"),
    (),
    [],
    {},
    set(),
    {"a"},
    {0: 0, 1: 1, 2: 2, 3: 3},
    [[[["x" * 99] * 9] * 9] * 9],
    (0, 0, 4, 3),
    [0, 0, 4, 3],
    [(0, 0, 4, 3)],
    range(4),
    (0, 0, 4.0, 3.0),
    (True, 0, 4, 3),
    ("0", "0", "4", "3"),
    (0, 0, 10**300, 3),
    (0, 0, 4, 3, 1),
    Path("/dev/fb0"),
    Path("/nothing"),
    datetime.timedelta(1),
    datetime.datetime.min,
)
# fmt: on

ODD: Mapping[str, Callable[[], object]] = {
    f"{type(value).__name__} {named(value)[:30]}": (lambda value=value: value)  # bound now
    for value in _PLAIN
} | {
    "10**5000": lambda: 10**5000,
    "array crop": lambda: np.array([0, 0, 4, 3]),
    "array of floats": lambda: np.array([0.0, 0, 4, 3]),
    "array of rectangles": lambda: np.array([[0, 0, 4, 3]]),
    "array of no dimension": lambda: np.array(2),
    "array of objects": lambda: np.array([Hostile()], object),
    "picture": lambda: np.zeros((3, 4, 3), np.uint8),
    "array-like": ArrayLike,
    "hostile": Hostile,
    "loud": Loud,
    "mock": Mock,
    "capture": Capture,
    "exception": lambda: ValueError("x"),
    "function": lambda: lambda: None,
    "function of one": lambda: lambda one: one,
    "generator": generate,
    "generator function": lambda: generate,
    "async generator": generate_later,
    "async generator function": lambda: generate_later,
    "coroutine function": lambda: coroutine,
    "object": object,
}

"""What a public argument may be: made a plain value of Python at the call, or refused there in one sentence.

Each is a `Kind`; what has several arguments holds a table of them. Knows nothing of what the values are for.
"""

import re
import reprlib
from collections.abc import Callable, Iterable
from decimal import Decimal
from numbers import Integral, Real
from operator import index
from os import PathLike, fspath
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from .errors import UsageError

T = TypeVar("T")

MOST_SHOWN = 100
"""Letters of a value in a sentence: enough to know it again."""

_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = MOST_SHOWN
_REPR.maxlevel = 2


def shown(value: object) -> str:
    """A value as it stands in a sentence: on one line, and not too long."""
    try:
        return plain(_REPR.repr(value))
    except Exception:  # of an int of 5000 digits, say; a sentence is owed whatever the value is
        return plain(f"<{type(value).__name__}>")


def plain(text: str, most: int = MOST_SHOWN) -> str:
    """The text on one line, without what a terminal would obey, and of no more than so many letters."""
    line = " ".join(text.split())
    line = line if line.isprintable() else ascii(line)[1:-1]
    return line if len(line) <= most else f"{line[: most - 3]}..."


def why(error: Exception) -> str:
    """What an error says went wrong: the system's words, without its number and the path, where they are its."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


class Kind(NamedTuple, Generic[T]):
    """One kind of argument."""

    read: Callable[[Any], T]
    """The value as a plain one of Python. Raises whatever its conversion does for what cannot be."""
    right: str
    """What can be."""

    def take(self, name: str, value: object) -> T:
        """The value of the argument of this name. Raises UsageError."""
        try:
            return self.read(value)
        except UsageError:
            raise
        except Exception:  # whatever the value's own conversion raises
            raise UsageError(
                f"{name}={shown(value)} cannot be; right would be {self.right}"
            ) from None


def whole(least: int, most: int) -> Kind[int]:
    """Whatever `operator.index` takes for an integer, but True and False."""

    def read(value: Any) -> int:  # noqa: ANN401 - whatever was handed in
        found = index(value)
        if isinstance(value, bool) or not least <= found <= most:
            raise ValueError(value)
        return found

    return Kind(read, f"a whole number from {least} to {most}")


def number(value: Any) -> int | float:  # noqa: ANN401 - whatever was handed in
    """Any real number as a plain one; raises for others, and for True and False. May be nan or infinite."""
    if type(value) is int or type(value) is float:
        return value
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        raise TypeError(value)
    return index(value) if isinstance(value, Integral) else float(value)


def above(least: float, most: float, right: str) -> Kind[float]:
    """Numbers above `least`, up to `most`."""

    def read(value: Any) -> float:  # noqa: ANN401 - whatever was handed in
        found = number(value)
        if not least < found <= most:
            raise ValueError(value)
        return found

    return Kind(read, right)


def optional(kind: Kind[T]) -> Kind[T | None]:
    """None, or what the kind is."""
    return Kind(lambda value: None if value is None else kind.read(value), f"{kind.right}, or None")


def instance(of: type[T], right: str) -> Kind[T]:
    """An object of a class, as it is."""

    def read(value: Any) -> T:  # noqa: ANN401 - whatever was handed in
        if not isinstance(value, of):
            raise TypeError(value)
        return value

    return Kind(read, right)


def matching(pattern: str, right: str) -> Kind[str]:
    """Text of this form."""

    def read(value: Any) -> str:  # noqa: ANN401 - whatever was handed in
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.DOTALL):
            raise TypeError(value)
        return str.__str__(value)  # a plain one, of numpy's and others

    return Kind(read, right)


def each(kind: Kind[T]) -> Kind[frozenset[T]]:
    """Any number of values of a kind; one that stands alone is one, and never taken apart."""

    def read(value: Any) -> frozenset[T]:  # noqa: ANN401 - whatever was handed in
        several: Iterable[Any] = [value] if isinstance(value, str | bytes) else value
        return frozenset(map(kind.read, several))

    return Kind(read, f"a list, each of it {kind.right}")


def _switch(value: Any) -> bool:  # noqa: ANN401 - whatever was handed in
    if not isinstance(value, bool | np.bool_):
        raise TypeError(value)
    return bool(value)


def _path(value: Any) -> str:  # noqa: ANN401 - whatever was handed in
    return TEXT.read(fspath(value) if isinstance(value, PathLike) else value)


SWITCH = Kind(_switch, "True or False")
TEXT = matching(".*", "text")
PATH = Kind(_path, "text, or a path")

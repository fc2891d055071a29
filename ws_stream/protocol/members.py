"""What a member of a control message may be: each reads what JSON holds, or raises TypeError or ValueError.

Python takes True for 1 and 1.0 for 1; the protocol does not.
"""

import math
import re
from collections.abc import Callable
from typing import Any


def integer(least: int, limit: int) -> Callable[[Any], int]:
    """Whole numbers from `least` up to below `limit`."""

    def read(value: Any) -> int:  # noqa: ANN401 - whatever JSON holds
        if type(value) is not int or not least <= value < limit:
            raise ValueError(value)
        return value

    return read


def number(value: Any) -> float:  # noqa: ANN401 - whatever JSON holds
    """Any number that is finite as a double; of a larger one it raises OverflowError."""
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError(value)
    return float(value)


def boolean(value: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    """True or False."""
    if type(value) is not bool:
        raise TypeError(value)
    return value


def text(most: int, wrong: re.Pattern[str] | None = None) -> Callable[[Any], str]:
    """Texts of so many characters, none of them a wrong one."""

    def read(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
        if type(value) is not str or len(value) > most or (wrong and wrong.search(value)):
            raise ValueError(value)
        return value

    return read

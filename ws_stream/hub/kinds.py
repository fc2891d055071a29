"""What the arguments of a stream may be."""

import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ..arguments import SWITCH, TEXT, Kind, above, instance, matching, number, optional, whole
from ..limits import MAX_FPS, MAX_TIME
from ..pixels.rendition import Rendition


def _input(value: Any) -> bool | Callable[[Any], object]:  # noqa: ANN401 - whatever was handed in
    if not callable(value):
        return SWITCH.read(value)
    waits = (inspect.iscoroutinefunction, inspect.isasyncgenfunction, inspect.isgeneratorfunction)
    if inspect.isclass(value) or any(is_one(value) for is_one in waits):
        raise TypeError(value)
    with suppress(ValueError):  # some of those in C do not tell
        inspect.signature(value).bind(None)
    hears: Callable[[Any], object] = value
    return hears


INPUT = Kind(_input, "True, False, or a function of one argument with `def` and without `yield`")
NAME = matching("[A-Za-z0-9._-]{1,64}", "1 to 64 letters, digits, '.', '_', '-'")
FPS = above(0, MAX_FPS, f"pictures per second above 0, up to {MAX_FPS}")
PROBLEM = optional(TEXT)
RENDITION = instance(Rendition, "a Rendition")
_TIME = whole(0, MAX_TIME - 1)
MOMENT = Kind(
    lambda value: _TIME.read(int(number(value))),
    "microseconds since 1970-01-01 UTC, as time.time_ns() // 1000",
)

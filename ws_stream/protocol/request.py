"""What a viewer asks for, in the query of its address or later by a message: parsed, not yet granted.

Knows nothing of streams or sockets.
"""

import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from ..arguments import Kind, number, whole
from ..errors import UsageError
from ..limits import MAX_FPS, MAX_QUERY_KEYS, MAX_SIDE
from ..pixels.rendition import KINDS, Crop, Rendition
from ..printable import printable
from .offer import OFFERS, Offer, fit
from .options import OPTIONS, SWITCH


class Request(NamedTuple):
    """What is None is left to the server."""

    step: int | None = None
    crop: Crop | None = None
    average: bool | None = None
    tolerance: int | None = None
    depth: int | None = None
    fit: tuple[int, int] | None = None
    """Width and height of the largest picture that the viewer can show."""
    fps: float | None = None
    """At most so many pictures per second; 0 is none for now."""
    relays: int | None = None
    """A relay that shows it to others says how many there are in a row up to whoever looks, with itself."""
    acknowledge: bool = True
    """Whether the viewer will say what it has drawn."""
    offer: Offer = Offer()

    def rendition(self, default: Rendition) -> Rendition:
        """The rendition requested, completed by the default one."""
        return Rendition(
            self.crop or default.crop,
            default.step if self.step is None else self.step,
            default.average if self.average is None else self.average,
            default.tolerance if self.tolerance is None else self.tolerance,
            default.depth if self.depth is None else self.depth,
        ).check()


def parse_request(query: str) -> Request:
    """The request in the query of a stream's address, such as "step=4&fps=10". Raises UsageError.

    Keys that are not known are those of a later version, or the page's own.
    """
    members: dict[str, Any] = {}
    try:
        fields = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_QUERY_KEYS)
    except ValueError:
        raise UsageError(
            f"a query of more than {MAX_QUERY_KEYS} keys cannot be; right would be each at most once"
        ) from None
    for name, text in fields:
        if name in _READ:
            members[name] = _read(name, text)
    offered = {name: members.pop(name) for name in OFFERS if name in members}
    return Request(**members, offer=Offer(**offered))


def _read(name: str, text: str) -> object:
    parse, right = _READ[name]
    try:
        return parse(text)
    except (KeyError, ValueError):
        said = printable(text, 40)
        raise UsageError(f"{name}={said} cannot be; right would be {right}") from None


def _fps_text(text: str) -> float:
    if not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    return _fps(float(text))


def _fps(value: Any) -> float:  # noqa: ANN401 - whatever JSON holds
    fps = float(number(value))
    if not (isfinite(fps) and 0 <= fps <= MAX_FPS):
        raise ValueError(value)
    return fps


def _fit(value: Any) -> tuple[int, int]:  # noqa: ANN401 - whatever JSON holds
    width, height = value
    return _SIDE.read(width), _SIDE.read(height)


MAX_RELAYS = 16
"""In a row. In a ring of them each has one more behind it than the next, and finds that there are too many."""
_RELAYS = whole(1, MAX_RELAYS)
_SIDE = whole(1, MAX_SIDE)
_DECIMAL = re.compile(r"[0-9]{1,4}(\.[0-9]{1,9})?")
_RIGHT_FPS = f"0 to {MAX_FPS} pictures per second"
_RIGHT_FIT = f"WIDTHxHEIGHT, each from 1 to {MAX_SIDE}"

_READ: Mapping[str, tuple[Callable[[str], object], str]] = {
    **{name: (option.parse, option.right) for name, option in OPTIONS.items()},
    "fit": (fit, _RIGHT_FIT),
    "fps": (_fps_text, _RIGHT_FPS),
    "acknowledge": SWITCH,
    **OFFERS,
}
"""By key of a query: how its value is read, and what is right."""

MEMBERS: Mapping[str, Kind[Any]] = {
    **KINDS,
    "fit": Kind(_fit, _RIGHT_FIT),
    "fps": Kind(_fps, _RIGHT_FPS),
    "relays": _RELAYS,
}
"""By member of a `request` message: what it may be, beside null."""

"""What a viewer asks for, in the query of its address or later: parsed, not yet granted.

Knows nothing of streams or sockets.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from ..errors import UsageError
from ..limits import MAX_FPS
from ..pixels.rendition import Crop, Rendition


class Request(NamedTuple):
    """What is None is left to the server."""

    step: int | None = None
    crop: Crop | None = None
    average: bool | None = None
    tolerance: int | None = None
    depth: int | None = None
    fps: float | None = None
    """At most so many pictures per second; 0 is none for now."""
    acknowledge: bool = True
    """Whether the viewer will say what it has drawn."""

    def rendition(self, default: Rendition) -> Rendition:
        """The rendition requested, completed by the default one."""
        return Rendition(
            self.crop or default.crop,
            default.step if self.step is None else self.step,
            default.average if self.average is None else self.average,
            default.tolerance if self.tolerance is None else self.tolerance,
            default.depth if self.depth is None else self.depth,
        ).check()


def parse_crop(text: str) -> Crop:
    """The crop written as "X,Y,WIDTH,HEIGHT". Raises UsageError."""
    try:
        return Crop(*map(int, text.split(",")))
    except (TypeError, ValueError):
        raise UsageError(
            f"'{text}' is no crop; right would be X,Y,WIDTH,HEIGHT in pixels"
        ) from None


def parse_request(query: str) -> Request:
    """The request in the query of a stream's address, such as "step=4&fps=10". Raises UsageError."""
    members: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=20):
        if name not in _READ:
            raise UsageError(f"'{name}' cannot be asked for; right would be {', '.join(_READ)}")
        members[name] = _READ[name](value)
    request = Request(**members)
    request.rendition(Rendition())
    return request


def parse_fps(text: str) -> float:
    """Pictures per second, 0 for none. Raises UsageError."""
    try:
        fps = float(text)
    except ValueError:
        fps = -1
    if not 0 <= fps <= MAX_FPS:
        raise UsageError(f"fps={text} cannot be; right would be 0 to {MAX_FPS} pictures per second")
    return fps


def _parse_number(name: str) -> Callable[[str], int]:
    """Reads a whole number; whether it can be is for the rendition to judge."""

    def read(text: str) -> int:
        try:
            return int(text)
        except ValueError:
            raise UsageError(f"{name}={text} cannot be; right would be a whole number") from None

    return read


def _parse_switch(name: str) -> Callable[[str], bool]:
    words = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}

    def read(text: str) -> bool:
        if text not in words:
            raise UsageError(f"{name}={text} cannot be; right would be 1 or 0")
        return words[text]

    return read


_READ: Mapping[str, Callable[[str], object]] = {
    "step": _parse_number("step"),
    "tolerance": _parse_number("tolerance"),
    "depth": _parse_number("depth"),
    "crop": parse_crop,
    "average": _parse_switch("average"),
    "fps": parse_fps,
    "acknowledge": _parse_switch("acknowledge"),
}

"""What a viewer asks for, in the query of its address or later: parsed, not yet granted.

Knows nothing of streams or sockets.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from ..errors import UsageError
from ..limits import MAX_FPS
from ..pixels.rendition import Crop, Rendition
from ..printable import printable
from .options import OPTIONS, SWITCH


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


def parse_request(query: str) -> Request:
    """The request in the query of a stream's address, such as "step=4&fps=10". Raises UsageError."""
    members: dict[str, Any] = {}
    try:
        fields = parse_qsl(query, keep_blank_values=True, max_num_fields=len(_READ))
    except ValueError:
        raise UsageError(
            f"a request of more than {len(_READ)} fields cannot be; right would be each at most once"
        ) from None
    for name, text in fields:
        if name not in _READ:
            raise UsageError(
                f"'{printable(name, 40)}' cannot be asked for; right would be {', '.join(_READ)}"
            )
        parse, right = _READ[name]
        try:
            members[name] = parse(text)
        except (KeyError, ValueError):
            said = printable(text, 40)
            raise UsageError(f"{name}={said} cannot be; right would be {right}") from None
    return Request(**members)


def _fps(text: str) -> float:
    fps = float(text)
    if not 0 <= fps <= MAX_FPS:
        raise ValueError(text)
    return fps


_READ: Mapping[str, tuple[Callable[[str], object], str]] = {
    **{name: (option.parse, option.right) for name, option in OPTIONS.items()},
    "fps": (_fps, f"0 to {MAX_FPS} pictures per second"),
    "acknowledge": SWITCH,
}

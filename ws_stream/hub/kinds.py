"""What the arguments of a stream may be."""

from ..arguments import TEXT, Kind, above, instance, matching, number, optional, whole
from ..limits import MAX_FPS, MAX_TIME
from ..pixels.rendition import Rendition

NAME = matching("[A-Za-z0-9._-]{1,64}", "1 to 64 letters, digits, '.', '_', '-'")
FPS = above(0, MAX_FPS, f"pictures per second above 0, up to {MAX_FPS}")
PROBLEM = optional(TEXT)
RENDITION = instance(Rendition, "a Rendition")
_TIME = whole(0, MAX_TIME - 1)
MOMENT = Kind(
    lambda value: _TIME.read(int(number(value))),
    "microseconds since 1970-01-01 UTC, as time.time_ns() // 1000",
)

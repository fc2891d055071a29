"""What the control messages of both sides say: a named tuple each. docs/protocol.md is the authority.

Knows nothing of how they are written.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..pixels.formats import PixelFormat
from ..pixels.frame import Frame, blank
from ..pixels.raw import indexed8
from ..pixels.rendition import Crop
from .input import Action
from .picture import check_size


class Announcement(NamedTuple):
    """Server: what comes next. The viewer then holds the blank picture of this epoch, format and size."""

    name: str
    epoch: int
    format: PixelFormat
    width: int
    height: int
    source: tuple[int, int]
    """Width and height of the device's picture, in its pixels."""
    step: int
    crop: Crop | None
    average: bool
    tolerance: int
    """How far a channel may be off while the picture moves, in steps of eight bits."""
    fps: float
    """Pictures a second that the stream has at most; what this viewer is sent is in `Granted` and `Pace`."""
    input: bool
    """Whether the stream hears what users do."""
    palette: bytes | None = None
    """Of `indexed8`: red, green and blue of each index; None: a ramp of gray."""

    def blank(self) -> Frame:
        """What the viewer holds then. Raises ProtocolError where that is over the limits."""
        check_size(self.format, self.width, self.height)
        own = self.palette if self.format.palette else None
        pixel_format = indexed8(own) if own else self.format
        return blank(self.epoch, pixel_format, self.width, self.height)


class Granted(NamedTuple):
    """Server: all is decided up to the viewer's request of this number."""

    id: int | None
    fps: float
    """Pictures a second that this viewer is sent at most."""


class Unchanged(NamedTuple):
    """Server: picture `number` (0: none yet) is still what the device shows at `time`."""

    number: int
    time: int


class Waiting(NamedTuple):
    """Server: newer pictures than `number` are held back by the viewer's acknowledgements, its rate or its path."""

    number: int
    time: int


class Pace(NamedTuple):
    """Server: the last second's pictures for this viewer, and how many of them it was too late to be sent."""

    published: float
    skipped: float
    fps: float
    """Pictures per second that it is sent at most now."""
    device: bool
    """The device does less than was asked of it."""


class Problem(NamedTuple):
    """Server: why the source gives no pictures; None when it does again."""

    reason: str | None


class ClockAnswer(NamedTuple):
    """Server: the viewer's own value back, and the device's time."""

    viewer_time: int
    time: int


class Acknowledge(NamedTuple):
    """Viewer: this picture and all before it are on the screen."""

    number: int
    epoch: int | None = None
    """None: the one announced last."""


class Requested(NamedTuple):
    """Viewer: from now on, show me this."""

    id: int | None
    members: Mapping[str, Any]
    """Of a `Request`, those that are given; None: that one is left to the server."""


class Resync(NamedTuple):
    """Viewer: forget what I hold, send a delta against blank."""


class ClockQuestion(NamedTuple):
    """Viewer: what time is it? `viewer_time` is any whole number of the viewer's."""

    viewer_time: int


class Input(NamedTuple):
    """Viewer: what the user did while this picture was shown."""

    epoch: int
    number: int
    events: tuple[Action, ...]


ServerMessage = Announcement | Granted | Unchanged | Waiting | Pace | ClockAnswer | Problem
ViewerMessage = Acknowledge | Requested | Resync | ClockQuestion | Input

FROM_SERVER: Mapping[str, type[ServerMessage]] = {
    "stream": Announcement,
    "granted": Granted,
    "unchanged": Unchanged,
    "waiting": Waiting,
    "pace": Pace,
    "clock": ClockAnswer,
    "problem": Problem,
}
FROM_VIEWER: Mapping[str, type[ViewerMessage]] = {
    "acknowledge": Acknowledge,
    "request": Requested,
    "resync": Resync,
    "clock": ClockQuestion,
    "input": Input,
}

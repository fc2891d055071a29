"""What a source is: the methods that whatever pictures come from must have.

Knows nothing of who watches.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from ..pixels.damage import Damage
from ..pixels.formats import PixelFormat, Pixels
from ..protocol.extension import SideData


class Picture(NamedTuple):
    """One picture of a source, in memory that its writer may go on writing to: read it soon, keep nothing of it."""

    pixels: Pixels
    """Of shape `format.shape(width, height)`. Usually a view of the writer's memory, never a copy of it."""
    version: object
    """Equal to that of another picture of the source only if both certainly are the same; None where nobody knows."""
    intact: Callable[[], bool]
    """Asked after the pixels were read: False if the writer has come round to that memory meanwhile."""
    completed: int | None = None
    """Pictures that the writer has completed so far; None where nobody counts."""
    meta: SideData | None = None
    """What is to be said of exactly this picture: a dict that JSON can hold in 4096 bytes."""
    damage: Damage | None = None
    """Rectangles (x, y, width, height), in pixels, outside which nothing has changed since the picture `seen`: only
    their rows are read. None where nobody knows, or nothing was seen."""
    taken: float | None = None
    """When it was taken, in seconds of `time.monotonic`; None where nobody knows: then it was when it was polled."""


class Shape(Protocol):
    """Of pictures; of a source's, that of the one polled last."""

    @property
    def format(self) -> PixelFormat:
        """Their pixel format."""

    @property
    def width(self) -> int:
        """Pixels in a row."""

    @property
    def height(self) -> int:
        """Rows."""


class Shaped:
    """What a source has, whose pictures may come to have another format and size."""

    _shown: Shape
    """Of the picture polled last."""

    @property
    def format(self) -> PixelFormat:
        """The pixel format of the picture polled last."""
        return self._shown.format

    @property
    def width(self) -> int:
        """Pixels in a row of the picture polled last."""
        return self._shown.width

    @property
    def height(self) -> int:
        """Rows of the picture polled last."""
        return self._shown.height


class Source(Shape, Protocol):
    """Where pictures come from. It is polled by one thread, and must never wait.

    Pictures are read like this, and polled again at once when they were torn:

        if picture := source.poll(seen):
            copied = copy(picture.pixels)
            seen = picture.version if picture.intact() else None
    """

    @property
    def name(self) -> str:
        """What its stream is called unless the user says otherwise: [A-Za-z0-9._-]{1,64}."""

    def poll(self, seen: object = None) -> Picture | None:
        """The newest complete picture; None if it certainly is `seen`, the version of one read before and found intact.

        Raises SourceError when there is no picture now.
        """

    def close(self) -> None:
        """Let go of everything; views still alive stay readable."""

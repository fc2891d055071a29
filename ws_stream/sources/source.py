"""What a source is: the methods that whatever pictures come from must have.

Knows nothing of who watches.
"""

from typing import Protocol

from ..pixels.formats import PixelFormat, Pixels


class Source(Protocol):
    """Where pictures come from. All of it is called on one thread and must never wait.

    A picture is read like this, and read again when it was torn:

        if source.changed():
            picture = copy(source.capture())
            if source.intact(): ...
    """

    @property
    def name(self) -> str:
        """What its stream is called unless the user says otherwise: [A-Za-z0-9._-]{1,64}."""

    @property
    def format(self) -> PixelFormat:
        """The pixel format of every picture."""

    @property
    def width(self) -> int:
        """Pixels in a row of the picture looked at last."""

    @property
    def height(self) -> int:
        """Rows of the picture looked at last."""

    def changed(self) -> bool:
        """False only if the newest picture is certainly the one that was captured last and found intact.

        Raises SourceError when there is no picture now.
        """

    def capture(self) -> Pixels:
        """The newest complete picture, of shape `format.shape(width, height)`, changed or not.

        Usually a view of memory that its writer goes on writing to: read it soon, keep nothing of it. Never a copy
        of such memory. Raises SourceError when there is no picture now.
        """

    def intact(self) -> bool:
        """Asked after the picture was read: False if its writer has come round to that memory meanwhile."""

    def close(self) -> None:
        """Let go of everything; views still alive stay readable."""

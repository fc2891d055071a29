"""What a relay's pictures come from: the methods that each way to it must have.

Knows nothing of who watches.
"""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Protocol

from ..clock import Age
from ..pixels.frame import Frame


class Upstream(Protocol):
    """A device's stream, or another relay's. Used in one event loop."""

    @property
    def url(self) -> str:
        """Its address, without any token."""

    @property
    def problem(self) -> str | None:
        """Why there are no pictures there, in the words that viewers there are told."""

    @property
    def lost(self) -> str | None:
        """Why there is no connection now; None while there is one."""

    def age(self, frame: Frame) -> Age | None:
        """How long ago the frame was taken, by the device's clock; None until that is known."""

    def messages(self) -> AsyncGenerator[tuple[str | bytes | None, Frame | None]]:
        """Every message, and the frame that it made, if it made one; None for a connection that was lost.

        Each frame counts as shown when the next message is taken. Raises ConnectError when there is no connection.
        """

    async def ask(self, members: Mapping[str, Any]) -> None:
        """From now on these members of a `request` are what is wanted there, through all connections to come."""

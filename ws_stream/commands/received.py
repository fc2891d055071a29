"""The messages that a connection receives, in their order, and when each came.

The one place that knows how a `Connection` is listened to.
"""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from ..client import Connection
from ..dial import Opening, websocket_url
from ..hub.subscription import now_us
from ..pixels.frame import Frame


class Received(NamedTuple):
    """One message, or that the connection was lost."""

    at: int
    """By this device's clock, in microseconds since 1970-01-01 UTC."""
    message: str | bytes | None
    """None: another connection begins, as the one before was lost."""
    frame: Frame | None = None
    """The picture that it made; None if it is not one, or was refused."""
    lost: str = ""
    """Why the connection was lost."""


class PatientConnection(Connection):
    """A viewer that need not acknowledge: it is sent all pictures that its socket takes, and may see older ones."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        if "acknowledge=" not in (address := websocket_url(url)):
            self.url = f"{address}{'&' if '?' in address else '?'}acknowledge=no"
        self._heard: list[Received] = []

    async def messages(self) -> AsyncIterator[Received]:
        """All that comes; what is heard between two pictures comes with the second, or by `rest`."""
        async for frame in self:
            *before, last = self.rest()
            for received in before:
                yield received
            yield last._replace(frame=frame)

    def rest(self) -> list[Received]:
        """What was heard since the last picture."""
        heard, self._heard = self._heard, []
        return heard

    def _open(self) -> Opening:
        if self.lost and self.announcement:
            self._heard.append(Received(now_us(), None, lost=self.lost))
        return super()._open()

    async def _receive(self, websocket: Any) -> str | bytes:  # noqa: ANN401 - a library's that is unknown here
        message = await super()._receive(websocket)
        self._heard.append(Received(now_us(), message))
        return message

"""What a viewer says, and how it ends: words go to its stream's subscription.

Knows nothing of WebSockets' frames or of how words arrive.
"""

import asyncio
import time

from websockets.frames import CloseCode

from ..errors import ProtocolError, UsageError
from ..hub.stream import Stream
from ..hub.subscription import Peer
from ..protocol import control, messages
from ..protocol.request import Request

Goodbye = tuple[int, str]
"""A close code and its reason."""


def goodbye_after(error: BaseException | None) -> Goodbye:
    """What a viewer is told that ends by a fault that is not its own; the log hears which."""
    if isinstance(error, MemoryError):
        return CloseCode.TRY_AGAIN_LATER, "the device has no memory for what was asked for"
    return CloseCode.INTERNAL_ERROR, ""


class Viewer:
    """One viewer behind a connection: what it says, and how it ends.

    `ended` is done when the connection is gone or is to be closed.
    """

    def __init__(self, peer: Peer, stream: Stream, request: Request) -> None:
        self.ended: asyncio.Future[Goodbye | None] = asyncio.get_running_loop().create_future()
        self.subscription = stream.join(peer, request)
        self.stream = stream

    def on_message(self, text: bytes) -> None:
        """Handle what the viewer says; one that breaks the protocol is to be closed."""
        try:
            message = control.parse_from_viewer(text.decode())
            self._handle(message, time.monotonic())
        except UnicodeDecodeError:
            self.end((CloseCode.INVALID_DATA, "viewers send UTF-8"))
        except (ProtocolError, UsageError) as error:
            self.end((CloseCode.POLICY_VIOLATION, str(error)[:100]))

    def end(self, goodbye: Goodbye | None) -> None:
        """Say how it ends; the first to say so counts."""
        if not self.ended.done():
            self.ended.set_result(goodbye)

    def leave(self) -> None:
        """The viewer is gone."""
        self.stream.leave(self.subscription)

    def _handle(self, message: messages.ViewerMessage | None, now: float) -> None:
        subscription = self.subscription
        subscription.heard(now)
        match message:
            case messages.Acknowledge(number, epoch):
                subscription.acknowledge(number, epoch, now)
            case messages.Resync():
                subscription.resync(now)
            case messages.ClockQuestion(viewer_time):
                subscription.answer_clock(viewer_time)
            case messages.Requested(id, members):
                self.stream.ask(subscription, members, id)
            case messages.Input():
                self.stream.operators.hear(subscription, message)

"""What a viewer says, and how it ends: words go to its stream's subscription. And what every connection of one has.

Knows nothing of WebSockets' frames or of how words arrive.
"""

import asyncio
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Hashable

from websockets.frames import CloseCode
from websockets.typing import LoggerLike

from ..errors import ProtocolError, UsageError
from ..hub.stream import Stream
from ..hub.subscription import Peer
from ..protocol import control, messages
from ..protocol.request import Request
from ..walk.outlet import BY_TRANSPORT
from .request import HttpRequest
from .tokens import Right

SILENT = 4001
"""Close code for a viewer that gave no sign of life."""
UNSUITED = 4406
"""Close code for a viewer that can decode no rendition. It is of those after which none tries again."""
GONE = "the stream is not there any more"
"""What those are told who see one that is removed."""
UNREAD_BYTES = 65536
"""Bytes that may wait for a peer beside the largest picture it was sent; over that it only asks and never reads."""
CLOSE_TIMEOUT = 1
"""Seconds a viewer has for its goodbye when the server closes: a stuck one must not hold up a shutdown."""
GONE_AFTER = 20.0
"""Seconds after which a viewer is gone that takes nothing of what it is sent; it is sent something each second."""
_REASON_BYTES = 123
"""Bytes of the longest reason a WebSocket can be closed with."""

Goodbye = tuple[int, str]
"""A close code and its reason."""


def goodbye_after(error: BaseException | None) -> Goodbye:
    """What a viewer is told that ends by a fault that is not its own; the log hears which."""
    if isinstance(error, MemoryError):
        return CloseCode.TRY_AGAIN_LATER, "the device has no memory for what was asked for"
    return CloseCode.INTERNAL_ERROR, ""


def as_reason(sentence: str) -> str:
    """As much of a sentence as a WebSocket can be closed with."""
    return sentence.strip().encode()[:_REASON_BYTES].decode(errors="ignore")


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
            self.handle(message, time.monotonic())
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

    def handle(self, message: messages.ViewerMessage | None, now: float) -> None:
        """Do what the viewer says; None: nothing that is known here. Raises ProtocolError and UsageError."""
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


class Visitor(ABC):
    """Somebody who sees a stream, whatever is spoken: by what it is found, and sent away."""

    asked: HttpRequest
    """What it asked for when it came."""
    address: Hashable
    """Of whoever asks, as `peers.origin` says."""
    right = Right.NOTHING

    @abstractmethod
    def watches(self, stream: Stream) -> bool:
        """Whether it sees this stream."""

    @abstractmethod
    def end(self, goodbye: Goodbye | None) -> None:
        """Send it away; None: it is gone."""


class Watcher(ABC):
    """A peer of a subscription: what of `hub.subscription.Peer` is the same for all."""

    logger: LoggerLike
    """What hears of faults of ours."""

    @abstractmethod
    def end(self, goodbye: Goodbye | None) -> None:
        """Say how it ends; None: it is gone."""

    @abstractmethod
    def fileno(self) -> int:
        """The socket that pictures are written to, or what the walk takes in its place (`walk.outlet`)."""

    @abstractmethod
    def write(self, message: str) -> None:
        """Send a control message, after whatever of a picture is still to be sent."""

    @abstractmethod
    def finish_picture(self) -> None:
        """Send what is still to be sent of a picture."""

    def refuse(self, sentence: str) -> None:
        """There is nothing that the viewer can decode."""
        self.end((UNSUITED, sentence))

    def fail(self) -> None:
        """A fault of ours, which is being handled: each viewer could bring it about as often as it likes."""
        self.logger.exception("what a viewer asked for could not be done")
        self.end(goodbye_after(sys.exception()))


class Socketless(Watcher):
    """One in this process: of pictures all is taken at once, and the next comes when it is given the walk again."""

    _viewer: Viewer

    def end(self, goodbye: Goodbye | None) -> None:
        """Say how it ends."""
        self._viewer.end(goodbye)

    def fileno(self) -> int:
        """There is no socket."""
        return BY_TRANSPORT

    def write(self, message: str) -> None:
        """Take a control message, behind a picture that came before."""
        self._finish()
        self._hear(message)
        self._give()

    def finish_picture(self) -> None:
        """Take a picture: all of it."""
        self._finish()
        self._give()

    def time_out(self) -> None:
        """Nothing was heard of the viewer for too long."""
        self.end((SILENT, "nothing was heard"))

    @abstractmethod
    def _finish(self) -> None:
        """Take the picture that is there, if there is one."""

    @abstractmethod
    def _hear(self, message: str) -> None:
        """Take a control message."""

    @abstractmethod
    def _give(self) -> None:
        """The next picture may come, and be it at once, unless it is to wait."""


class Guest(Visitor, Watcher):
    """A connection that asks to watch, whatever it speaks."""

    refused: Goodbye | None = None
    """Why it is not let in."""
    _viewer: Viewer | None = None

    def attach(self, stream: Stream, request: Request) -> Viewer:
        """From now on this is a viewer of a stream."""
        self._viewer = Viewer(self, stream, request)
        stream.begin(self._viewer.subscription)
        return self._viewer

    def detach(self) -> None:
        """From now on it is none."""
        viewer, self._viewer = self._viewer, None
        if viewer:
            viewer.leave()

    @property
    def may_operate(self) -> bool:
        """The device, where anybody may."""
        return self.right >= Right.CONTROL

    @property
    @abstractmethod
    def is_behind(self) -> bool:
        """Whether it has said more than was heard: it is not silent."""

    def time_out(self) -> None:
        """Nothing was heard of the viewer for too long, also while a full socket holds up what is sent."""
        if not self.is_behind:
            self.end((SILENT, "nothing was heard"))

    def watches(self, stream: Stream) -> bool:
        """Whether it is a viewer of this stream."""
        return self._viewer is not None and self._viewer.stream is stream

    def end(self, goodbye: Goodbye | None) -> None:
        """Say goodbye to the viewer, if it is one; None: it is gone."""
        if self._viewer:
            self._viewer.end(goodbye)

    @abstractmethod
    async def say_goodbye(self, code: int, reason: str) -> None:
        """Close the connection; a peer that does not answer is left."""

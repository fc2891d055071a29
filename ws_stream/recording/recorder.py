"""What is recorded of what a viewer receives, and when that was. Knows nothing of files and sockets."""

from typing import Protocol

from ..errors import ProtocolError
from ..limits import MAX_SERVER_MESSAGE, MAX_TIME
from ..pixels.frame import Frame
from ..protocol import control, messages
from .chunk import Chunk, Kind

PASSING = (
    *(messages.Unchanged, messages.Waiting, messages.Pace),
    *(messages.ClockAnswer, messages.Granted),
)
"""What only concerns the connection on which it was said."""
_NO_HEADER = b"\0\0"
"""What a binary message begins with that is no picture."""


class Sink(Protocol):
    """Where chunks go."""

    def add(self, chunk: Chunk, frame: Frame | None = None) -> None:
        """Take a chunk, with the picture that it shows. Raises UsageError when there is no room."""

    def close(self, position: int, received: int) -> None:
        """The last picture was shown until this position. Raises UsageError."""


class Timeline:
    """Positions, in microseconds: by the device's clock from picture to picture, by the recorder's over a gap."""

    def __init__(self) -> None:
        self._position = 0
        self._time: int | None = None
        """Of the last picture by the device's clock; None before the first, and over a gap."""
        self._received: int | None = None

    @property
    def position(self) -> int:
        """That of the last picture."""
        return self._position

    def picture(self, time: int, received: int) -> int:
        """The position of a picture."""
        if self._time is not None:
            forward = max(0, time - self._time)  # of a clock that steps back nothing is known
            self._position = min(self._position + forward, MAX_TIME - 1)
        elif self._received is not None:
            self._position = self.now(received)
        self._time, self._received = time, received
        return self._position

    def now(self, received: int) -> int:
        """The position of what is not a picture, by when it came."""
        if self._received is None:
            return self._position
        return self._position + max(0, received - self._received)

    def lost(self) -> None:
        """The device's clock may be another one from now on."""
        self._time = None


class Recorder:
    """Tells a sink what is to be kept."""

    def __init__(self, sink: Sink) -> None:
        self.pictures = 0
        self.gaps = 0
        self.received = 0
        """Bytes of all messages."""
        self._sink = sink
        self._timeline = Timeline()
        self._is_lost = False
        self._problem: str | None = None
        """What was said last of the source: while it lasts, that is said again each second."""

    def take(self, message: str | bytes, frame: Frame | None, received: int) -> None:
        """A message that came, and the picture that it made, if any. Raises UsageError when there is no room."""
        self.received += len(message)
        self._is_lost = False
        if isinstance(message, str):
            if len(message) <= MAX_SERVER_MESSAGE and (kind := self._kind_of(message)):
                self._add(kind, message.encode(), received)
        elif frame:
            self.pictures += 1
            position = self._timeline.picture(frame.time, received)
            self._sink.add(Chunk(Kind.PICTURE, position, received, message), frame)
        elif message[:2] == _NO_HEADER:
            self._add(Kind.BINARY, message, received)

    def lost(self, reason: str, received: int) -> None:
        """The connection was lost, or cannot be made again yet. Raises UsageError when there is no room."""
        if self._is_lost:
            return
        self._is_lost = True
        self.gaps += 1
        self._problem = None
        self._add(Kind.GAP, reason.encode(), received)
        self._timeline.lost()

    def position(self, received: int) -> int:
        """How far the recording has come at this moment."""
        return self._timeline.now(received)

    def close(self, received: int) -> None:
        """Nothing more comes. Raises UsageError when there is no room."""
        self._sink.close(self.position(received), received)

    def _add(self, kind: Kind, payload: bytes, received: int) -> None:
        """What is not a picture stands where the picture before it does."""
        self._sink.add(Chunk(kind, self._timeline.position, received, payload))

    def _kind_of(self, text: str) -> Kind | None:
        """As what a text message is kept; None for what only concerned the connection, or was refused."""
        try:
            message = control.parse_from_server(text)
        except ProtocolError:
            return None
        if isinstance(message, messages.Problem):
            is_known, self._problem = message.reason == self._problem, message.reason
            return None if is_known else Kind.TEXT
        if isinstance(message, messages.Announcement):
            return Kind.ANNOUNCEMENT
        return None if isinstance(message, PASSING) else Kind.TEXT

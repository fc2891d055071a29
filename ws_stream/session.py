"""What one connection has brought a viewer: messages go in, frames and replies come out. Sans I/O; told the time.

The states are those of docs/protocol.md. Its twin is web/session.js.
"""

from typing import NamedTuple

from .clock import DeviceClock
from .codec import decode
from .errors import ProtocolError
from .limits import MAX_SERVER_MESSAGE
from .pixels.frame import Frame
from .printable import printable
from .protocol import control, messages
from .protocol.picture import is_no_ack, is_picture

SILENT_AT_MOST = 5.0
"""Seconds after which a viewer that hears a report says something: the server takes it for dead after 15."""


class Outcome(NamedTuple):
    """What a message led to."""

    frame: Frame | None = None
    """A new picture."""
    refused: ProtocolError | None = None
    """Why the message was refused; a delta against blank was asked for, or is."""
    reply: messages.ViewerMessage | None = None
    """To be sent."""


class Session:
    """What is held, and what was heard of the stream. `now` is always seconds of one clock that only moves forward."""

    def __init__(self) -> None:
        self.announcement: messages.Announcement | None = None
        self.held: Frame | None = None
        """The blank picture of number 0 before the first; None before the announcement."""
        self.problem: str | None = None
        """Why the source gives no pictures now, as it may be printed."""
        self.clock = DeviceClock()
        self.is_alive = False
        """A report was heard, or a picture applied."""
        self._is_resyncing = False
        self._drawn: Frame | None = None
        self._said = float("-inf")

    def receive(self, message: str | bytes, now: float) -> Outcome:
        """Handle what the server sent. Raises ProtocolError for what ends the connection."""
        outcome = (
            self._on_control(message, now)
            if isinstance(message, str)
            else self._on_binary(message, now)
        )
        if outcome.reply is not None:
            self._said = now
        return outcome

    def acknowledge(self, frame: Frame, message: bytes, now: float) -> messages.Acknowledge | None:
        """What is to be sent once this frame, which the message made, was shown."""
        self._drawn = frame
        if is_no_ack(message):
            return None
        self._said = now
        return messages.Acknowledge(frame.number, frame.epoch)

    def ask_clock(self, now: float) -> messages.ClockQuestion | None:
        """The question of the device's time, when it is due."""
        if not self.clock.asks(now):
            return None
        self._said = now
        return _question(now)

    def resync(self, now: float) -> messages.Resync | None:
        """Hold nothing any more; what is to be sent to have a delta against blank, None before there is a stream."""
        if self.announcement is None:
            return None
        self.held = self._blank()
        self._is_resyncing, self._said = True, now
        return messages.Resync()

    def _on_binary(self, message: bytes, now: float) -> Outcome:
        if not is_picture(message):
            return Outcome()
        if self.held is None:
            raise ProtocolError("a picture before the announcement")
        try:
            self.held = decode(message, self.held)
        except ProtocolError as error:
            if self._is_resyncing:  # more deltas that fit nothing may be on their way
                self.held = self._blank()
                return Outcome(refused=error)
            return Outcome(refused=error, reply=self.resync(now))
        self._is_resyncing, self.is_alive = False, True
        return Outcome(self.held)

    def _on_control(self, text: str, now: float) -> Outcome:
        if len(text) > MAX_SERVER_MESSAGE:
            raise ProtocolError(f"a control message of over {MAX_SERVER_MESSAGE} characters")
        match control.parse_from_server(text):
            case messages.Announcement() as announcement:
                self.announcement, self._is_resyncing, self._drawn = announcement, False, None
                self.held = self._blank()
            case messages.ClockAnswer() as answer:
                self.clock.answered(answer.viewer_time / 1e6, answer.time, now)
            case messages.Problem(reason):
                self.problem = reason and printable(reason)
                return self._on_report(now)
            case messages.Unchanged() | messages.Waiting() | messages.Pace():
                return self._on_report(now)
        return Outcome()

    def _on_report(self, now: float) -> Outcome:
        self.is_alive = True
        if self._is_resyncing:  # the answer may have been refused too
            return Outcome(reply=messages.Resync())
        if now - self._said < SILENT_AT_MOST:
            return Outcome()
        if self._drawn:
            return Outcome(reply=messages.Acknowledge(self._drawn.number, self._drawn.epoch))
        return Outcome(reply=_question(now))

    def _blank(self) -> Frame | None:
        return self.announcement.blank() if self.announcement else None


def _question(now: float) -> messages.ClockQuestion:
    return messages.ClockQuestion(int(now * 1e6))

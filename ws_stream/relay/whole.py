"""A stream as somebody holds it who has followed it up to now, as messages that bring up a node that comes.

Made anew, in the protocol's own messages, so that the device is not asked. Knows nothing of NATS.
"""

from typing import NamedTuple

from ..codec import encode
from ..pixels.frame import Frame
from ..protocol import control, messages


class Held(NamedTuple):
    """What is known of a stream after one message of its publisher."""

    publisher: str
    after: int
    """That message."""
    announcement: messages.Announcement | None = None
    problem: str | None = None
    frame: Frame | None = None


class Wholes:
    """Answers; one picture is encoded once, for however many."""

    def __init__(self) -> None:
        self._made: tuple[Frame | None, bytes] = None, b""

    def messages(self, held: Held) -> list[str | bytes]:
        """What makes a session that holds nothing hold this."""
        if held.announcement is None:
            return []
        said: list[str | bytes] = [
            control.serialize(held.announcement),
            control.serialize(messages.Problem(held.problem)),
        ]
        frame = held.frame
        if frame is None or frame.number == 0 or frame.epoch != held.announcement.epoch:
            return said
        if self._made[0] is not frame:
            self._made = frame, encode(frame)
        return [*said, self._made[1]]

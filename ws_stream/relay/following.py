"""What a node makes of a publisher's messages, and of the whole picture that it asks for: messages in their order.

Pure; told the time. While a whole picture is asked for, the newest messages are kept; those that it does not hold yet
follow it. Knows nothing of what is in a message, nor of whom it asks.
"""

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from ..errors import ProtocolError
from ..limits import MAX_MESSAGE
from .parts import PART, Gathering, Part, parse, parse_end

MOST_KEPT = 8
"""Messages kept while a whole picture is on its way: more than come in a round trip."""


MOST_AHEAD = 64
"""Messages that whoever answers may be ahead of this node: what it claims to hold is passed over when it comes."""
MOST_ANSWERED = 3
"""Messages of an answer: what the stream is, what is wrong with it, a picture."""


class Numbered(NamedTuple):
    """A message to be heeded."""

    publisher: str
    number: int
    """The publisher's, up to which all is heeded with it."""
    message: str | bytes


class Whole(NamedTuple):
    """An answer: what the stream is, and a whole picture of it, as far as they are there."""

    publisher: str
    after: int
    """The publisher's message up to which all is in it."""
    messages: tuple[str | bytes, ...]


class Answer:
    """Puts one together, of the messages that come for it: two publishers may answer at once, of nodes one does.

    `publisher` is the one whose answer is wanted; None: of whom it is first. `is_only`: no other answer follows.
    """

    def __init__(self, publisher: str | None, now: float, *, is_only: bool = False) -> None:
        self._is_only = is_only
        self._gathering = Gathering()
        if publisher:
            self._gathering.expect(publisher, 1, now)
        self._messages: list[str | bytes] = []

    def take(self, headers: Mapping[str, str], data: bytes, now: float) -> Whole | None:
        """What came; the answer when that was its end. Raises ProtocolError for what is none."""
        if PART in headers:
            message = self._gathering.take(parse(headers, data), now).message
            if message is not None:
                self._messages.append(message)
            if len(self._messages) > MOST_ANSWERED:
                raise ProtocolError("an answer that goes on and on")
            return None
        end = parse_end(headers)
        if self._gathering.publisher not in (None, end.publisher):
            if self._is_only:
                raise ProtocolError("an answer of another publisher's stream")
            return None
        if end.messages != len(self._messages):
            raise ProtocolError("an answer of which something is missing")
        return Whole(end.publisher, end.after, tuple(self._messages))


class Following:
    """One publisher's messages without a gap. After a gap there is none until a whole picture has closed it."""

    def __init__(self) -> None:
        self.is_waiting = True
        """For a whole picture."""
        self._number = 0  # returned last, or in the whole picture
        self._gathering = Gathering()
        self._kept: deque[Numbered] = deque()

    @property
    def publisher(self) -> str | None:
        """Whom it follows."""
        return self._gathering.publisher

    def is_silent(self, now: float) -> bool:
        """Whether nothing was heard of the publisher for too long."""
        return self._gathering.is_silent(now)

    def lose(self) -> None:
        """What was returned is of no use any more: a whole picture is needed."""
        self.is_waiting = True
        self._kept.clear()

    def take(self, part: Part, now: float) -> list[Numbered]:
        """The messages to be heeded now, after what came on the stream's subject."""
        message, is_gap = self._gathering.take(part, now)
        if is_gap:
            self.lose()
        if message is None:
            return []
        if self.is_waiting:
            self._keep(Numbered(part.publisher, part.message, message))
            return []
        if part.message <= self._number:  # it is in the whole picture
            return []
        self._number = part.message
        return [Numbered(part.publisher, part.message, message)]

    def answered(self, whole: Whole, now: float) -> list[Numbered]:
        """The messages to be heeded now, after what was asked for came."""
        if not self.is_waiting:
            return []
        if self.publisher not in (None, whole.publisher) and not self.is_silent(now):
            return []
        if self.publisher != whole.publisher:
            self._gathering.expect(whole.publisher, whole.after + 1, now)
            self._kept.clear()
        newer = [kept for kept in self._kept if kept.number > whole.after]
        first = newer[0].number if newer else self._gathering.number
        if (
            not first - 1 <= whole.after < first + MOST_AHEAD
        ):  # one between is missing, or it is made up
            return []
        self.is_waiting = False
        self._kept.clear()
        self._number = newer[-1].number if newer else whole.after
        held = (Numbered(*whole[:2], message) for message in whole.messages)
        return [*held, *newer]

    def _keep(self, numbered: Numbered) -> None:
        self._kept.append(numbered)
        while len(self._kept) > MOST_KEPT or self._kept_bytes() > MAX_MESSAGE:
            self._kept.popleft()

    def _kept_bytes(self) -> int:
        return sum(len(kept.message) for kept in self._kept)

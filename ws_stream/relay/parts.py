"""The protocol's messages as messages of NATS: in parts, each of which says whose and which it is, and whole again.

Pure; told the time. Knows nothing of sockets, nor of what is in a message. docs/nats.md is the authority.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..errors import ProtocolError, UsageError
from ..limits import MAX_COUNT, MAX_MESSAGE

SILENCE = 2.0
"""Seconds after which a publisher counts as gone, and another one may take its place: it speaks every second."""
MAX_PARTS = 4096
"""Of a message: enough for the largest picture with a server that takes 32 kB at a time."""
HEADER_ROOM = 256
"""Bytes of the headers, at most: the server counts them too."""

PUBLISHER, MESSAGE, PART, KIND, AFTER = (
    *("Ws-Publisher", "Ws-Message", "Ws-Part", "Ws-Kind"),
    "Ws-After",
)
"""The headers' names."""

_ID = re.compile(r"[0-9a-f]{16}")
_COUNT = re.compile(r"[1-9][0-9]{0,15}|0")
_PART = re.compile(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})")
_KINDS = ("text", "binary")


class Part(NamedTuple):
    """A part of a message."""

    publisher: str
    """A random number, in 16 digits of `0-9a-f`: one life of a publisher."""
    message: int
    """Counts its messages, from 1."""
    part: int
    """From 1 to `parts`."""
    parts: int
    is_text: bool
    data: bytes


class End(NamedTuple):
    """What follows the messages of an answer."""

    publisher: str
    messages: int
    """How many there were."""
    after: int
    """The publisher's message up to which all is in them."""


def split(
    message: str | bytes, publisher: str, number: int, most: int
) -> Iterator[tuple[dict[str, str], bytes]]:
    """Headers and bytes of each part, for a server that takes so many bytes at a time.

    Raises UsageError where that is too little.
    """
    data = message.encode() if isinstance(message, str) else message
    room = most - HEADER_ROOM
    parts = max(1, -(-len(data) // room)) if room > 0 else MAX_PARTS + 1
    if parts > MAX_PARTS:
        raise UsageError(
            f"the NATS server takes {most} bytes at a time, too few for a message of {len(data)}; "
            "right would be max_payload: 1MB in its configuration"
        )
    fixed = {PUBLISHER: publisher, MESSAGE: str(number), KIND: _KINDS[isinstance(message, bytes)]}
    for part in range(parts):
        yield {**fixed, PART: f"{part + 1}/{parts}"}, data[part * room : (part + 1) * room]


def is_id(text: str) -> bool:
    """Whether it may be a publisher's or a node's random number."""
    return bool(_ID.fullmatch(text))


def end(publisher: str, messages: int, after: int) -> dict[str, str]:
    """The headers that end an answer."""
    return {PUBLISHER: publisher, MESSAGE: str(messages), AFTER: str(after)}


def parse_end(headers: Mapping[str, str]) -> End:
    """What ends an answer. Raises ProtocolError."""
    publisher = headers.get(PUBLISHER, "")
    if not is_id(publisher):
        raise ProtocolError("an answer of nobody")
    return End(publisher, _count(headers.get(MESSAGE, "")), _count(headers.get(AFTER, "")))


def parse(headers: Mapping[str, str] | None, data: bytes) -> Part:
    """The part that came. Raises ProtocolError for what is none."""
    said = headers or {}
    publisher, kind = said.get(PUBLISHER, ""), said.get(KIND, "")
    place = _PART.fullmatch(said.get(PART, ""))
    if not is_id(publisher) or place is None or kind not in _KINDS:
        raise ProtocolError("a message without the headers of a part")
    part, parts = int(place[1]), int(place[2])
    if part > parts or parts > MAX_PARTS:
        raise ProtocolError(f"part {part} of {parts}")
    return Part(publisher, _count(said.get(MESSAGE, "")), part, parts, kind == "text", data)


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text) or int(text) >= MAX_COUNT:
        raise ProtocolError("a header that is no number")
    return int(text)


class Gathered(NamedTuple):
    """What a part led to."""

    message: str | bytes | None = None
    """All of one."""
    is_gap: bool = False
    """Something is missing, twice or out of order; or it is another publisher from now on."""


NOTHING = Gathered()


class Gathering:
    """Puts parts together, of one publisher. What is not the very next part is a gap, and no message is made of it."""

    def __init__(self) -> None:
        self.publisher: str | None = None
        """Whose parts these are; others' are passed over until it is silent."""
        self.number = 1
        """Of the message that is next, or that some parts are there of."""
        self._parts: list[bytes] = []
        self._bytes = 0
        self._like: tuple[int, bool] = 0, False
        self._heard = float("-inf")

    def is_silent(self, now: float) -> bool:
        """Whether nothing was heard of the publisher for too long."""
        return now - self._heard >= SILENCE

    def expect(self, publisher: str, number: int, now: float) -> None:
        """This message is the next one."""
        self.publisher, self._heard = publisher, now
        self._begin(number)

    def take(self, part: Part, now: float) -> Gathered:
        """A part that came."""
        is_gap = False
        if part.publisher != self.publisher:
            if not self.is_silent(now):
                return NOTHING
            self.expect(part.publisher, part.message, now)
            is_gap = True
        self._heard = now
        if not self._is_next(part):
            is_gap = True
            self._begin(part.message + (part.part > 1))
            if part.part > 1:  # nothing can be made of the rest of it
                return Gathered(is_gap=True)
        self._like = part.parts, part.is_text
        self._parts.append(part.data)
        self._bytes += len(part.data)
        if self._bytes > MAX_MESSAGE:
            self._begin(part.message + 1)
            return Gathered(is_gap=True)
        return (
            Gathered(self._whole(part), is_gap)
            if part.part == part.parts
            else Gathered(None, is_gap)
        )

    def _is_next(self, part: Part) -> bool:
        if part.message != self.number or part.part != len(self._parts) + 1:
            return False
        return part.part == 1 or self._like == (part.parts, part.is_text)

    def _whole(self, part: Part) -> str | bytes:
        data = b"".join(self._parts)
        self._begin(part.message + 1)
        return data.decode(errors="replace") if part.is_text else data

    def _begin(self, number: int) -> None:
        self.number, self._parts, self._bytes = number, [], 0

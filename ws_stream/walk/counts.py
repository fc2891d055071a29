"""What a stream has done so far: numbers that only grow, whoever comes and goes. Its twin is core/counts.h."""

from dataclasses import dataclass, field
from enum import IntEnum


class Reason(IntEnum):
    """Why a subscriber was not sent a picture when it came."""

    RATE = 0
    """It wants fewer, or may have fewer."""
    WINDOW = 1
    """Those in flight were not acknowledged."""
    SOCKET = 2
    """Its socket took no more."""
    WHOLES = 3
    """It waited for its turn of a whole picture."""


@dataclass(slots=True)
class Counts:
    """Of one walk."""

    pictures: int = 0
    """New ones, each once whatever the renditions."""
    encodings: int = 0
    """Of them, each for all subscribers at one base."""
    sent: int = 0
    """Messages handed to sockets, and to `messages`."""
    sent_bytes: int = 0
    skipped: list[int] = field(default_factory=lambda: [0] * len(Reason))
    """Pictures that a subscriber was sent a newer one instead of, by `Reason`."""

"""The errors ws-stream raises, and whose mistake each one is.

WsStreamError
├── UsageError         you erred: an option, an address, an array
│   ├── UnsuitedError  your viewer can decode nothing that there is
│   └── TakenError     another program or process has the port
├── SourceError        the device's memory did: gone, too short, torn
├── ConnectError       no server there, or it said no
├── WaitTimeoutError   what was waited for was not shown in time
└── ProtocolError      the other side erred: bytes that break docs/protocol.md
    └── ChecksumError  the picture is not the one that was sent

Every message is one sentence that says what is wrong and, where it can be known, what would be right.
"""

from enum import StrEnum


class WsStreamError(Exception):
    """Any error of ws-stream's own; its text is one sentence for people."""


class UsageError(WsStreamError, ValueError):
    """What the caller asked for cannot be done; nothing was changed."""


class UnsuitedError(UsageError):
    """Nothing that this viewer can decode can be made of the pictures."""


class TakenError(UsageError):
    """Somebody else listens there."""


class Failure(StrEnum):
    """What viewers hear of a source that gives no pictures. Never more: the rest may be secret, and is in the log."""

    NO_PICTURE = "the source gives no picture now; the device's log says why"
    UNREADABLE = "the source cannot be read now; the device's log says why"
    UNFIT = "the source's pictures are not of the kind that is served; the device's log says more"
    FAILED = "the source failed; the device's log says why"
    NOTHING_YET = "nothing written yet"
    TORN = "the writer overwrites pictures faster than they can be read"
    NO_MEMORY = "the device has no memory for a picture now; its log says more"
    ENDED = "the source ended"
    UNREACHED = "the device is not reached now; the log of what relays it says why"
    RING = "this would be its own source, by relays in a ring; right would be one less"


class SourceError(WsStreamError):
    """A source cannot give a picture now; it may be able to later. Viewers hear `failure`, the log hears the text."""

    def __init__(self, sentence: str, failure: Failure = Failure.NO_PICTURE) -> None:
        super().__init__(sentence)
        self.failure = failure


class ConnectError(WsStreamError):
    """No connection could be made, or the server refused and would refuse again."""


class WaitTimeoutError(WsStreamError, TimeoutError):
    """No picture was as it was wanted in the time given; the sentence says what was seen last."""


class ProtocolError(WsStreamError, ValueError):
    """A message that is not a valid one, or not one for the picture held; the picture is untouched."""


class ChecksumError(ProtocolError):
    """A well-formed message made a picture that is not the one its checksum names."""

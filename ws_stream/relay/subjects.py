"""Subjects of NATS: which there are for one stream, and what may be one. Pure; docs/nats.md is the authority."""

import re
from typing import NamedTuple

from ..arguments import shown
from ..errors import UsageError

WHO = "ws-stream-nodes"
"""Publishers and nodes of all streams are asked here who they are."""
QUEUE = "whole"
"""The queue group of the nodes that hold a picture: one of them is asked for it."""
MAX_LETTERS = 200
"""Letters of a subject: a server reads lines of 4096 bytes, and what is below it is longer."""

_SUBJECT = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


class Subjects(NamedTuple):
    """Those of one stream, by what is said there."""

    pictures: str
    """The publisher to all nodes: the protocol's messages."""
    request: str
    """Nodes to the publisher: what they want, again and again."""
    whole: str
    """A node to one of those that hold a picture: where am I?"""
    whole_publisher: str
    """The same to the publisher, where no node holds a picture."""
    clock: str
    """A node to the publisher: what time is it at the device?"""

    @property
    def needed(self) -> tuple[str, str]:
        """Those without which nothing works."""
        return self.pictures, self.request


def subjects(subject: object) -> Subjects:
    """Those of the stream at this subject. Raises UsageError for what cannot be one."""
    is_one = isinstance(subject, str) and _SUBJECT.fullmatch(subject)
    if not is_one or not isinstance(subject, str) or len(subject) > MAX_LETTERS:
        raise UsageError(
            f"{shown(subject)} is no subject of a stream; right would be words of letters, digits, - and _, "
            f"joined by points, {MAX_LETTERS} letters at most, such as lab.camera"
        )
    below = (f"{subject}.{word}" for word in ("request", "whole", "whole.publisher", "clock"))
    return Subjects(subject, *below)


def default_subject(name: str) -> str:
    """Where the stream of this name is published unless somebody says otherwise: one word, whatever the name."""
    return f"ws-stream.{name.replace('.', '-')}"

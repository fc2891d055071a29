"""Answers to nodes that ask where a stream is: by a node that holds a picture of it, or by its publisher.

Knows nothing of how it is held. Bounded in rate: who is not answered asks again, and by then there are more to ask.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from ..allowance import Allowance
from .nats_link import NatsLink, say_parts
from .parts import end, split
from .whole import Held, Wholes

A_SECOND, AT_ONCE = 2.0, 4.0
"""Whole pictures that one gives, a second and at once: each is as much work as ten deltas."""


class Answers:
    """At one subject, as one of a group of those that can answer."""

    def __init__(
        self, link: NatsLink, subject: str, held: Callable[[], Held | None], queue: str = ""
    ) -> None:
        self._link = link
        self._subject = subject
        self._held = held
        self._queue = queue
        self._allowance = Allowance(A_SECOND, AT_ONCE)
        self._wholes = Wholes()
        self._listening: Any = None

    async def start(self) -> None:
        """Answer from now on."""
        if self._listening is None:
            self._listening = await self._link.hear(self._subject, self._asked, self._queue)

    def stop(self) -> None:
        """Leave it to others."""
        listening, self._listening = self._listening, None
        if listening is not None:
            self._link.leave(listening)

    async def _asked(self, message: Any) -> None:  # noqa: ANN401 - the library's
        if not message.reply:
            return
        held = self._held()
        if held is None or not self._allowance.may_take(time.monotonic()):
            await self._link.say(message.reply, b"")
            return
        said = await asyncio.to_thread(self._wholes.messages, held)
        for number, each in enumerate(said, 1):
            parts = split(each, held.publisher, number, self._link.most)
            await say_parts(self._link, message.reply, parts)
        await self._link.say(message.reply, b"", end(held.publisher, len(said), held.after))

"""A node on one connection to NATS: says what it wants, follows the publisher, is brought up, and brings up others.

Knows nothing of who watches. Lives in one event loop.
"""

import asyncio
import json
import logging
import random
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from ..allowance import Allowance
from ..clock import DeviceClock
from ..errors import ProtocolError
from ..pixels.frame import Frame
from ..printable import MAX_LINE, printable
from ..protocol.messages import Resync
from ..session import Session
from .arrivals import Arrivals
from .device_time import clock_question, parse_clock_answer
from .following import Answer, Following, Numbered, Whole
from .leases import EVERY, NODE
from .nats_answers import Answers
from .nats_link import NatsLink
from .nats_questions import Questions, UnansweredError
from .parts import parse
from .subjects import QUEUE, Subjects
from .whole import Held

WITHIN = 1.5
"""Seconds for an answer to come; then another node is asked."""
AGAIN = 0.2, 0.8
"""Seconds between which it is asked again, by chance, as many may have lost the stream at once; longer each time."""
NOT_KNOWN = 0.25
"""Seconds after which somebody who did not know the time is asked again."""
SELDOM = 4
"""Times as long, at most."""
LINES_A_MINUTE = 1.0
"""Of the log, whatever is said on the subject."""

_log = logging.getLogger(__name__)


class Node:
    """Follows one stream; `next` and `heed` are called by turns."""

    def __init__(
        self, link: NatsLink, subjects: Subjects, wanted: Callable[[], Mapping[str, Any]]
    ) -> None:
        self._link = link
        self._subjects = subjects
        self._wanted = wanted
        self.following = Following()
        self.session = Session()
        self.clock = DeviceClock()
        self._arrivals = Arrivals()
        self._questions = Questions(link)
        self._to_do = _ToDo()
        self._held: Held | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Follow the stream within."""
        self._to_do.changed.set()
        await self._link.hear(self._subjects.pictures, self._heard)
        await self._questions.open()
        works = (self._request_on(), self._catch_up_on(), self._ask_clock_on())
        tasks = [asyncio.ensure_future(work) for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def ask(self) -> None:
        """What is wanted has changed: say so at once."""
        self._to_do.asked.set()

    async def next(self, within: float) -> Numbered | None:
        """The next message to be heeded; None where there was none within so many seconds."""
        return await self._arrivals.next(within)

    def heed(self, arrived: Numbered) -> Frame | None:
        """The picture that a message makes. What makes none of it is lost, and asked for."""
        publisher, number, message = arrived
        if isinstance(message, bytes) and self.session.announcement is None:
            self._lose()
            return None
        try:
            outcome = self.session.receive(message, time.monotonic())
        except ProtocolError as error:
            self._complain(error)
            return None
        if outcome.refused or isinstance(outcome.reply, Resync):
            self._lose()
            return None
        session = self.session
        if self._held is None:
            self._to_do.changed.set()
        self._held = Held(publisher, number, session.announcement, session.problem, session.held)
        return outcome.frame

    def _lose(self) -> None:
        self._arrivals.clear()
        self.following.lose()
        self._held = None
        self._to_do.changed.set()

    async def _heard(self, message: Any) -> None:  # noqa: ANN401 - the library's
        try:
            part = parse(message.headers, message.data)
        except ProtocolError as error:
            self._complain(error)
            return
        self._arrive(self.following.take(part, time.monotonic()))

    def _arrive(self, arrived: list[Numbered]) -> None:
        if not self._arrivals.put(arrived):  # whoever watches here is late
            self._lose()
        if self.following.is_waiting:
            self._to_do.changed.set()

    def _complain(self, error: ProtocolError) -> None:
        if self._to_do.lines.may_take(time.monotonic()):
            _log.warning(
                "%s",
                printable(f"subject {self._subjects.pictures}: {error}; passed over", MAX_LINE),
            )

    async def _request_on(self) -> None:
        """Say what is wanted, again and again, and at once when that has changed."""
        headers = {NODE: self._to_do.id}
        while True:
            self._to_do.asked.clear()
            said = json.dumps({"type": "request", **self._wanted()}, separators=(",", ":"))
            await self._link.say(self._subjects.request, said.encode(), headers)
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self._to_do.asked.wait()

    async def _catch_up_on(self) -> None:
        """Be brought up whenever the stream was lost, and bring up others else."""
        answers = Answers(self._link, self._subjects.whole, lambda: self._held, QUEUE)
        while True:
            await self._to_do.changed.wait()
            self._to_do.changed.clear()
            if self.following.is_waiting:
                answers.stop()
                await self._catch_up()
            elif self._held:
                await answers.start()

    async def _catch_up(self) -> None:
        """Ask for a whole picture until one fits."""
        in_vain = 0
        while self.following.is_waiting:
            whole = await self._asked(in_vain)
            if whole:
                self._arrive(self.following.answered(whole, time.monotonic()))
            if self.following.is_waiting:
                in_vain += 1
                pause = random.uniform(*AGAIN)  # noqa: S311 - it only spreads them
                await asyncio.sleep(pause * min(1 + in_vain / 4, SELDOM))

    async def _asked(self, in_vain: int) -> Whole | None:
        """What a node answers; the publisher where there is none, or where nodes did not twice in a row."""
        is_in_trouble = in_vain % 3 == 2  # noqa: PLR2004 - as above
        asked = (self._subjects.whole, self._subjects.whole_publisher)[is_in_trouble:]
        for subject in asked:
            now, following = time.monotonic(), self.following
            publisher = None if following.is_silent(now) else following.publisher
            answer = Answer(publisher, now, is_only=subject == self._subjects.whole)
            try:
                return await self._questions.ask(subject, b"", partial(_take, answer), WITHIN)
            except UnansweredError as error:
                if not error.is_nobody:
                    return None
            except ProtocolError:  # it is busy, or behind, or something is missing
                return None
        return None

    async def _ask_clock_on(self) -> None:
        """Ask what time it is at the device, whenever that is due."""
        while True:
            now = time.monotonic()
            if self.clock.asks(now):
                await self._ask_clock(int(now * 1e6))
            await asyncio.sleep(max(0.0, self.clock.ask_at - time.monotonic()))

    async def _ask_clock(self, asked: int) -> None:
        question = clock_question(asked)
        try:
            device_us, uncertainty = await self._questions.ask(
                *(self._subjects.clock, question),
                lambda _, data: parse_clock_answer(data, asked),
                WITHIN,
            )
        except (UnansweredError, ProtocolError):  # a publisher that has just begun does not know it
            self.clock.ask_at = time.monotonic() + NOT_KNOWN
        else:
            self.clock.answered(asked / 1e6, device_us, time.monotonic(), uncertainty)


class _ToDo:
    """What wakes a node's work."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(8)
        self.changed = asyncio.Event()
        self.asked = asyncio.Event()
        self.lines = Allowance(LINES_A_MINUTE / 60, 1)


def _take(answer: Answer, headers: Mapping[str, str], data: bytes) -> Whole | None:
    return answer.take(headers, data, time.monotonic())

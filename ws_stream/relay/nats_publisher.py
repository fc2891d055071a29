"""A stream's messages, published unchanged to a subject of NATS, while a node there wants them.

It is an ordinary viewer of the stream: connected while there is a node with viewers, and paced by what NATS takes.
Knows nothing of who watches at the nodes: what it does does not depend on how many they are.
"""

import asyncio
import logging
import secrets
import time
from contextlib import aclosing, suppress
from typing import Any

from ..allowance import Allowance
from ..client import Connection
from ..clock import Age
from ..errors import ConnectError, ProtocolError
from ..pixels.frame import Frame
from ..printable import MAX_LINE, printable
from ..protocol import control, messages
from ..protocol.picture import is_no_ack, is_picture
from ..retry import Retry
from .device_time import clock_answer
from .leases import NODE, Leases, parse_request
from .nats_answers import Answers
from .nats_link import NatsLink, say_parts
from .nats_presence import Found, be_found
from .parts import SILENCE, is_id, parse, split
from .schemes import without_secrets
from .subjects import Subjects
from .whole import Held

TICK = 0.5
"""Seconds after which it is seen who still wants pictures; while the device is away, nodes are told so as often."""
LINES_A_MINUTE, LINES_AT_ONCE = 1.0, 3.0
"""Of the log, whatever is said on the subjects."""
AWAY = "the device cannot be reached; the publisher's log says why"
"""What viewers hear then."""

_OWN = messages.ClockAnswer | messages.Granted
"""What a server says to one viewer only."""
_log = logging.getLogger(__name__)


class NatsPublisher:
    """One stream to one subject."""

    def __init__(self, device: Connection, link: NatsLink, subjects: Subjects) -> None:
        self._device = device
        self._link = link
        self._subjects = subjects
        self._leases = Leases()
        self._asked = asyncio.Event()
        self._held = Held(secrets.token_hex(8), 0)
        self._number = 0
        self._turn = asyncio.Lock()
        self._lines = Allowance(LINES_A_MINUTE / 60, LINES_AT_ONCE)

    async def run(self) -> None:
        """Until it is cancelled. Raises ConnectError where the server refuses, UsageError where it takes too little."""
        subjects, hear = self._subjects, self._link.hear
        await hear(subjects.request, self._requested)
        await hear(subjects.clock, self._asked_clock)
        await hear(subjects.pictures, self._heard_another)
        await Answers(self._link, subjects.whole_publisher, lambda: self._held).start()
        await be_found(self._link, self._told)
        while True:
            await self._while_wanted()
            self._asked.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._asked.wait()
            self._link.check()

    async def _while_wanted(self) -> None:
        """Be a viewer for as long as there is a node that wants one."""
        wanted = self._leases.wanted(time.monotonic())
        if wanted is None:
            return
        await self._device.ask(wanted)
        following = asyncio.ensure_future(self._follow())
        try:
            while (now := self._leases.wanted(time.monotonic())) is not None:
                if now != wanted:
                    wanted = now
                    await self._device.ask(now)
                self._link.check()
                if (await asyncio.wait([following], timeout=TICK))[0]:
                    following.result()
                if self._held.problem == AWAY:
                    await self._report(AWAY)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            self._held = Held(self._held.publisher, self._number)

    async def _follow(self) -> None:
        """Publish what the device says; while it cannot be reached, say so. Raises UsageError."""
        retry = Retry()
        while True:
            try:
                async with aclosing(self._device.messages()) as came:
                    async for message, frame in came:
                        await self._pass_on(message, frame)
                        if frame:
                            retry.shown()
            except ConnectError as error:
                await self._lose(str(error))
            await asyncio.sleep(retry.wait())

    async def _pass_on(self, message: str | bytes | None, frame: Frame | None) -> None:
        """What the device said, None where it is lost, and the frame that it made. It counts as shown afterwards."""
        device = self._device
        if message is None:
            await self._lose(f"{without_secrets(device.url)}: {device.lost}")
            return
        if isinstance(message, str) and isinstance(control.parse_from_server(message), _OWN):
            return
        was_away, before = self._held.problem == AWAY, self._held
        number = await self._publish(message)
        frame = frame or (before.frame if device.announcement is before.announcement else None)
        self._held = Held(before.publisher, number, device.announcement, device.problem, frame)
        if was_away:
            await self._report(device.problem)
        if isinstance(message, bytes) and is_picture(message) and not is_no_ack(message):
            await self._link.taken()  # so NATS paces the device, as any viewer does

    async def _publish(self, message: str | bytes) -> int:
        """Say it to all nodes, if there is a connection; they notice by its number where there is none."""
        async with self._turn:
            publisher, self._number = self._held.publisher, self._number + 1
            parts = split(message, publisher, self._number, self._link.most)
            await say_parts(self._link, self._subjects.pictures, parts)
            return self._number

    async def _report(self, problem: str | None) -> None:
        number = await self._publish(control.serialize(messages.Problem(problem)))
        self._held = self._held._replace(after=number, problem=problem)

    async def _lose(self, why: str) -> None:
        self._complain(why)
        await self._report(AWAY)

    def _complain(self, sentence: str) -> None:
        if self._lines.may_take(time.monotonic()):
            _log.warning(
                "%s", printable(f"subject {self._subjects.pictures}: {sentence}", MAX_LINE)
            )

    async def _requested(self, message: Any) -> None:  # noqa: ANN401 - the library's
        node = (message.headers or {}).get(NODE, "")
        try:
            if not is_id(node):
                raise ProtocolError("a request of nobody")
            self._leases.take(node, parse_request(message.data), time.monotonic())
        except ProtocolError as error:
            self._complain(f"{error}; passed over")
            return
        self._asked.set()

    async def _asked_clock(self, message: Any) -> None:  # noqa: ANN401 - as above
        frame, age = self._held.frame, self._age()
        if not message.reply:
            return
        try:
            answer = clock_answer(message.data, frame, age) if frame and age else b""
        except ProtocolError as error:
            self._complain(f"{error}; passed over")
            return
        await self._link.say(message.reply, answer)

    async def _heard_another(self, message: Any) -> None:  # noqa: ANN401 - as above
        try:
            other = parse(message.headers, message.data).publisher
        except ProtocolError as error:
            self._complain(f"{error}; passed over")
            return
        self._complain(
            f"another publisher, {other}, publishes there too; each node stays with the one that it heard first until "
            f"that is silent for {SILENCE:g} s. Right would be one of them, or another --subject"
        )

    def _age(self) -> Age | None:
        return self._device.age(self._held.frame) if self._held.frame else None

    def _told(self) -> Found:
        age = self._age()
        return Found(
            *(self._subjects.pictures, "publisher", without_secrets(self._device.url)),
            self._leases.count(time.monotonic()),
            round(age.seconds, 3) if age else None,
        )

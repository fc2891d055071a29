"""A stream over NATS, as a viewer's connection has it: what `serve nats://HOST:PORT/SUBJECT` relays.

Knows nothing of who watches here. A connection is there while messages are asked for.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from os import PathLike
from typing import Any

from ..clock import Age
from ..pixels.frame import Frame
from .nats_address import nats_address
from .nats_library import library
from .nats_link import NatsLink
from .nats_node import Node
from .parts import SILENCE

TICK = 1.0
"""Seconds after which it is seen whether there still is a connection, and a publisher."""


class NatsUpstream:
    """One stream at one subject."""

    def __init__(self, address: str, tls_ca: str | PathLike[str] | None = None) -> None:
        """Raises UsageError for what is no such address, and where the extra is missing."""
        self.address = nats_address(address, tls_ca)
        """The server's."""
        self._subjects = self.address.subjects()
        library()
        self.problem: str | None = None
        """Why there are no pictures at the device, in the words that viewers there are told."""
        self.lost: str | None = None
        """Why nothing comes now; None while something does."""
        self._members: Mapping[str, Any] = {}
        self._node: Node | None = None
        self._newest: Frame | None = None

    @property
    def url(self) -> str:
        """Its address, without any password."""
        return f"{self.address.place}/{self.subject}"

    @property
    def subject(self) -> str:
        """Where its pictures are."""
        return self._subjects.pictures

    def age(self, frame: Frame) -> Age | None:
        """How long ago the frame was taken, by the device's clock; None until that is known."""
        node = self._node
        return node.clock.age(frame.time, time.monotonic()) if node else None

    def age_now(self) -> float | None:
        """Seconds since the newest picture was taken; None while nobody watches here, and until that is known."""
        frame = self._newest
        age = self.age(frame) if frame else None
        return round(age.seconds, 3) if age else None

    async def ask(self, members: Mapping[str, Any]) -> None:
        """What is wanted from now on, as members of a `request`."""
        self._members = members
        if self._node:
            self._node.ask()

    async def messages(self) -> AsyncGenerator[tuple[str | bytes | None, Frame | None]]:
        """Every message, and the frame that it made, if it made one; None where connection or publisher were lost.

        Both are waited for as long as it takes. Raises ConnectError when the server does not let this user in.
        """
        link = NatsLink(self.address, self._subjects.needed)
        opening = asyncio.ensure_future(link.open())
        try:
            while not (await asyncio.wait([opening], timeout=TICK))[0]:
                self.lost = link.lost
                yield None, None
            opening.result()
            async with aclosing(self._followed(link)) as followed:
                async for came in followed:
                    yield came
        finally:
            opening.cancel()
            self._node = self._newest = None
            await link.close()

    async def _followed(
        self, link: NatsLink
    ) -> AsyncGenerator[tuple[str | bytes | None, Frame | None]]:
        self._node = node = Node(link, self._subjects, lambda: self._members)
        began = time.monotonic()
        async with node.open():
            while True:
                arrived = await node.next(TICK)
                link.check()
                if arrived:
                    self.lost = None
                    frame = node.heed(arrived)
                    self._newest = frame or self._newest
                    self.problem = node.session.problem
                    yield arrived.message, frame
                    continue
                now, lost = time.monotonic(), self.lost
                if link.lost or (now - began > SILENCE and node.following.is_silent(now)):
                    self.lost = link.lost or f"nobody publishes to {self._subjects.pictures} now"
                if self.lost != lost:
                    yield None, None

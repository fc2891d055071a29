"""What is said through a channel that keeps whoever sends waiting: one message after the other, in order.

Knows nothing of what is said, nor to whom.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from .viewer import CLOSE_TIMEOUT, GONE_AFTER, UNREAD_BYTES, Goodbye


class Channel(Protocol):
    """A WebSocket that is open, by whatever framework."""

    async def send(self, message: str | bytes) -> None:
        """Send one message; returns when there is room for another. Raises OSError when nobody is there."""

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye. Nothing is sent afterwards."""


class Speech:
    """`run` sends; whenever nothing waits it calls `on_free`, which may say more at once."""

    def __init__(self, channel: Channel, on_free: Callable[[], None]) -> None:
        self._channel = channel
        self._on_free = on_free
        self._waiting: list[str | bytes] = []
        self._goodbye: Goodbye | None = None
        self._woken = asyncio.Event()
        self._done = asyncio.Event()
        self._sends_since: float | None = None

    @property
    def is_stuck(self) -> bool:
        """Whether too much waits beside a picture, or for too long."""
        since = self._sends_since
        unsent = sum(len(text) for text in self._waiting if isinstance(text, str))
        is_late = since is not None and time.monotonic() - since > GONE_AFTER
        return is_late or unsent > UNREAD_BYTES

    def say(self, message: str | bytes) -> None:
        """Send this behind all that waits."""
        self._waiting.append(message)
        self._woken.set()

    async def end(self, goodbye: Goodbye) -> None:
        """Say goodbye behind all that waits. A peer that does not take it is left."""
        self._goodbye = goodbye
        self._woken.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self._done.wait()

    async def run(self) -> None:
        """Until the goodbye. Raises what the channel does."""
        try:
            while self._waiting or self._goodbye is None:
                await self._woken.wait()
                self._woken.clear()
                await self._send_all()
            await self._channel.close(*self._goodbye)
        finally:
            self._done.set()

    async def _send_all(self) -> None:
        while self._waiting:
            self._sends_since = time.monotonic()
            await self._channel.send(self._waiting.pop(0))
            self._sends_since = None
            if not self._waiting and self._goodbye is None:
                self._on_free()

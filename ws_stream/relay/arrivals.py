"""Messages that wait for whoever watches, few of them: who is too late gets none, and is brought up anew.

Lives in one event loop.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress

from ..limits import MAX_MESSAGE
from .following import Numbered

MOST = 16
"""Messages: a whole picture and what follows it meanwhile, or half a second of a stream."""


class Arrivals:
    """One after the other."""

    def __init__(self) -> None:
        self._waiting: deque[Numbered] = deque()
        self._bytes = 0
        self._there = asyncio.Event()

    def put(self, arrived: Iterable[Numbered]) -> bool:
        """Add some; False where they are too many: then none is there."""
        for each in arrived:
            self._waiting.append(each)
            self._bytes += len(each.message)
        if len(self._waiting) > MOST or self._bytes > 2 * MAX_MESSAGE:
            self.clear()
            return False
        if self._waiting:
            self._there.set()
        return True

    def clear(self) -> None:
        """None is of use any more."""
        self._waiting.clear()
        self._bytes = 0

    async def next(self, within: float) -> Numbered | None:
        """The next one; None where none came within so many seconds, or something else is to be seen to."""
        if not self._waiting:
            self._there.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._there.wait()
        if not self._waiting:
            return None
        arrived = self._waiting.popleft()
        self._bytes -= len(arrived.message)
        return arrived

"""Keeps all streams of a server within a share of one core, by what the whole process uses.

Knows nothing of sockets.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping

from ..arguments import optional
from ..hub.budget import PERCENT, Budget
from ..hub.stream import Stream

FULL_RATE = 30.0
"""What stands for every stream's full rate in the budget, so that all give up the same share."""
BUDGET_EVERY = 1.0
"""Seconds between two looks at the CPU time used."""


class Budgeting:
    """Keeps a budget while the server runs, if its owner wants one. Raises UsageError for what is none."""

    def __init__(self, streams: Mapping[str, Stream], percent: object) -> None:
        self._streams = streams
        self._percent = optional(PERCENT).take("cpu_budget", percent)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """From now on."""
        if self._percent is not None:
            self._task = asyncio.create_task(keep_budget(self._streams, self._percent))

    def change(self, other: "Budgeting") -> None:
        """Keep another's from now on."""
        if other._percent == self._percent:
            return
        self._percent = other._percent
        if self._task:
            self._task.cancel()
        for stream in self._streams.values():
            limits = stream.audience.limits
            stream.limit(limits._replace(fps=stream.fps, extra_step=1, throttled=False))
        self.start()

    async def close(self) -> None:
        """No more."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task


async def keep_budget(streams: Mapping[str, Stream], percent: float) -> None:
    """Until it is cancelled."""
    budget = Budget(percent, FULL_RATE)
    while True:
        await asyncio.sleep(BUDGET_EVERY)
        level = budget.sample(time.monotonic(), time.process_time())
        for stream in tuple(streams.values()):
            fps = stream.fps * level.fps / FULL_RATE
            stream.limit(
                stream.audience.limits._replace(
                    fps=fps, extra_step=level.coarser, throttled=budget.limiting
                )
            )

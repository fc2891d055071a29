"""Keeps all streams of a server within a share of one core, by what the whole process uses.

Knows nothing of sockets.
"""

import asyncio
import time
from collections.abc import Mapping

from ..hub.budget import Budget
from ..hub.stream import Stream

FULL_RATE = 30.0
"""What stands for every stream's full rate in the budget, so that all give up the same share."""
BUDGET_EVERY = 1.0
"""Seconds between two looks at the CPU time used."""


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

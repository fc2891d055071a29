"""What serving costs on this very device: a real server, whose CPU time is read, and a viewer in a process of its own.

Knows nothing of tables or advice.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from math import ceil, inf, prod
from statistics import fmean, median
from typing import NamedTuple, cast

from ..errors import SourceError
from ..hub.kinds import FPS
from ..hub.stream import Stream
from ..pixels.kept import check_rendition, kept
from ..pixels.rendition import Rendition
from ..producers.poller import Poller
from ..producers.polls import STILL_POLLS
from ..server.server import Server
from ..sources import Source
from ..walk import Walk, new_walk
from .profiler import Cost, ProfiledSource, ProfiledWalk, Profiler
from .workload import WorkloadSource

LEAST_FPS = 20.0
"""Pictures per second measured at, if fewer are asked for: else there would be too few to say anything of."""
WARM_UP = STILL_POLLS + 2
"""Pictures that are not counted: memory is touched for the first time, and what stands still is not yet known to."""
WARM_UP_WITHIN, WITHIN, SOURCE_WITHIN = 2.0, 2.5, 8.0
"""Seconds after which what there is must do, so that all workloads take less than 20 s on a slow device, too."""
PICTURES = 45
"""Counted of each workload."""
VIEWER_WITHIN = 30.0
"""Seconds the viewer has to come: a small device takes many to start Python."""


class Plan(NamedTuple):
    """What is to be served, and how."""

    source: Source
    workloads: tuple[str, ...]
    """What a `WorkloadSource` is to show, or the one name of what another source does."""
    rendition: Rendition
    fps: float


class Spread(NamedTuple):
    """Of some values the median and the 95th percentile."""

    median: float
    p95: float


class Figures(NamedTuple):
    """What pictures of one workload cost: `take`, `encode`, `send` and `whole` in microseconds of CPU time each."""

    workload: str
    take: Spread
    encode: Spread
    send: Spread
    whole: Spread
    mean: float
    """Microseconds: the mean of the whole."""
    bytes: float
    """Sent per picture, the mean."""
    size: int
    """Bytes of a picture that is sent as it is."""
    rate: float
    """Pictures per second, as asked for, or fewer if the source had fewer."""
    skipped: float
    """Share of the pictures that the viewer was too slow for."""

    @property
    def share(self) -> float:
        """Percent of one core at this rate."""
        return self.mean * self.rate / 1e4

    @property
    def most(self) -> float:
        """Pictures per second that one core could hold."""
        return 1e6 / self.mean


async def run_selftest(plan: Plan, tell: Callable[[str], None]) -> list[Figures]:
    """The figures of each workload, or of the source; `tell` is told what is done meanwhile.

    Raises SourceError when there are no pictures, and UsageError when they cannot be served this way.
    """
    plan.source.poll()  # says at once when there is no picture
    profiler, found = Profiler(), []
    async with _served(plan, profiler, tell) as stream:
        for number, workload in enumerate(plan.workloads, 1):
            tell(f"measuring {workload}, {number} of {len(plan.workloads)}")
            if isinstance(plan.source, WorkloadSource):
                plan.source.load(workload)
            found.append(await _measure(plan, profiler, stream, workload))
    return found


async def _measure(plan: Plan, profiler: Profiler, stream: Stream, workload: str) -> Figures:
    made_up = isinstance(plan.source, WorkloadSource)
    within = WITHIN if made_up else SOURCE_WITHIN
    await profiler.pictures(WARM_UP, WARM_UP_WITHIN)
    began = time.monotonic()
    costs = await profiler.pictures(PICTURES, within)
    shown = inf if made_up else len(costs) / (time.monotonic() - began)
    problem = stream.problem or _lost(stream)
    if problem is None and not costs:
        problem = (
            f"the source showed no new picture within {within:g} s; "
            "right would be to measure while its writer runs"
        )
    if problem:
        raise SourceError(problem)
    made = kept(plan.rendition, plan.source.format, plan.source.width, plan.source.height)
    size = prod(made.format.grid(made.width, made.height)) * made.format.cell
    return figures(workload, costs, size, min(plan.fps, shown))


def _lost(stream: Stream) -> str | None:
    """What is wrong when the viewer that was there has gone."""
    if stream.watched:
        return None
    return "the connection to the viewer on this device was lost; right would be to try again"


def figures(workload: str, costs: list[Cost], size: int, rate: float) -> Figures:
    """What these pictures, at least one, say together.

    One that was skipped is no picture that was served: what was done meanwhile, other than taking it, was still sending
    the one before.
    """
    whole: list[Cost] = []
    for cost in costs:
        if not cost.skipped:
            whole.append(cost)
        elif whole:
            whole[-1] = whole[-1]._replace(whole=whole[-1].whole + cost.send)
    whole = whole or costs
    return Figures(
        workload,
        take=spread([cost.take for cost in whole]),
        encode=spread([cost.encode for cost in whole]),
        send=spread([cost.send for cost in whole]),
        whole=spread([cost.whole for cost in whole]),
        mean=fmean(cost.whole for cost in whole),
        bytes=fmean(cost.bytes for cost in whole),
        size=size,
        rate=rate,
        skipped=sum(cost.skipped for cost in costs) / len(costs),
    )


def spread(values: Sequence[float]) -> Spread:
    """The median, and the least value that 95 % of them do not exceed."""
    return Spread(median(values), sorted(values)[ceil(0.95 * len(values)) - 1])


@asynccontextmanager
async def _served(
    plan: Plan, profiler: Profiler, tell: Callable[[str], None]
) -> AsyncIterator[Stream]:
    """The source as a stream that is served and watched."""
    server = Server(port=0)
    source = plan.source
    stream = Stream(
        "bench",
        rendition=plan.rendition,
        fps=max(FPS.take("fps", plan.fps), LEAST_FPS),
        producer=Poller(ProfiledSource(source, profiler)),
        walk=lambda fps: cast(Walk, ProfiledWalk(new_walk(fps), profiler)),
    )
    check_rendition(stream.audience.default, source.format, source.width, source.height)
    stream.resize(source.format, source.width, source.height)
    server.add(stream)
    tell("starting a server and a viewer")
    async with server:
        viewer = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ws_stream", "watch", server.urls(stream)[0]),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            await _begun(profiler, viewer, stream)
            yield stream
        finally:
            with contextlib.suppress(ProcessLookupError):
                viewer.kill()
            await viewer.communicate()


async def _begun(profiler: Profiler, viewer: asyncio.subprocess.Process, stream: Stream) -> None:
    """Wait until the viewer has been shown a picture. Raises SourceError when it will not be."""
    first = asyncio.ensure_future(profiler.pictures(1, VIEWER_WITHIN))
    ended = asyncio.ensure_future(viewer.wait())
    await asyncio.wait((first, ended), return_when=asyncio.FIRST_COMPLETED)
    for waiting in (first, ended):
        waiting.cancel()
    if not (first.done() and not first.cancelled() and first.result()):
        reason = stream.problem or "the viewer did not come"
        raise SourceError(f"nothing to measure: {reason}")

"""What a server has done, in Prometheus's text format: what is counted anyway, read when somebody asks.

Knows nothing of requests. Labels are names of streams and fixed words, so streams alone make series, never viewers.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from types import ModuleType
from typing import Any, NamedTuple

from ..errors import UsageError
from ..hub.figures import AGES, Figures
from ..hub.stream import Stream
from ..walk.counts import Counts, Reason
from . import health

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MISSING = (
    "there are no metrics without prometheus-client; right would be: "
    "pip install 'ws-stream[metrics]'"
)


class Facts(NamedTuple):
    """What there is to tell of one stream."""

    name: str
    counts: Counts
    figures: Figures
    viewers: int
    is_ill: bool


class Metric(NamedTuple):
    """One value of each stream."""

    is_counter: bool
    name: str
    help: str
    read: Callable[[Facts], int]


METRICS = (
    Metric(
        True, "ws_stream_pictures", "New ones, while somebody watched", lambda f: f.counts.pictures
    ),
    Metric(True, "ws_stream_encodings", "Times that one was packed", lambda f: f.counts.encodings),
    Metric(True, "ws_stream_sent_pictures", "Pictures sent to viewers", lambda f: f.counts.sent),
    Metric(True, "ws_stream_sent_bytes", "Bytes of these", lambda f: f.counts.sent_bytes),
    Metric(True, "ws_stream_problems", "Times that pictures ceased", lambda f: f.figures.problems),
    Metric(False, "ws_stream_ill", "1 while /healthz says that it is", lambda f: f.is_ill),
    Metric(False, "ws_stream_viewers", "Connected now", lambda f: f.viewers),
)
SKIPPED = "ws_stream_skipped_pictures", "Pictures that a viewer was sent a newer one instead of"
AGE = "ws_stream_age_seconds", "Of pictures, when viewers said that they show them"
CPU = "ws_stream_cpu_seconds", "CPU time of this process"


def exposition(streams: Mapping[str, Stream], now: float) -> bytes:
    """All of it. `now` is a time of `time.monotonic`. Raises UsageError without the package that writes it."""
    try:
        from prometheus_client import core, exposition  # noqa: PLC0415 - an extra, used by few
    except ImportError:
        raise UsageError(MISSING) from None
    named = tuple(streams.items())
    ill = {name for name, _ in health.ill((stream for _, stream in named), now)}
    facts = [
        Facts(
            *(name, stream.walk.counts(), stream.audience.figures),
            *(len(stream.audience.subscriptions), name in ill),
        )
        for name, stream in named
    ]
    return exposition.generate_latest(_Collected(_families(core, facts)))


class _Collected(list[Any]):
    """Families of metrics, as the package asks a collector for them."""

    def __init__(self, families: Iterable[Any]) -> None:
        super().__init__(families)

    def collect(self) -> Iterable[Any]:
        return self


def _families(core: ModuleType, facts: Iterable[Facts]) -> Iterator[Any]:
    for is_counter, name, text, read in METRICS:
        kind = core.CounterMetricFamily if is_counter else core.GaugeMetricFamily
        family = kind(name, text, labels=["stream"])
        for fact in facts:
            family.add_metric([fact.name], read(fact))
        yield family
    skipped = core.CounterMetricFamily(*SKIPPED, labels=["stream", "reason"])
    ages = core.HistogramMetricFamily(*AGE, labels=["stream"])
    for fact in facts:
        for reason in Reason:
            skipped.add_metric([fact.name, reason.name.lower()], fact.counts.skipped[reason])
        so_far = accumulate(fact.figures.ages.counts)
        bounds = (*map(str, AGES), "+Inf")
        ages.add_metric([fact.name], [*zip(bounds, so_far, strict=True)], fact.figures.ages.sum)
    yield from (skipped, ages, core.CounterMetricFamily(*CPU, value=time.process_time()))

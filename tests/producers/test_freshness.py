"""How old pictures are when they are sent, whenever the viewer came: a writer, a stream and viewers in simulated time.

Ages count from the moment at which the writer completed the picture.
"""

from bisect import bisect_right
from collections.abc import Iterable
from math import inf
from random import Random

import numpy as np
import pytest

from ws_stream.pixels.formats import GRAY8, PixelFormat
from ws_stream.pixels.rendition import Rendition
from ws_stream.producers.polls import Polls
from ws_stream.protocol.picture import parse
from ws_stream.sources import Picture
from ws_stream.walk import new_walk

RATES = (5, 10, 25, 30, 50, 60)
PHASES = tuple(phase / 8 + 0.01 for phase in range(8))
MULTIPLES = (1, 1.003, 1.2, 1.5, 2, 2.4, 3, 10)
SETTLED = 3.0
"""Seconds until a writer's clock is known at 5 pictures a second."""
FRESH = 0.015


class Writer:
    """Completes a picture now and then: a source with a counter."""

    name, format, width, height = "fake", GRAY8, 3, 2

    def __init__(self, moments: Iterable[float]) -> None:
        self.moments = sorted(moments)
        self.now = 0.0

    @property
    def count(self) -> int:
        return bisect_right(self.moments, self.now)

    def poll(self, seen: object = None) -> Picture | None:
        count = self.count
        pixels = np.full((2, 3), count % 251, np.uint8)
        return None if seen == count else Picture(pixels, count, lambda: True, count)

    def close(self) -> None: ...


def writer(rate: float, phase: float, seconds: float, jitter: float = 0) -> Writer:
    random = Random(phase)
    periods = range(-1, int(seconds * rate) + 2)
    jitters = (random.uniform(-jitter, jitter) for _ in periods)
    return Writer((n + phase) / rate + late for n, late in zip(periods, jitters, strict=True))


class Viewers:
    """Viewers of one stream, each at its rate: when each was sent a picture, and how old it was."""

    def __init__(self, fps: float, rates: Iterable[float | None], since: float = 0) -> None:
        self.walk = new_walk(fps)
        self.walk.open(0, GRAY8, Rendition(), (3, 2), 1)
        self.completed: list[float] = []
        self.sent: dict[int, list[tuple[float, float]]] = {}
        for rate in rates:
            place = self.walk.join(-1, 0, False, -1.0 if rate is None else rate, since)
            self.walk.announced(place, since)
            self.sent[place] = []

    def flush(self, now: float) -> float:
        due = self.walk.flush(now)
        for place, message in self.walk.messages():
            at = self.completed[parse(message).number - 1]
            self.sent[place].append((now, now - at))
        return due

    def note(self, completed: float) -> None:
        """The newest picture of the walk was completed then."""
        number = self.walk.state(0)[1]
        while len(self.completed) < number:
            self.completed.append(completed)


def polled(source: Writer, viewers: Viewers, fps: float, seconds: float, late: float = 1e-4) -> int:
    """Poll whenever that is due; how many polls there were."""

    def resize(_: PixelFormat, __: int, ___: int) -> None: ...

    polls, flush_due, asked = Polls(source, viewers.walk, resize), inf, 0
    random = Random(1)
    while source.now < seconds:
        due = polls.due(1 / fps, source.now)
        if flush_due < due:
            source.now = max(source.now, flush_due)
        else:
            source.now = max(source.now, due) + random.random() * late
            asked += 1
            polls.poll(1 / fps, source.now)
            viewers.note(source.moments[source.count - 1])
        flush_due = viewers.flush(source.now)
    return asked


def published(source: Writer, viewers: Viewers, seconds: float) -> None:
    """Publish each picture when it is complete; flush when that is due."""
    due = inf
    for moment in [*source.moments, seconds]:
        while due < min(moment, seconds):
            due = viewers.flush(due)
        if 0 <= moment < seconds:
            source.now = moment
            picture = source.poll()
            assert picture
            viewers.walk.update(picture.pixels, None, moment)
            viewers.walk.commit(0)
            viewers.note(moment)
            due = viewers.flush(moment)


def late(sent: list[tuple[float, float]]) -> float:
    """The age that 95 of 100 pictures are below, once the writer's clock is known."""
    ages = sorted(age for at, age in sent if at > SETTLED)
    return ages[int(0.95 * len(ages))]


def most_in_a_second(sent: list[tuple[float, float]]) -> int:
    times = [at for at, _ in sent]
    return max(bisect_right(times, at + 1 - 1e-9) - first for first, at in enumerate(times))


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("multiple", MULTIPLES)
@pytest.mark.parametrize("jitter", [0, 0.003])
def test_polled_pictures_are_fresh_at_whatever_phase_polling_began(
    fps: float, multiple: float, jitter: float
) -> None:
    rate = multiple * fps
    for phase in PHASES:
        viewers = Viewers(fps, [None])
        source = writer(rate, phase, 12, min(jitter, 0.2 / rate))
        polled(source, viewers, fps, 12)
        (sent,) = viewers.sent.values()
        assert late(sent) < FRESH
        assert len(sent) >= 0.97 * 12 * fps - 3, "and no fewer than before"
        assert most_in_a_second(sent) <= fps + 1


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("multiple", [1, 1.001, *MULTIPLES[1:]])
@pytest.mark.parametrize("jitter", [0, 0.003])
def test_published_pictures_are_fresh_at_whatever_phase_the_viewer_came(
    fps: float, multiple: float, jitter: float
) -> None:
    rate = multiple * fps
    for phase in PHASES:
        viewers = Viewers(1000, [fps])
        published(writer(rate, phase, 12, min(jitter, 0.2 / rate)), viewers, 12)
        (sent,) = viewers.sent.values()
        assert late(sent) < FRESH
        assert len(sent) >= 0.97 * 12 * fps - 3
        assert most_in_a_second(sent) <= fps + 1


@pytest.mark.parametrize("rate", [24, 30, 60, 90])
def test_viewers_of_any_rate_beside_each_other_are_sent_fresh_pictures(rate: float) -> None:
    wanted = [5, 10, 24, 25, 30, None]
    for phase in PHASES:
        viewers = Viewers(30, wanted)
        polled(writer(rate, phase, 12), viewers, 30, 12)
        for fps, sent in zip(wanted, viewers.sent.values(), strict=True):
            assert late(sent) < FRESH
            assert len(sent) >= 0.95 * 12 * min(fps or 30, rate, 30) - 3
            assert most_in_a_second(sent) <= (fps or 30) + 1


@pytest.mark.parametrize(("rate", "fps"), [(10, 30), (20, 30), (24, 60), (7, 10)])
def test_pictures_of_a_slower_writer_are_read_when_they_are_complete(
    rate: float, fps: float
) -> None:
    for phase in PHASES:
        viewers = Viewers(fps, [None])
        polls = polled(writer(rate, phase, 12), viewers, fps, 12)
        (sent,) = viewers.sent.values()
        assert late(sent) < FRESH
        assert len(sent) >= 12 * rate - 4
        assert polls < 1.3 * 12 * fps + 100, "hardly more polls than without a lock"


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("multiple", [1, 2, 3])
def test_once_the_writer_s_clock_is_known_polls_in_vain_are_few(
    fps: float, multiple: float
) -> None:
    for phase in PHASES:
        short, long = (
            polled(writer(multiple * fps, phase, 40), Viewers(fps, [None]), fps, seconds)
            for seconds in (8, 40)
        )
        assert long - short < 1.15 * 32 * fps


def test_a_picture_after_which_none_comes_is_sent_within_an_interval_all_the_same() -> None:
    for fps in RATES:
        for phase in PHASES:
            viewers = Viewers(1000, [fps])
            source = writer(60, phase, 2)
            published(source, viewers, 10)
            (sent,) = viewers.sent.values()
            at, age = sent[-1]
            assert at - age == pytest.approx(source.moments[-1])
            assert age <= 1 / fps + 2.25 / 60


@pytest.mark.parametrize("slow", [1e-9, 1e-308, 1e-320])
def test_a_viewer_at_the_lowest_rates_is_sent_one_picture(slow: float) -> None:
    viewers = Viewers(30, [slow])
    polled(writer(30, 0.5, 5), viewers, 30, 5)
    assert [len(sent) for sent in viewers.sent.values()] == [1]


def test_a_newcomer_need_not_wait_for_a_fresher_picture() -> None:
    viewers = Viewers(1000, [None])
    published(writer(2, 0.5, 3), viewers, 3)
    place = viewers.walk.join(-1, 0, False, 1.0, 3.1)
    viewers.walk.announced(place, 3.1)
    viewers.sent[place] = []
    viewers.flush(3.1)
    assert viewers.sent[place]

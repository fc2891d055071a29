"""Every viewer sees a picture as fresh as its link allows, nothing grows, nobody slows anybody else.

Counts, bytes and pixels are exact bounds. Times are printed (`pytest -s`), and bounded so widely that only a design
that is wrong exceeds them: by twice the target. docs/network.md has the figures.
"""

import pytest

from tests.network import report
from tests.network.lab import CONGESTION_CONTROLS, Link
from tests.network.scenarios import LARGE, LONG, OUTAGE, SCENARIOS, SMALL, Scenario, play, watch
from tests.network.stalled import CROWD, GHOSTS, beside_stalled, vanish
from ws_stream.hub.subscription import DEAD_AFTER
from ws_stream.walk.bases import MAX_BASES
from ws_stream.walk.window import MOST

QUICK = 2.0
QUICK_SCENARIOS = ("overload", "outage", "late", "lossy")
MARGIN = 2
MEMORY_PER_STALLED = 512 * 1024
"""Bytes of the server's memory: two pictures of 65 kB on their way, one of its own as base, and the connection."""
KERNEL_PER_STALLED = 2 * 65536 + 65536
"""Bytes in the kernel: two pictures on their way, and rounding to the packets' buffers."""
FRESH_AGAIN_WITHIN = 3 * OUTAGE
"""Seconds: TCP sends again after twice as long each time, so it may learn of a link's return as late as this."""
NOISE_MS = 50
"""Milliseconds that a busy machine of two cores may take for 51 viewers, whoever else works on it."""
FORGOTTEN_WITHIN = DEAD_AFTER + 5


def check(name: str, congestion_control: str, seconds: float) -> None:
    scenario = SCENARIOS[name]
    outcome = play(scenario, congestion_control, seconds)
    print(f"\n{report.one_viewer(scenario, congestion_control, outcome)}")
    assert outcome.wrong == 0
    assert outcome.unacknowledged <= MOST
    if scenario.target_age:
        assert outcome.figures.applied.p95 < MARGIN * scenario.target_age
    if scenario.target_rate:
        assert outcome.figures.rate > scenario.target_rate / MARGIN
    if outcome.share is not None and not scenario.outage:
        assert outcome.share > 1 / MARGIN
    if outcome.fresh_again is not None:
        assert outcome.fresh_again < FRESH_AGAIN_WITHIN


@pytest.mark.parametrize("name", QUICK_SCENARIOS)
def test_a_viewer_sees_pictures_as_fresh_as_its_link_allows(name: str) -> None:
    check(name, CONGESTION_CONTROLS[0], QUICK)


@pytest.mark.long
@pytest.mark.parametrize("congestion_control", CONGESTION_CONTROLS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_viewer_goes_on_seeing_them_so(name: str, congestion_control: str) -> None:
    check(name, congestion_control, LONG)


def test_a_viewer_that_never_acknowledges_is_sent_a_few_pictures_and_no_more() -> None:
    silent = Scenario("never acknowledges", Link(), SMALL, late=3600)
    notes = watch(silent, "cubic", 1).notes
    assert 1 <= len(notes.applied) <= MOST
    assert notes.wrong == []


def check_stalled(congestion_control: str, seconds: float) -> None:
    stalled = sum(CROWD.values()) + sum(GHOSTS.values())
    outcome = beside_stalled(congestion_control, seconds)
    print(f"\n{report.STALLED}\n{report.beside(congestion_control, outcome)}")
    assert outcome.wrong == 0
    assert 0 < outcome.encodings <= MAX_BASES + 2
    assert outcome.grown < stalled * MEMORY_PER_STALLED
    assert outcome.kernel_bytes < stalled * KERNEL_PER_STALLED
    assert outcome.beside.rate > outcome.alone.rate / 1.5
    assert outcome.beside.applied.p95 < 1.5 * outcome.alone.applied.p95 + NOISE_MS


def test_stalled_viewers_cost_a_healthy_one_nothing_and_the_server_little() -> None:
    check_stalled("cubic", 2)


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("congestion_control", CONGESTION_CONTROLS)
def test_stalled_viewers_go_on_costing_nothing(congestion_control: str) -> None:
    check_stalled(congestion_control, LONG)


def test_viewers_whose_host_vanished_or_who_reset_are_forgotten() -> None:
    outcome = vanish(LARGE, "bbr", FORGOTTEN_WITHIN)
    print(f"\n{report.vanished('bbr', '65 kB', outcome)}")
    assert outcome.before == GHOSTS["reads"]


@pytest.mark.long
@pytest.mark.parametrize("congestion_control", CONGESTION_CONTROLS)
@pytest.mark.parametrize("side", [SMALL, LARGE])
def test_they_are_forgotten_whatever_the_pictures(side: int, congestion_control: str) -> None:
    assert vanish(side, congestion_control, FORGOTTEN_WITHIN).before == GHOSTS["reads"]

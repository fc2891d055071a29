"""Measuring on the device itself: plausible laws, never how fast this machine is."""

import os
import signal
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from ws_stream.errors import SourceError, UsageError
from ws_stream.pixels.formats import RGBX8888
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.selftest.profiler import Cost
from ws_stream.selftest.run import PICTURES, Figures, Plan, figures, run_selftest, spread
from ws_stream.selftest.workload import WorkloadSource
from ws_stream.sources import open_source

FPS = 200


def children() -> set[int]:
    """The processes that this one has started and that still run."""
    thread = threading.get_native_id()
    return {int(pid) for pid in Path(f"/proc/self/task/{thread}/children").read_text().split()}


async def measured(*contents: str, rendition: Rendition | None = None) -> list[Figures]:
    plan = Plan(WorkloadSource(320, 240, RGBX8888), contents, rendition or Rendition(), FPS)
    return await run_selftest(plan, lambda _: None)


async def test_each_content_costs_what_it_is() -> None:
    told: list[str] = []
    plan = Plan(
        WorkloadSource(320, 240, RGBX8888), ("still", "card", "text", "noise"), Rendition(), FPS
    )
    found = await run_selftest(plan, told.append)
    still, card, text, noise = found
    assert [each.workload for each in found] == ["still", "card", "text", "noise"]
    assert "measuring noise, 4 of 4" in told
    assert still.bytes == 0
    assert still.encode.median < card.encode.median
    assert 0 < card.bytes < noise.bytes
    assert 0 < text.bytes < noise.bytes <= 1.01 * noise.size
    for each in found:
        assert each.size == 320 * 240 * 4
        assert each.rate == FPS
        assert each.take.median > 0
        assert each.send.median > 0
        assert each.take.median < each.whole.median
        assert each.encode.median < each.whole.median
        assert each.most == pytest.approx(1e6 / each.mean)
        assert each.share == pytest.approx(each.mean * FPS / 1e4)


@pytest.mark.parametrize(
    "rendition",
    [
        Rendition(step=4),
        Rendition(step=2, average=True, tolerance=8, depth=16),
        Rendition(average=True),
    ],
    ids=str,
)
async def test_what_is_measured_is_what_would_be_served(rendition: Rendition) -> None:
    (noise,) = await measured("noise", rendition=rendition)
    width, height = rendition.size(320, 240)
    assert noise.size == width * height * (4 if rendition.depth > 16 else 2)
    assert 0 < noise.bytes <= 1.01 * noise.size
    assert noise.encode.median > 0


async def test_what_cannot_be_served_is_refused() -> None:
    plan = partial(Plan, WorkloadSource(64, 48, RGBX8888), ("still",))
    with pytest.raises(UsageError, match="fps=0 cannot be"):
        await run_selftest(plan(Rendition(), 0), lambda _: None)
    with pytest.raises(UsageError, match="leaves the picture"):
        await run_selftest(plan(Rendition(Crop(0, 0, 99, 9)), 30), lambda _: None)


async def test_a_source_is_measured_with_its_own_memory(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(np.ones((48, 64, 4), np.uint8).tobytes())
    source = open_source(f"mmap:{tmp_path}/raw?width=64&height=48&format=bgrx8888")
    (found,) = await run_selftest(Plan(source, ("raw",), Rendition(), FPS), lambda _: None)
    assert found.workload == "raw"
    assert found.bytes == 0
    assert 0 < found.rate <= FPS


async def test_a_source_that_holds_nothing_yet_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "ring").write_bytes(bytes(4 + 48 * 64 * 4))
    address = f"mmap:{tmp_path}/ring?width=64&height=48&format=bgrx8888&offset=4&index=0:u32le"
    plan = Plan(open_source(address), ("ring",), Rendition(), FPS)
    with pytest.raises(SourceError, match="nothing written yet"):
        await run_selftest(plan, lambda _: None)


async def test_a_viewer_that_is_lost_on_the_way_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("WARM_UP_WITHIN", "WITHIN"):
        monkeypatch.setattr(f"ws_stream.selftest.run.{limit}", 0.5)
    source, before = WorkloadSource(64, 48, RGBX8888), children()

    def lose_it(text: str) -> None:
        if "2 of 2" in text:
            (viewer,) = children() - before
            os.kill(viewer, signal.SIGKILL)

    with pytest.raises(SourceError, match="viewer on this device was lost"):
        await run_selftest(Plan(source, ("still", "card"), Rendition(), FPS), lose_it)


def test_a_spread_is_the_median_and_what_one_in_twenty_exceeds() -> None:
    assert spread([float(value) for value in range(100, 0, -1)]) == (50.5, 95)
    assert spread([7]) == (7, 7)
    assert spread([1] * 19 + [9]) == (1, 1)
    assert spread([1] * 18 + [9] * 2) == (1, 9)


def test_a_skipped_picture_is_counted_and_what_it_did_not_take_was_spent_on_the_one_before() -> (
    None
):
    sent, skipped = Cost(1, 2, 6, 100, False), Cost(1, 0, 3, 0, True)
    found = figures("a", [skipped, sent, skipped, sent], 400, 30)
    assert found.skipped == 0.5
    assert found.mean == (8 + 6) / 2
    assert found.send == (4, 5)
    assert found.take == (1, 1)
    assert found.bytes == 100


def test_when_all_were_skipped_they_are_all_there_is_to_tell_of() -> None:
    found = figures("a", [Cost(1, 0, 2, 0, True)] * PICTURES, 400, 30)
    assert (found.skipped, found.mean) == (1, 2)

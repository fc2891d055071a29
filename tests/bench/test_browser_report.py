"""bench/browser_report.py: medians, and what is not known."""

import json
from pathlib import Path

import pytest

from bench.browser_report import HEAD, save, soaked, table
from bench.browser_threads import Used
from bench.browser_turn import Sample, Soak, Turn

TURN = Turn(30, Used(4, 0, 5, 8), 88_000, 0, 14, (2.0, 4.0), "Chromium 1")
SOAK = Soak(tuple(Sample(60 * n, 60.0, 100 + 2 * n, ()) for n in range(8)), 3.0, 3.5, "Chromium 1")


def cells(text: str, row: int) -> dict[str, str]:
    words = [word.strip() for word in text.splitlines()[2 + row].strip("|").split("|")]
    return dict(zip(HEAD, words, strict=True))


def test_ratios_are_medians_of_the_turns_not_of_the_figures() -> None:
    ours = [TURN._replace(used=Used(main, 0, 5, 8)) for main in (2, 4, 100)]
    theirs = [TURN._replace(used=Used(main, 0, 10, 8)) for main in (4, 16, 100)]
    row = cells(table({"film": {"ws-stream": ours, "novnc": theirs}}), 1)
    assert row["ws-stream : this, main"] == "0.50"  # of 0.5, 0.25 and 1
    assert (row["main"], row["renderer"]) == ("16.0", "0.50")


def test_our_page_has_no_ratio_to_itself_but_its_handlers() -> None:
    row = cells(table({"film": {"ws-stream": [TURN]}}), 0)
    assert row["ws-stream : this, main"] == ""
    assert row["handler, lowest tenth / median"] == "2.2 / 3.0"


def test_what_a_browser_does_not_tell_is_left_out() -> None:
    unknown = TURN._replace(long_tasks=None, longest=None, handlers=())
    row = cells(table({"film": {"ws-stream": [unknown]}}), 0)
    assert (row["longest task"], row["over 50 ms, per minute"]) == ("", "")


def test_growth_is_a_line_through_the_last_three_quarters() -> None:
    first = SOAK.samples[0]._replace(memory=900)
    assert SOAK._replace(samples=(first, *SOAK.samples[1:])).slope == pytest.approx(2)


def test_a_soak_tells_its_longest_task() -> None:
    samples = (*SOAK.samples, Sample(500, 40.0, 116, (55.0, 81.2)))
    text = soaked(SOAK._replace(samples=samples))
    assert "tasks over 50 ms: 2, the longest 81 ms" in text
    assert "median 60.0, least 40.0" in text
    assert "heap: 3.00 MB, then 3.50 MB" in text


def test_figures_keep_their_names_in_json(tmp_path: Path) -> None:
    save(tmp_path / "all.json", {"command": "c"}, {"film": {"ws-stream": [TURN]}}, SOAK)
    found = json.loads((tmp_path / "all.json").read_text())["found"]
    assert found["film"]["ws-stream"][0]["used"]["main"] == 4
    assert found["soak"]["samples"][0]["memory"] == 100

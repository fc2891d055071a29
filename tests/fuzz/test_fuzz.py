"""Each law holds for what is sought against it, for a moment here and for an hour by `pytest -m long tests/fuzz`."""

import importlib
from pathlib import Path

import pytest

from ws_stream.conformance.vectors import vectors

from . import seeds
from .agree import corpora, disagreements
from .found import FOUND
from .run import build, run
from .targets import ROOT, TARGETS

MOMENT, HOUR = 1, 3600
"""Seconds of each target. In the first the seeds are played, and what was found before, and a little more."""
SEED = 1
"""Of the moment: what is tried then is what was tried before, as far as a time can say so."""


@pytest.fixture(scope="module", autouse=True)
def programs() -> None:
    build()


@pytest.mark.parametrize("name", [name for name in TARGETS if TARGETS[name].is_python])
def test_the_law_in_python_holds_for_its_seeds_and_for_what_was_found(name: str) -> None:
    """In this process: to begin a fuzzer of Python takes ten times as long."""
    law = importlib.import_module(f"tests.fuzz.laws.{TARGETS[name].command[-1]}")
    for data in sorted(TARGETS[name].begin):
        law.check(data)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.long] if target.is_python else [])
        for name, target in TARGETS.items()
    ],
)
def test_nothing_is_found_against_the_law_of(name: str, tmp_path: Path) -> None:
    if TARGETS[name].is_python:
        pytest.importorskip("atheris")
    report = run(name, MOMENT, tmp_path, SEED)
    assert report.is_right, report.said
    assert report.executions >= len(TARGETS[name].begin)
    assert report.edges > 10


@pytest.mark.long
@pytest.mark.timeout(HOUR + 600)
@pytest.mark.parametrize("name", TARGETS)
def test_nothing_is_found_in_an_hour_against_the_law_of(name: str) -> None:
    report = run(name, HOUR, ROOT / "build" / "fuzz" / name)
    assert report.is_right, report.said


def test_viewers_in_all_languages_make_the_same_of_what_is_found_worth_keeping(
    tmp_path: Path,
) -> None:
    run("c-session", MOMENT, tmp_path, SEED)
    kept = [ROOT / "build" / "fuzz" / name / "corpus" for name in TARGETS if "session" in name]
    inputs = corpora([tmp_path / "corpus", tmp_path / "seeds", *kept])
    assert len(inputs) > len(vectors("valid"))
    assert not list(disagreements(inputs))


def test_what_was_found_has_seeds_to_join() -> None:
    assert not [name for name in FOUND if not hasattr(seeds, name)]

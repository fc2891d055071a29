"""Millions of looks at a file that another process truncates, replaces, unlinks and rewrites at random.

Whoever looks lives, and takes no picture for whole that is none.
"""

import time
from collections import Counter
from pathlib import Path

import pytest

from ws_stream.errors import SourceError, UsageError
from ws_stream.pixels.formats import GRAY8
from ws_stream.pixels.rendition import Rendition
from ws_stream.sources import memory, open_source
from ws_stream.sources.mapped import MappedSource
from ws_stream.walk import COMPILED, CompiledWalk, NumpyWalk, Walk

from .havoc import ADDRESS, HEIGHT, WIDTH, havoc, is_whole

POLLED, REFRESH = 32, 2
"""Of what `run` says: see core/poller.h."""

LOOKS = pytest.mark.parametrize(
    "looks",
    [300_000, pytest.param(10_000_000, marks=[pytest.mark.long, pytest.mark.timeout(7200)])],
)


def opened(path: Path) -> MappedSource:
    """At a moment at which it can be."""
    while True:
        try:
            source = open_source(f"mmap:{path}?{ADDRESS}")
        except (SourceError, UsageError):
            continue
        assert isinstance(source, MappedSource)
        return source


def shown(walk: Walk) -> Walk:
    """A walk with one variant that shows all."""
    walk.open(0, GRAY8, Rendition(), (WIDTH, HEIGHT), 1)
    return walk


class Seen:
    """What became of the looks."""

    def __init__(self, looks: int) -> None:
        self.left = looks
        self.began = time.monotonic()
        self.number = 0
        self.found: Counter[str] = Counter()

    @property
    def enough(self) -> bool:
        """So many looks, and some pictures."""
        return self.left <= 0 and self.number >= 30

    def look(self, walk: Walk, found: str) -> None:
        """One more; a new picture of the walk's is a whole one."""
        self.left -= 1
        self.found[found] += 1
        number = walk.state(0)[1]
        if number != self.number:
            self.number = number
            assert is_whole(walk.picture(0)), f"after {dict(self.found)}"

    def say(self) -> None:
        """For who runs it by hand with -s."""
        seconds = time.monotonic() - self.began
        print(f"{self.number} pictures in {seconds:.0f} s; looks: {dict(self.found)}")  # noqa: T201 - a long run says how it fared


@LOOKS
@pytest.mark.skipif(not COMPILED or not memory.GUARDED, reason="there is no compiled walk here")
def test_compiled(tmp_path: Path, looks: int) -> None:
    path, held = tmp_path / "ring", None
    walk = shown(CompiledWalk(1000.0))
    assert isinstance(walk, CompiledWalk)
    with havoc(path, seed=1) as writer:
        source, seen = opened(path), Seen(looks)
        while not seen.enough:
            try:
                mapping = source.mapping()
            except SourceError as error:
                seen.look(walk, reason(error))
                continue
            assert mapping
            if mapping != held:
                walk.set_source(*mapping.arguments())  # type: ignore[arg-type]  # they are its own
                held = mapping
            events = POLLED
            while not events & REFRESH and not seen.enough:
                events, _ = walk.run(1e-9, True, 0)
                seen.look(walk, "lost" if mapping.memory.is_lost() else "polled")
        assert writer.poll() is None, "the writer must run"
        source.close()
    seen.say()


@pytest.mark.parametrize("way", ["mapped", "copied"])
@pytest.mark.parametrize(
    "looks",
    [30_000, pytest.param(1_000_000, marks=[pytest.mark.long, pytest.mark.timeout(7200)])],
)
def test_in_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, looks: int) -> None:
    if way == "copied":
        monkeypatch.setattr(memory, "GUARDED", None)
    elif not memory.GUARDED:
        pytest.skip("there is no compiled core here")
    path = tmp_path / "ring"
    walk = shown(NumpyWalk(1000.0))
    with havoc(path, seed=2) as writer:
        source, seen, version = opened(path), Seen(looks), None
        while not seen.enough:
            try:
                picture = source.poll(version)
                found = "unchanged"
                if picture:
                    walk.update(picture.pixels, None, 1.0)
                    is_intact = picture.intact()
                    version = picture.version if is_intact else None
                    if is_intact:
                        walk.commit(1)
                    else:
                        walk.abandon()
                    found = "whole" if is_intact else "torn"
            except SourceError as error:
                version, found = None, reason(error)
            seen.look(walk, found)
        assert writer.poll() is None, "the writer must run"
        source.close()
    seen.say()


def reason(error: SourceError) -> str:
    """The kind of its sentence."""
    kinds = ("is cut off", "bytes long", "cannot be read", "neither a file", "nothing written yet")
    return next((kind for kind in kinds if kind in str(error)), str(error))

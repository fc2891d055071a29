"""Pictures that were made what each variant keeps, before the walk is given them: it does what it would have made."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ws_stream.pixels.damage import kept_rows
from ws_stream.pixels.formats import DEPTHS, GRAY8, RGBX8888, PixelFormat, Pixels
from ws_stream.pixels.kept import suited
from ws_stream.pixels.raw import NV12
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.pixels.resample import resample
from ws_stream.walk import NumpyWalk, new_walk

from ..hub.viewer import BOTH_WALKS, NewWalk
from ..strategies import CHANGES, SEEDS, SOURCE_FORMATS, changed, pixels
from ..world import twins

FPS = 30.0
WIDTH, HEIGHT = 33, 21
RENDITIONS = st.builds(
    Rendition,
    st.sampled_from([None, Crop(3, 2, 20, 9)]),
    st.integers(1, 5),
    st.booleans(),
    st.sampled_from([0, 6]),
    st.sampled_from(list(DEPTHS)),
)


def watched(pixel_format: PixelFormat, renditions: list[Rendition]) -> NumpyWalk:
    """Each by one who acknowledges nothing."""
    walk = twins(FPS)
    for variant, rendition in enumerate(renditions):
        walk.open(variant, pixel_format, rendition, (WIDTH, HEIGHT), 7)
        walk.announced(walk.join(-1, variant, False, -1.0, 100.0), 100.0)
    return walk


def give(
    walk: NumpyWalk,
    source: Pixels,
    spans: list[tuple[int, int]] | None,
    now: float,
    how: PixelFormat,
    all_of: list[Rendition],
) -> None:
    """Made here, one for each; of damaged rows only those are right."""
    for variant, lacks_all in walk.turns(now):
        rendition = all_of[variant]
        made, rows = resample(source, how, rendition), None
        if spans is not None and not lacks_all:
            crop = rendition.crop or Crop(0, 0, WIDTH, HEIGHT)
            rows = [kept_rows(span, crop, rendition.step) for span in spans]
            right = np.zeros(len(made), np.bool_)
            for first, end in rows:
                right[first:end] = True
            made[~right] ^= 0x55
            rows = [(first, end - first) for first, end in rows]
        walk.update_made(variant, made, rows, now)
    walk.commit(5)
    walk.flush(now)


@settings(max_examples=50)  # each is a history
@given(
    pixel_format=st.sampled_from(SOURCE_FORMATS),
    renditions=st.lists(RENDITIONS, min_size=1, max_size=3),
    seed=SEEDS,
    turns=st.lists(
        st.tuples(st.sampled_from(CHANGES), st.booleans(), st.floats(0.001, 1)), max_size=6
    ),
)
def test_what_is_made_before_is_sent_as_what_the_walk_makes(
    pixel_format: PixelFormat,
    renditions: list[Rendition],
    seed: int,
    turns: list[tuple[str, bool, float]],
) -> None:
    renditions = [suited(one, pixel_format, WIDTH, HEIGHT) for one in renditions]
    noise = np.random.default_rng(seed)
    source = pixels(pixel_format, WIDTH, HEIGHT, "noise", noise)
    one, other = (watched(pixel_format, renditions) for _ in range(2))
    one.limit(0, 7.0)
    other.limit(0, 7.0)
    now = 101.0
    for how, is_said, pause in [("nothing", False, 0.0), *turns]:
        before, now = source, now + pause / 5
        source = changed(before, how, noise)
        rows = np.flatnonzero((source != before).reshape(HEIGHT, -1).any(axis=1))
        spans = [(int(row), 1) for row in rows] if is_said else None
        one.publish(source, spans, 5, now)
        give(other, source, spans, now, pixel_format, renditions)
        assert one.messages() == other.messages()
        assert one.next_turn() == other.next_turn()
        assert one.is_settled() == other.is_settled()


@BOTH_WALKS
class TestTurns:
    def walk(self, new: NewWalk) -> NumpyWalk:
        walk = new(FPS)
        walk.open(0, GRAY8, Rendition(), (4, 3), 1)
        walk.open(2, GRAY8, Rendition(step=2), (4, 3), 1)
        return walk  # type: ignore[return-value]  # whichever it is

    def test_each_lacks_all_of_a_first_picture(self, walk: NewWalk) -> None:
        assert self.walk(walk).turns(1.0) == [(0, True), (2, True)]

    def test_what_was_not_brought_was_missed(self, walk: NewWalk) -> None:
        made = self.walk(walk)
        for now in (1.0, 2.0):
            made.turns(now)
            made.update_made(0, np.full((3, 4), int(now), np.uint8), None, now)
            made.commit(1)
        assert made.turns(3.0) == [(0, False), (2, True)]
        assert made.picture(0) == bytes([2] * 12)
        assert made.picture(2) == bytes(4)

    def test_who_wants_none_has_none(self, walk: NewWalk) -> None:
        made = self.walk(walk)
        made.limit(2, 0.0)
        assert made.turns(1.0) == [(0, True)]

    def test_what_is_not_what_a_variant_keeps_is_refused_and_changes_nothing(
        self, walk: NewWalk
    ) -> None:
        made = self.walk(walk)
        made.turns(1.0)
        for array in (np.ones((3, 4), np.uint8), np.ones((2, 2), np.uint16)):
            with pytest.raises(ValueError, match="size"):
                made.update_made(2, array, None, 1.0)
        assert made.turns(2.0) == [(0, True), (2, True)]
        made.update_made(2, np.ones((2, 2), np.uint8), None, 2.0)
        made.commit(1)
        assert made.picture(2) == bytes([1] * 4)
        made.update(np.full((3, 4), 9, np.uint8), None, 3.0)
        assert made.picture(2) == bytes([9] * 4), "and its source is what it was"

    def test_raw_pixels_are_the_walks_affair(self, walk: NewWalk) -> None:
        raw = walk(FPS)
        raw.open(0, NV12, Rendition(), (4, 2), 1)
        raw.turns(1.0)
        with pytest.raises(ValueError, match=r"size|raw"):
            raw.update_made(0, np.zeros((3, 4), np.uint8), None, 1.0)

    def test_padding_is_none_of_its_affair(self, walk: NewWalk) -> None:
        made = walk(FPS)
        made.open(0, RGBX8888, Rendition(depth=24), (2, 1), 1)
        made.turns(1.0)
        made.update_made(0, np.zeros((1, 2, 4), np.uint8), None, 1.0)
        assert made.picture(0) == bytes([0, 0, 0, 255] * 2)


def test_the_compiled_walk_knows_no_other_variant() -> None:
    walk = new_walk(FPS)
    for variant in (-1, 4, 0):
        with pytest.raises((ValueError, KeyError)):
            walk.update_made(variant, np.zeros((1, 1), np.uint8), None, 1.0)

"""One rendition's newest picture: a mirror of the source, and what turns any older picture into it."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.codec import decode
from ws_stream.codec.scroll import Scroll, find_scroll
from ws_stream.limits import MAX_NUMBER, MAX_TOLERANCE
from ws_stream.pixels.colours import to_rgb
from ws_stream.pixels.formats import BGRX8888, DEPTHS, FORMATS, GRAY8, PixelFormat, Pixels, reduced
from ws_stream.pixels.frame import Frame, blank
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.pixels.resample import Rows, resample
from ws_stream.protocol.picture import Header, Kind, parse, serialize_header
from ws_stream.walk import variant as variant_module
from ws_stream.walk.bases import MAX_BASES
from ws_stream.walk.numpy_walk import NumpyWalk
from ws_stream.walk.rate_limit import TIMES
from ws_stream.walk.variant import MOST_SCROLL_MISSES, SETTLE_EVERY, Geometry, Variant

from ..strategies import CHANGES, CONTENTS, SEEDS, changed, formats, pixels, shapes

PLAIN = Rendition()
EPOCH = 7


def gray_variant(width: int = 4, height: int = 3, rendition: Rendition = PLAIN) -> Variant:
    return Variant(Geometry(GRAY8, rendition, (width, height)), EPOCH)


def gray(value: int) -> Pixels:
    return np.full((3, 4), value, np.uint8)


def put(variant: Variant, array: Pixels, *bases: int, asked: Rows | None = None) -> bool:
    """What a walk does of a picture, while viewers show those; whether there is a newer one now."""
    variant.bases.hold(bases, variant.picture.number)
    variant.update(array, asked, 0.0)
    has_news = variant.has_news
    if has_news:
        variant.commit(1)
    return has_news


def tear(variant: Variant, array: Pixels, *bases: int) -> None:
    variant.bases.hold(bases, variant.picture.number)
    variant.update(array, None, 0.0)
    variant.abandon()


def message(variant: Variant, base: int) -> bytes:
    """What a viewer of that picture is sent."""
    lack, newest = variant.bases.lack(base), variant.picture
    body = variant.delta(lack)
    header = Header(
        *(newest.format, 0, newest.epoch, newest.number, 0 if lack == "whole" else base),
        *(newest.time, newest.width, newest.height, 0, body.segments),
    )
    return serialize_header(header) + body.data


def nothing_shown(variant: Variant) -> Frame:
    newest = variant.picture
    return blank(newest.epoch, newest.format, newest.width, newest.height)


@st.composite
def geometries(draw: st.DrawFn) -> Geometry:
    width, height = draw(shapes)
    crop = None
    if draw(st.booleans()):
        x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        crop = Crop(x, y, draw(st.integers(1, width - x)), draw(st.integers(1, height - y)))
    depth = draw(st.sampled_from(list(DEPTHS)))
    rendition = Rendition(crop, draw(st.integers(1, 5)), draw(st.booleans()), 0, depth)
    return Geometry(draw(formats), rendition, (width, height))


# A mirror.


@given(geometries(), SEEDS, st.lists(st.sampled_from(CHANGES), max_size=12))
def test_an_update_makes_the_kept_picture_the_sources_whatever_it_held(
    geometry: Geometry, seed: int, changes: list[str]
) -> None:
    random = np.random.default_rng(seed)
    variant = Variant(geometry, EPOCH)
    array = pixels(geometry.format, *geometry.size, "few colours", random)
    for change in changes:
        array = changed(array, change, random)
        variant.bases.hold([], variant.picture.number)
        variant.update(array, None, 0.0)
        exact = resample(array, geometry.format, geometry.rendition)
        assert variant.picture.pixels.tobytes() == exact.tobytes()
        if random.random() < 0.7:
            variant.commit(1)
        else:
            variant.abandon()


@given(geometries(), SEEDS, st.integers(1, 25))
def test_whatever_viewers_show_and_however_often_a_picture_is_torn_each_is_sent_the_newest_one(
    geometry: Geometry, seed: int, updates: int
) -> None:
    random, noise = Random(seed), np.random.default_rng(seed)
    variant = Variant(geometry, EPOCH)
    array = pixels(geometry.format, *geometry.size, "few colours", noise)
    viewers = [nothing_shown(variant) for _ in range(6)]
    for _ in range(updates):
        while random.random() < 0.3:
            tear(variant, changed(array, random.choice(CHANGES), noise), *numbers(viewers))
        array = changed(array, random.choice(CHANGES), noise)
        put(variant, array, *numbers(viewers))
        assert len(variant.bases._since) <= MAX_BASES
        exact = resample(array, geometry.format, geometry.rendition)
        for index, held in enumerate(viewers):
            if random.random() < 0.4 and held.number != variant.picture.number:
                viewers[index] = decode(message(variant, held.number), held)
                assert viewers[index].pixels.tobytes() == exact.tobytes()


def numbers(viewers: list[Frame]) -> list[int]:
    return [held.number for held in viewers]


def test_all_of_a_first_picture_is_sent_also_of_one_that_is_blank() -> None:
    variant = gray_variant()
    assert put(variant, gray(0))
    assert variant.picture.number == 1
    assert decode(message(variant, 0), nothing_shown(variant)).number == 1


def test_a_picture_that_is_the_newest_one_is_no_newer_one() -> None:
    variant = gray_variant()
    put(variant, gray(1))
    assert not put(variant, gray(1))
    assert not variant.is_uncommitted


def test_padding_that_changes_is_no_newer_picture() -> None:
    variant = Variant(Geometry(BGRX8888, PLAIN, (4, 3)), EPOCH)
    array = np.zeros((3, 4, 4), np.uint8)
    put(variant, array)
    array[..., 3] = 77
    assert not put(variant, array)


def test_of_rows_that_are_not_asked_for_none_is_read() -> None:
    variant = gray_variant()
    put(variant, gray(1))
    assert put(variant, gray(2), asked=np.array([False, True, False]))
    assert variant.picture.pixels[:, 0].tolist() == [1, 2, 1]
    assert not put(variant, gray(3), asked=np.zeros(3, np.bool_))


# What is torn.


def test_until_a_torn_picture_is_a_right_one_again_no_delta_is_made_of_it() -> None:
    variant = gray_variant()
    put(variant, gray(1))
    tear(variant, gray(2), 1)
    assert variant.is_uncommitted
    assert variant.picture.number == 1
    assert put(variant, gray(1), 1), "its marks are to be sent, or thrown away with the number"
    assert not variant.is_uncommitted


def test_what_was_torn_is_sent_with_what_comes_next() -> None:
    variant = gray_variant()
    put(variant, gray(1))
    held = decode(message(variant, 0), nothing_shown(variant))
    torn, right = gray(1), gray(1)
    torn[0], right[2] = 9, 5
    for _ in range(3):
        tear(variant, torn, 1)
    put(variant, right, 1)
    assert (decode(message(variant, 1), held).pixels == right).all()


def test_a_first_picture_that_was_torn_leaves_no_trace() -> None:
    variant = gray_variant()
    tear(variant, gray(9), 0, 0)
    assert variant.picture.number == 0
    put(variant, gray(1), 0)
    assert (decode(message(variant, 0), nothing_shown(variant)).pixels == 1).all()


# Deltas, made once.


def test_one_delta_serves_all_viewers_of_the_same_picture() -> None:
    variant = gray_variant()
    for value in range(1, 5):
        put(variant, gray(value), 1, value - 1)
    for base in (0, 1, 3):
        lack = variant.bases.lack(base)
        assert variant.delta(lack) is variant.delta(lack)
    assert len({id(variant.delta(variant.bases.lack(base))) for base in (0, 1, 3)}) == 3


def test_however_many_pictures_viewers_show_few_deltas_are_made() -> None:
    variant = gray_variant()
    for value in range(1, 50):
        put(variant, gray(value), *range(1, value))
    bodies = {id(variant.delta(variant.bases.lack(base))) for base in range(49)}
    assert len(bodies) <= MAX_BASES + 2


def test_deltas_and_checksum_go_with_the_picture_they_were_made_of() -> None:
    variant = gray_variant()
    held = nothing_shown(variant)
    for value in (1, 2, 3):
        put(variant, gray(value), held.number)
        held = decode(message(variant, held.number), held)
        assert (held.pixels == value).all()
        assert variant.checksum() == held.checksum()


def test_an_update_that_changes_nothing_spoils_no_delta() -> None:
    variant = gray_variant()
    put(variant, gray(1))
    held = decode(message(variant, 0), nothing_shown(variant))
    put(variant, gray(2), 1)
    put(variant, gray(2), 1)
    assert (decode(message(variant, 1), held).pixels == 2).all()


# Numbers.


def test_numbers_grow_by_one_within_an_epoch() -> None:
    variant = gray_variant()
    for number in range(1, 5):
        put(variant, gray(number))
        assert (variant.picture.epoch, variant.picture.number) == (EPOCH, number)


@pytest.mark.parametrize(("epoch", "next_epoch"), [(EPOCH, EPOCH + 1), (MAX_NUMBER, 0)])
def test_after_the_last_number_a_new_epoch_begins_with_nothing_to_build_on(
    epoch: int, next_epoch: int
) -> None:
    variant = gray_variant()
    for value in (1, 2, 3):
        put(variant, gray(value), 1, 2)
    variant.picture = replace(variant.picture, epoch=epoch, number=MAX_NUMBER)
    put(variant, gray(4), 1, 2, MAX_NUMBER)
    assert (variant.picture.epoch, variant.picture.number) == (next_epoch, 1)
    for base in (0, 1, 2, MAX_NUMBER):
        assert variant.bases.lack(base) == "whole"
    assert (decode(message(variant, 0), nothing_shown(variant)).pixels == 4).all()


def test_when_a_picture_was_taken_is_known_of_some_before_the_newest() -> None:
    variant = gray_variant()
    assert variant.taken(EPOCH, 0) == 0
    for number in range(1, 2 * TIMES):
        variant.update(gray(number % 2), None, 0.0)
        variant.commit(1000 + number)
    newest = variant.picture.number
    for number in (newest, newest - 1, newest - TIMES + 1):
        assert variant.taken(EPOCH, number) == 1000 + number
    for number in (0, newest - TIMES, newest + 1, MAX_NUMBER):
        assert variant.taken(EPOCH, number) == 0
    assert variant.taken(EPOCH + 1, newest) == 0


def test_a_viewer_of_the_epoch_before_is_sent_nothing_until_it_is_told_of_the_new_one() -> None:
    walk = NumpyWalk(1000)
    walk.open(0, GRAY8, PLAIN, (4, 3), EPOCH)
    walk.announced(walk.join(-1, 0, False, -1.0, 0.0), 0.0)
    walk.publish(gray(1), None, 1, 1.0)
    variant = walk._variants[0]
    variant.picture = replace(variant.picture, number=MAX_NUMBER)
    walk.messages()
    walk.publish(gray(2), None, 1, 2.0)
    assert walk.messages() == []
    walk.announced(0, 3.0)
    walk.flush(3.0)
    ((_, sent),) = walk.messages()
    assert (parse(sent).epoch, parse(sent).number, parse(sent).base) == (EPOCH + 1, 1, 0)


# Rows that moved.


def scrolling(height: int = 300) -> tuple[Variant, Pixels]:
    variant = gray_variant(64, height)
    array = np.random.default_rng(1).integers(0, 256, (height, 64), np.uint8)
    put(variant, array)
    return variant, array


@pytest.mark.parametrize("shift", [1, -1, 17, -60])
def test_rows_that_moved_are_sent_as_a_copy_to_who_shows_the_picture_before(shift: int) -> None:
    variant, array = scrolling()
    one = decode(message(variant, 0), nothing_shown(variant))
    put(variant, array, 1)
    moved = np.roll(array, shift, axis=0)
    put(variant, moved, 1)
    sent = message(variant, 1)
    assert parse(sent).segments[0].kind is Kind.COPY
    assert len(sent) < moved.nbytes / 3
    assert (decode(sent, one).pixels == moved).all()


def test_to_who_shows_an_older_picture_rows_that_moved_are_sent_as_pixels() -> None:
    variant, array = scrolling()
    one = decode(message(variant, 0), nothing_shown(variant))
    for _ in range(3):
        array = np.roll(array, -2, axis=0)
        put(variant, array, 1)
    sent = message(variant, 1)
    assert all(segment.kind is not Kind.COPY for segment in parse(sent).segments)
    assert (decode(sent, one).pixels == array).all()


def test_film_is_searched_for_moved_rows_less_and_less_often_and_never_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searches: list[int] = []

    def noted(new: Pixels, old: Pixels) -> Scroll:
        searches.append(variant.picture.number)
        return find_scroll(new, old)

    monkeypatch.setattr("ws_stream.walk.variant.find_scroll", noted)
    variant, array = scrolling()
    random = np.random.default_rng(2)
    for _ in range(100):
        put(variant, random.integers(0, 256, array.shape, np.uint8))
    gaps = np.diff(searches).tolist()
    assert gaps == sorted(gaps)
    assert gaps[-1] == MOST_SCROLL_MISSES + 1


# Within a tolerance.


def off(variant: Variant, array: Pixels, pixel_format: PixelFormat) -> int:
    """By how much a channel is off at most, in steps of eight bits."""
    exact = resample(array, pixel_format, variant.geometry.rendition)
    shown, true = (
        to_rgb(one, variant.geometry.kept).astype(int) for one in (variant.picture.pixels, exact)
    )
    return int(np.abs(shown - true).max())


@given(
    formats,
    st.sampled_from(list(DEPTHS)),
    st.integers(1, MAX_TOLERANCE),
    SEEDS,
    st.lists(st.tuples(st.sampled_from((*CHANGES, "noise", "noise")), st.floats(0, 0.5))),
)
def test_no_channel_is_ever_off_by_more_than_the_tolerance(
    pixel_format: PixelFormat,
    depth: int,
    tolerance: int,
    seed: int,
    history: list[tuple[str, float]],
) -> None:
    random = np.random.default_rng(seed)
    rendition = Rendition(tolerance=tolerance, depth=depth)
    variant = Variant(Geometry(pixel_format, rendition, (9, 7)), EPOCH)
    array, now = pixels(pixel_format, 9, 7, "noise", random), 0.0
    for change, passed in history:
        now += passed
        array = changed(array, change, random)
        variant.bases.hold([], variant.picture.number)
        variant.update(array, None, now)
        assert off(variant, array, pixel_format) <= tolerance
        variant.commit(1)


@given(formats, st.sampled_from(list(DEPTHS)), SEEDS, st.lists(st.floats(0.01, 0.5), max_size=9))
def test_a_picture_that_stands_still_is_exact_at_the_second_look(
    pixel_format: PixelFormat, depth: int, seed: int, gaps: list[float]
) -> None:
    random = np.random.default_rng(seed)
    rendition = Rendition(tolerance=20, depth=depth)
    variant = Variant(Geometry(pixel_format, rendition, (9, 7)), EPOCH)
    array, now = pixels(pixel_format, 9, 7, "noise", random), 0.0
    for gap in gaps:
        now += gap
        array = changed(array, "noise", random)
        variant.update(array, None, now)
        variant.commit(1)
    for _ in range(2):
        now += SETTLE_EVERY
        variant.update(array, None, now)
        variant.commit(1)
    assert variant.is_settled
    assert off(variant, array, pixel_format) == 0


NEAR = Rendition(tolerance=8)


def look(variant: Variant, array: Pixels, now: float, asked: Rows | None = None) -> None:
    variant.bases.hold([], variant.picture.number)
    variant.update(array, asked, now)
    if variant.has_news:
        variant.commit(1)


def test_a_small_change_waits_until_the_picture_stands_still() -> None:
    variant = gray_variant(rendition=NEAR)
    look(variant, gray(100), 0)
    look(variant, gray(105), 0.1)
    assert (variant.picture.number, variant.is_settled) == (1, False)
    look(variant, gray(105), SETTLE_EVERY)
    assert not variant.is_settled, "at the look before it was another picture"
    look(variant, gray(105), 2 * SETTLE_EVERY)
    assert variant.is_settled
    assert (variant.picture.pixels == 105).all()


def test_rows_that_stand_still_become_exact_beside_others_that_move() -> None:
    variant = gray_variant(rendition=NEAR)
    array = gray(100)
    look(variant, array, 0)
    array[0] = 103
    for turn in range(1, 9):
        array[2] = 100 + turn % 2
        look(variant, array, turn * SETTLE_EVERY)
    assert variant.picture.pixels[0].tolist() == [103] * 4
    assert not variant.is_settled


def test_a_picture_without_a_tolerance_is_always_settled() -> None:
    variant = gray_variant()
    look(variant, gray(1), 0)
    assert variant.is_settled


def test_a_small_change_of_some_rows_unsettles_so_that_it_becomes_exact() -> None:
    stage = Variant(Geometry(GRAY8, NEAR, (8, 6)), 1)
    picture = np.full((6, 8), 100, np.uint8)
    rows = np.zeros(6, np.bool_)
    rows[2] = True
    for now in (0.0, 1.0):
        stage.update(picture, None, now)
        stage.commit(1)
    assert stage.is_settled
    stage.update(picture, rows, 1.1)
    assert stage.is_settled
    picture[2] = 105
    stage.update(picture, rows, 1.2)
    assert not stage.is_settled
    for now in (2.0, 3.0):
        stage.update(picture, None, now)
    assert (stage.picture.pixels == picture).all()
    assert stage.is_settled


def test_a_sample_unsettles_what_it_finds_changed_and_nothing_else() -> None:
    variant = gray_variant(rendition=NEAR)
    for turn in range(3):
        look(variant, gray(100), turn * SETTLE_EVERY)
    rows = np.array([False, True, False])
    look(variant, gray(100), 2, rows)
    assert variant.is_settled
    look(variant, gray(200), 2, rows)
    assert not variant.is_settled


@pytest.mark.parametrize("pixel_format", FORMATS, ids=str)
@pytest.mark.parametrize("content", CONTENTS)
def test_a_first_picture_is_exact_however_near_it_is_to_a_blank_one(
    pixel_format: PixelFormat, content: str
) -> None:
    array = pixels(pixel_format, 9, 7, content, np.random.default_rng(1))
    rendition = Rendition(tolerance=MAX_TOLERANCE)
    variant = Variant(Geometry(pixel_format, rendition, (9, 7)), EPOCH)
    variant.update(array, None, 0.0)
    assert off(variant, array, pixel_format) == 0
    assert variant.picture.format is reduced(pixel_format, 24)


# Damage, through a walk: which rows of a variant are made of those of a source that changed.


@given(
    geometries(),
    st.lists(st.tuples(st.integers(-9, 50), st.integers(-3, 60)), max_size=4),
    SEEDS,
)
def test_damage_reads_the_rows_made_of_its_own_and_no_others(
    geometry: Geometry, spans: list[tuple[int, int]], seed: int
) -> None:
    pixel_format, rendition, (width, height), _ = geometry
    random = np.random.default_rng(seed)
    walk = NumpyWalk(1000)
    walk.open(0, *geometry[:3], EPOCH)
    old = pixels(pixel_format, width, height, "noise", random)
    new = pixels(pixel_format, width, height, "noise", random)
    walk.publish(old, None, 1, 0.0)
    walk.publish(new, spans, 2, 1.0)
    crop, step = rendition.crop or Crop(0, 0, width, height), rendition.step
    before, after = (resample(one, pixel_format, rendition) for one in (old, new))
    damaged = {row for y, rows in spans for row in range(y, y + rows)}
    for row in range(len(after)):
        top = crop.y + row * step
        sources = range(top, min(top + step, crop.y + crop.height))
        if damaged & set(sources):
            before[row] = after[row]
    assert walk.picture(0) == before.tobytes()


def test_of_a_first_picture_all_is_read_whatever_the_damage() -> None:
    walk = NumpyWalk(1000)
    walk.open(0, GRAY8, PLAIN, (4, 3), EPOCH)
    walk.publish(gray(7), [], 1, 0.0)
    assert walk.picture(0) == gray(7).tobytes()


@pytest.mark.parametrize("every", [1, 2, 3, 9])
def test_a_sample_reads_every_so_manyth_row(every: int) -> None:
    walk = NumpyWalk(1000)
    walk.open(0, GRAY8, PLAIN, (1, 10), EPOCH)
    walk.publish(np.zeros((10, 1), np.uint8), None, 1, 0.0)
    first = every // 2
    assert walk.sample(np.ones((10, 1), np.uint8), first, every, 1.0)
    expected = [int(y >= first and (y - first) % every == 0) for y in range(10)]
    assert list(walk.picture(0)) == expected


@pytest.mark.parametrize("failing", ["differing_rows", "update", "resample_rows"])
def test_an_update_cut_short_for_want_of_memory_leaves_nobody_with_a_wrong_picture(
    failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variant = gray_variant()
    for value in (10, 20):
        put(variant, gray(value), 1)
    call = getattr(variant_module, failing)

    def cut_short(*arguments: object) -> None:
        call(*arguments)
        raise MemoryError

    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(variant_module, failing, cut_short)
        put(variant, gray(30), 1, 2)
    assert variant.is_uncommitted
    assert put(variant, gray(30), 1, 2)
    for base in (1, 2):
        held = Frame(7, base, 0, variant.geometry.kept, gray(10 * base))
        assert (decode(message(variant, base), held).pixels == 30).all()

"""The pass over a picture's rows: both twins against a naive reference, and the compiled one against wrong buffers."""

import contextlib
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.limits import MAX_TOLERANCE
from ws_stream.pixels import rows
from ws_stream.pixels.formats import (
    BGRX8888,
    DEPTHS,
    FORMATS,
    RGB444,
    PixelFormat,
    Pixels,
    from_rgb,
    reduced,
    to_rgb,
)
from ws_stream.pixels.frame import Frame
from ws_stream.pixels.rows import Rows, take, take_plain

from ..strategies import CHANGES, CONTENTS, SEEDS, changed, pairs, pixels, shapes
from .test_resample import LAYOUTS

PAIRS = sorted({(shown, reduced(shown, depth)) for shown in FORMATS for depth in DEPTHS}, key=str)
"""Every format with those that its pictures can be made to."""

EACH_PAIR = pytest.mark.parametrize("formats", PAIRS, ids=str)

LAYOUTS_AND_TOLERANCES = [(layout, tolerance) for layout in LAYOUTS for tolerance in (0, 3, 40)]

WIDTHS = (1, 3, 63, 64, 65, 255, 256, 257, 300)
"""Just below, at and just above the lengths at which the compiled twin goes in blocks."""


class Case(NamedTuple):
    """What `take` is called with: the rows of the target that are not stale are those before."""

    view: Pixels
    formats: tuple[PixelFormat, PixelFormat]
    before: Pixels
    target: Pixels
    stale: Rows
    asked: Rows | None
    tolerance: int

    def done(self, twin: Callable[..., tuple[Rows, int]] = take) -> tuple[Pixels, Rows, int]:
        """The target afterwards, which rows changed and how many; the case itself stays as it is."""
        target = self.target.copy()
        return target, *twin(*self._replace(target=target))

    @property
    def true(self) -> Pixels:
        """What the view shows, exactly."""
        return exactly(self.view, self.formats)


def exactly(view: Pixels, formats: tuple[PixelFormat, PixelFormat]) -> Pixels:
    shown, made = formats
    if shown is not made:
        return from_rgb(to_rgb(view, shown), made)
    true = view.copy()
    if made.padded:
        true[..., 3] = 255
    return true


def case(
    formats: tuple[PixelFormat, PixelFormat],
    size: tuple[int, int],
    contents: tuple[str, str],
    layout: str,
    seed: int,
    tolerance: int = 0,
    asks: bool = False,
) -> Case:
    random = np.random.default_rng(seed)
    content, change = contents
    old = pixels(formats[0], *size, content, random)
    new = LAYOUTS[layout](changed(old, change, random))
    before = exactly(old, formats)
    stale, asked = random.random((2, size[1])) < random.random((2, 1))
    target = before.copy()
    target[stale] = random.integers(0, 256, target[stale].shape)
    return Case(new, formats, before, target, stale, asked if asks else None, tolerance)


cases = st.builds(
    case,
    st.sampled_from(PAIRS),
    shapes,
    st.tuples(st.sampled_from(CONTENTS), st.sampled_from(CHANGES)),
    st.sampled_from(sorted(LAYOUTS)),
    SEEDS,
    st.sampled_from([0, 0, 1, 2, 5, 17, 40, MAX_TOLERANCE]),
    st.booleans(),
)


def near(new: Pixels, old: Pixels, pixel_format: PixelFormat, tolerance: int) -> bool:
    """Whether a pixel may stay what it was: no channel, shown in eight bits, is off by more, at the widest step."""
    if not pixel_format.fields:
        return int(np.abs(new.astype(int) - old).max()) <= tolerance
    steps = [-(-255 // ((1 << bits) - 1)) for _, bits in pixel_format.fields]
    return all(
        abs((int(new) >> lowest) % (1 << bits) - (int(old) >> lowest) % (1 << bits)) * step
        <= tolerance
        for step, (lowest, bits) in zip(steps, pixel_format.fields, strict=True)
    )


def reference(case: Case) -> tuple[Pixels, list[bool]]:
    """Pixel by pixel in plain Python."""
    target, true = case.before.copy(), case.true
    height, width = target.shape[:2]
    for y, x in np.ndindex(height, width):
        if case.asked is None or case.asked[y]:
            old, new = case.before[y, x], true[y, x]
            stays = case.tolerance and near(new, old, case.formats[1], case.tolerance)
            target[y, x] = old if stays else new
    return target, [
        row.tobytes() != old.tobytes() for row, old in zip(target, case.before, strict=True)
    ]


@given(cases)
def test_both_twins_are_the_reference_in_every_byte(case: Case) -> None:
    target, differ = reference(case)
    for twin in (take, take_plain):
        made, changed, count = case.done(twin)
        assert made.tobytes() == target.tobytes()
        assert changed.tolist() == differ
        assert count == sum(differ)


@EACH_PAIR
def test_every_layout_of_every_pair_of_formats(formats: tuple[PixelFormat, PixelFormat]) -> None:
    for seed, (layout, tolerance) in enumerate(LAYOUTS_AND_TOLERANCES):
        one = case(formats, (37, 9), ("noise", "noise"), layout, seed, tolerance, asks=True)
        target, differ = reference(one)
        for twin in (take, take_plain):
            made, changed, _ = one.done(twin)
            found = made.tobytes(), changed.tolist()
            assert found == (target.tobytes(), differ), (layout, tolerance, twin)


@pytest.mark.parametrize("width", [63, 64, 65, 150])
def test_a_row_longer_than_a_block_of_pixels_is_held_to_the_tolerance_to_its_end(
    width: int,
) -> None:
    for formats in PAIRS:
        one = case(formats, (width, 2), ("noise", "noise"), "contiguous", width, tolerance=2)
        target, differ = reference(one)
        made, changed, _ = one.done()
        assert (made.tobytes(), changed.tolist()) == (target.tobytes(), differ), formats


@given(cases)
def test_the_error_never_exceeds_the_tolerance(case: Case) -> None:
    case = case._replace(asked=None)
    made, _, _ = case.done()
    shown, true = (to_rgb(one, case.formats[1]).astype(int) for one in (made, case.true))
    assert np.abs(shown - true).max() <= case.tolerance


@given(cases)
def test_a_pixel_is_the_one_there_is_or_the_one_before_and_nothing_between(case: Case) -> None:
    made, _, _ = case.done()
    for pixel, new, old in zip(*map(_flat, (made, case.true, case.before)), strict=True):
        assert pixel in (new, old)


def _flat(array: Pixels) -> list[bytes]:
    height, width = array.shape[:2]
    return [array[y, x].tobytes() for y, x in np.ndindex(height, width)]


@given(cases)
def test_without_a_tolerance_what_is_asked_for_is_exact(case: Case) -> None:
    case = case._replace(asked=None, tolerance=0)
    assert case.done()[0].tobytes() == case.true.tobytes()


@given(cases, SEEDS)
def test_rows_that_are_not_asked_for_are_those_before_whatever_the_memory_holds(
    case: Case, seed: int
) -> None:
    asked = np.random.default_rng(seed).random(len(case.stale)) < 0.5
    case = case._replace(asked=asked)
    made, changed, count = case.done()
    assert np.array_equal(made[~asked], case.before[~asked])
    assert not changed[~asked].any()
    noisy = case.view.copy()
    noisy[~asked] ^= 0xA5
    again, *_ = case._replace(view=noisy).done()
    assert again.tobytes() == made.tobytes()
    assert count == changed.sum()


@given(cases)
def test_it_does_not_matter_what_stale_rows_held(case: Case) -> None:
    made, changed, _ = case.done()
    other = case.target.copy()
    other[case.stale] ^= 0x5A
    again, changed_again, _ = case._replace(target=other).done()
    assert again.tobytes() == made.tobytes()
    assert changed_again.tolist() == changed.tolist()


@given(cases)
def test_the_same_picture_once_more_changes_nothing(case: Case) -> None:
    made, _, _ = case.done()
    case = case._replace(before=made, target=made.copy(), stale=np.zeros_like(case.stale))
    again, changed, count = case.done()
    assert count == 0
    assert not changed.any()
    assert again.tobytes() == made.tobytes()


@given(cases)
def test_neither_the_view_nor_what_is_before_nor_who_asks_is_written_to(case: Case) -> None:
    kept = [one.copy() for one in (case.view, case.before, case.stale)]
    case.done()
    case.done(take_plain)
    for one, copy in zip((case.view, case.before, case.stale), kept, strict=True):
        assert np.array_equal(one, copy)


@EACH_PAIR
def test_a_single_byte_that_differs_is_seen_wherever_it_stands_and_no_byte_beside_is_written(
    formats: tuple[PixelFormat, PixelFormat],
) -> None:
    shown, _ = formats
    top = int(np.iinfo(shown.dtype).max) if shown is not RGB444 else 0x0FFF
    for width in WIDTHS:
        old = np.zeros(shown.shape(width, 3), shown.dtype)
        before = exactly(old, formats)
        memory = np.full((5, *before.shape[1:]), 0x5A, before.dtype)
        for x in {0, width // 2, width - 1}:
            view = old.copy()
            view[1, x] = top
            memory[1:4] = before
            stale = np.zeros(3, np.bool_)
            changed, count = take(view, formats, before, memory[1:4], stale, None)
            assert (changed.tolist(), count) == ([False, True, False], 1), (width, x)
            assert memory[1:4].tobytes() == exactly(view, formats).tobytes(), (width, x)
            assert (memory[[0, 4]] == 0x5A).all(), (width, x)


@pytest.mark.parametrize("x", [0, 255, 256, 299])
def test_padding_that_is_255_already_hides_no_change(x: int) -> None:
    view = np.full((2, 300, 4), 255, np.uint8)
    view[0, x, 1] = 7
    for twin in (take, take_plain):
        before, target = np.full((2, *view.shape), 255, np.uint8)
        changed, count = twin(view, (BGRX8888, BGRX8888), before, target, np.zeros(2, np.bool_))
        assert (changed.tolist(), count) == ([True, False], 1)
        assert target.tobytes() == view.tobytes()


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 20))
def test_runs_cover_what_changed_and_join_only_over_small_gaps(flags: list[bool], gap: int) -> None:
    found = rows.runs(np.array(flags, np.bool_), gap)
    covered = {row for first, end in found for row in range(first, end)}
    assert covered >= {row for row, is_changed in enumerate(flags) if is_changed}
    for first, end in found:
        assert flags[first]
        assert flags[end - 1]
        gaps = "".join("x" if row else "." for row in flags[first:end]).split("x")
        assert max(map(len, gaps)) < gap
    for (_, end), (first, _) in pairwise(found):
        assert first - end >= gap


# Comparing, and leaving out the padding.

EACH_TWIN = pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "plain"])


@EACH_TWIN
@given(pairs())
def test_those_rows_differ_in_which_any_byte_does(
    compiled: bool, frames: tuple[Frame, Frame]
) -> None:
    one, other = (frame.pixels for frame in frames)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "COMPILED", compiled)
        found = rows.differing_rows(one, other).tolist()
    assert found == [a.tobytes() != b.tobytes() for a, b in zip(one, other, strict=True)]


@EACH_TWIN
@given(st.integers(1, 9), st.integers(1, 70), st.booleans(), SEEDS)
def test_of_padded_pixels_the_three_bytes_of_colour_are_left(
    compiled: bool, height: int, width: int, has_base: bool, seed: int
) -> None:
    random = np.random.default_rng(seed)
    new, old = random.integers(0, 256, (2, height, width, 4), np.uint8)
    new[..., 3] = old[..., 3] = 255
    base = old.reshape(height, -1) if has_base else None
    wanted = (new ^ old if has_base else new)[..., :3].reshape(height, -1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "COMPILED", compiled)
        found = rows.unpadded(new.reshape(height, -1), base)
        assert found is not None
        assert found.tolist() == wanted.tolist()
        (new if seed % 2 or not has_base else old)[seed % height, seed % width, 3] = 254
        assert rows.unpadded(new.reshape(height, -1), base) is None, "a byte that carries something"


# The compiled twin.

BESIDE = sorted(set(LAYOUTS) - {"channels reversed", "planes", "Fortran order", "transposed"})
"""Layouts where the bytes of a pixel lie side by side, as on every device known."""


def test_the_compiled_twin_is_there() -> None:
    """It was built when the package was installed; without it a device takes several times as long."""
    from ws_stream.pixels import _kernel  # noqa: PLC0415 - its absence is this test's failure, not that of the others

    assert callable(_kernel.take)
    assert rows.COMPILED


def _kernel_take() -> Callable[..., int]:
    from ws_stream.pixels._kernel import take  # noqa: PLC0415 - as above

    return take


@EACH_PAIR
def test_wherever_a_pixels_bytes_lie_side_by_side_the_compiled_twin_does_the_work(
    formats: tuple[PixelFormat, PixelFormat], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, made = formats
    calls: list[str] = []

    def noted(*arguments: Any) -> int:  # noqa: ANN401 - whatever the twin takes
        calls.append(layout)
        return int(rows_take(*arguments))

    rows_take = _kernel_take()
    monkeypatch.setattr(rows, "take_compiled", noted)
    for layout in BESIDE:
        case(formats, (9, 5), ("noise", "some rows"), layout, seed=1).done()
    assert calls == (BESIDE if shown is made or not shown.fields else [])


def test_where_there_is_no_compiled_twin_the_plain_one_takes_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = case((BGRX8888, BGRX8888), (9, 5), ("noise", "some rows"), "contiguous", seed=1)
    with_it = one.done()
    monkeypatch.setattr(rows, "COMPILED", False)
    monkeypatch.delattr(rows, "take_compiled")
    without = one.done()
    assert without[0].tobytes() == with_it[0].tobytes()
    assert without[1].tolist() == with_it[1].tolist()


def compiled(**wrong: object) -> int:
    """Call the compiled twin with a picture of 4x3 gray pixels, and with this instead."""
    arguments: dict[str, Any] = {
        "source": np.zeros((3, 4), np.uint8),
        "before": np.zeros((3, 4), np.uint8),
        "target": np.zeros((3, 4), np.uint8),
        "stale": np.ones(3, np.bool_),
        "asked": None,
        "changed": np.zeros(3, np.bool_),
    } | wrong
    return int(_kernel_take()(*arguments.values(), 0, 0, b"", b""))


@pytest.mark.parametrize("by", [-1, 1])
@pytest.mark.parametrize("name", ["before", "target", "stale", "asked", "changed"])
def test_a_buffer_of_another_size_is_refused(name: str, by: int) -> None:
    assert compiled(asked=np.ones(3, np.bool_)) == 0
    whole = 12 if name in {"before", "target"} else 3
    with pytest.raises(ValueError, match="is not of the source's size"):
        compiled(**{name: np.zeros(whole + by, np.uint8)})


@pytest.mark.parametrize(
    "source",
    [
        np.zeros(12, np.uint8),
        np.zeros((3, 2, 2, 1), np.uint8),
        np.zeros((3, 4, 5), np.uint8),
        np.zeros((3, 4), np.float64),
        np.zeros((3, 4, 4), np.uint16),
        np.zeros((3, 4, 6), np.uint8)[..., ::2],
        np.zeros((3, 4, 3), np.uint8)[..., ::-1],
    ],
    ids=["a row", "four axes", "five bytes", "doubles", "eight bytes", "bytes apart", "reversed"],
)
def test_what_is_no_picture_is_refused(source: Pixels) -> None:
    with pytest.raises(ValueError, match="source is no picture"):
        compiled(source=source, before=np.zeros(source.nbytes), target=np.zeros(source.nbytes))


@pytest.mark.parametrize(
    ("pack", "fields"), [(bytes(8), b""), (b"", bytes(8)), (bytes((1, 0, 0) * 3), b"")]
)
def test_channels_that_the_source_does_not_have_are_refused(pack: bytes, fields: bytes) -> None:
    memory = np.zeros((3, 4), np.uint8)
    rows = np.ones(3, np.bool_)
    with pytest.raises(ValueError, match="do not fit the source's pixels"):
        _kernel_take()(memory, memory, memory.copy(), rows, None, rows.copy(), 0, 0, pack, fields)


def test_memory_that_cannot_be_written_to_or_has_gaps_is_refused() -> None:
    frozen = np.zeros((3, 4), np.uint8)
    frozen.flags.writeable = False
    apart = np.zeros((3, 8), np.uint8)[:, ::2]
    for name, memory in (("target", frozen), ("before", apart), ("target", apart)):
        with pytest.raises((TypeError, ValueError)):
            compiled(**{name: memory})


def test_what_is_no_memory_is_not_compared_and_not_read() -> None:
    from ws_stream.pixels import _kernel  # noqa: PLC0415 - as above

    memory, none = np.zeros(12, np.uint8), cast(Any, 7)
    with pytest.raises(TypeError):
        _kernel.compare(memory, none, np.zeros(3, np.bool_))
    with pytest.raises(TypeError):
        _kernel.unpad(memory, none, memory)


def test_rows_of_other_sizes_are_not_compared_and_not_read() -> None:
    from ws_stream.pixels import _kernel  # noqa: PLC0415 - as above

    row, flags = np.zeros(12, np.uint8), np.zeros(3, np.bool_)
    for one, other, differing in (
        (row, row[:-1], flags),
        (row[:-1], row[:-1], flags),
        (row, row, flags[:0]),
    ):
        with pytest.raises(ValueError, match="are not of one size"):
            _kernel.compare(one, other, differing)
    for new, base, colours in ((row, row[:8], row[:9]), (row, None, row[:8]), (row[:9], None, row)):
        with pytest.raises(ValueError, match="are not of one size"):
            _kernel.unpad(new, base, colours)


def test_a_picture_without_pixels_is_taken_and_no_row_of_it_changes() -> None:
    empty = np.zeros((3, 0), np.uint8)
    assert compiled(source=empty, before=empty, target=empty.copy()) == 0


def test_a_refused_call_leaves_no_hold_on_any_memory() -> None:
    """Memory that is still held cannot be resized, and a bytearray says so."""
    memories = {name: bytearray(13) for name in ("before", "target", "stale", "asked", "changed")}
    for name, memory in memories.items():
        with pytest.raises(ValueError, match="size"):
            compiled(**{name: np.frombuffer(memory, np.uint8)})
        memory.append(0)


@pytest.mark.parametrize("length", [12, 11])
def test_comparing_and_leaving_out_padding_leave_no_hold_on_any_memory(length: int) -> None:
    from ws_stream.pixels import _kernel  # noqa: PLC0415 - as above

    def of(memory: bytearray) -> Pixels:
        return np.frombuffer(memory, np.uint8)

    one, other, flags, colours = bytearray(12), bytearray(length), bytearray(3), bytearray(9)
    with contextlib.suppress(ValueError):
        _kernel.compare(of(one), of(other), np.frombuffer(flags, np.bool_))
    with contextlib.suppress(ValueError):
        _kernel.unpad(of(one), of(other), of(colours))
    for memory in (one, other, flags, colours):
        memory.append(0)

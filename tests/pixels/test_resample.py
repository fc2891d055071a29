"""resample: against a naive reference, pixel by pixel, over every way an array can lie in memory."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import crops
from ws_stream.errors import UsageError
from ws_stream.limits import MAX_STEP
from ws_stream.pixels.colours import from_rgb
from ws_stream.pixels.formats import (
    BGRX8888,
    DEPTHS,
    FORMATS,
    GRAY8,
    RGB565,
    RGBX8888,
    PixelFormat,
    Pixels,
    reduced,
)
from ws_stream.pixels.frame import Frame
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.pixels.resample import (
    Rows,
    differing_rows,
    resample,
    resample_rows,
    runs,
)

from ..strategies import CONTENTS, SEEDS, formats, pairs, pixels, shapes

Value = int | list[int]
"""One pixel: a word, or its components."""


def reference(array: Pixels, pixel_format: PixelFormat, rendition: Rendition) -> list[list[Value]]:
    """The rendition in plain Python: a list of rows of pixels."""
    crop = rendition.crop or Crop(0, 0, array.shape[1], array.shape[0])
    source: list[list[Value]] = array.tolist()
    lines = [line[crop.x : crop.x + crop.width] for line in source[crop.y : crop.y + crop.height]]
    step, kept = rendition.step, reduced(pixel_format, rendition.depth)
    return [
        [
            lowered(
                pixel(
                    [line[x : x + step] for line in lines[y : y + step]], pixel_format, rendition
                ),
                pixel_format,
                kept,
            )
            for x in range(0, crop.width, step)
        ]
        for y in range(0, crop.height, step)
    ]


SCALES = {
    "rgb565": [(2048, 32), (32, 64), (1, 32)],
    "rgb444": [(256, 16), (16, 16), (1, 16)],
    "rgb332": [(32, 8), (4, 8), (1, 4)],
}
"""What a step of red, green and blue adds to a word, and how many steps there are."""


def pixel(box: list[list[Value]], pixel_format: PixelFormat, rendition: Rendition) -> Value:
    """What becomes of a box of pixels: its first one or its mean, rounded half up."""
    values = [components(value, pixel_format) for line in box for value in line]
    kept = values if rendition.average else values[:1]
    means: list[int] = [
        (2 * sum(part) + len(kept)) // (2 * len(kept)) for part in zip(*kept, strict=True)
    ]
    if scales := SCALES.get(pixel_format.name):
        return sum(mean * scale for mean, (scale, _) in zip(means, scales, strict=True))
    return means[0] if pixel_format is GRAY8 else means


def lowered(value: Value, shown: PixelFormat, kept: PixelFormat) -> Value:
    """The pixel in a format of fewer bits, or of as many: of each colour the upper ones."""
    if kept is shown:
        return value
    parts = components(value, shown)
    colours = parts if shown.fields else [parts[at] for at in shown.rgb]
    had = [bits for _, bits in shown.fields] or [8, 8, 8]
    return sum(
        colour >> before - bits << lowest
        for colour, before, (lowest, bits) in zip(colours, had, kept.fields, strict=True)
    )


def components(value: Value, pixel_format: PixelFormat) -> list[int]:
    """The parts that are averaged each for itself."""
    if isinstance(value, list):
        return [*value[:3], 255] if pixel_format.padded else value
    scales = SCALES.get(pixel_format.name, [(1, 256)])
    return [value // scale % count for scale, count in scales]


def padded_rows(array: Pixels) -> Pixels:
    """Rows with bytes between them, as a framebuffer's stride has them."""
    wide = np.full((array.shape[0], array.shape[1] + 3, *array.shape[2:]), 0x5A, array.dtype)
    wide[:, : array.shape[1]] = array
    return wide[:, : array.shape[1]]


def unaligned(array: Pixels) -> Pixels:
    """At an odd address."""
    memory = np.zeros(array.nbytes + 1, np.uint8)
    memory[1:] = np.frombuffer(array.tobytes(), np.uint8)
    return np.frombuffer(memory.data, array.dtype, array.size, offset=1).reshape(array.shape)


def read_only(array: Pixels) -> Pixels:
    return np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape)


def unaligned_rows(array: Pixels) -> Pixels:
    """Rows whose distance is no multiple of a pixel's size."""
    row = array[0].nbytes
    memory = np.zeros((array.shape[0], row + 1), np.uint8)
    memory[:, :row] = array.reshape(array.shape[0], -1).view(np.uint8)
    strides = (row + 1, *array.strides[1:])
    return np.ndarray(array.shape, array.dtype, memory.data, 0, strides)


LAYOUTS: dict[str, Callable[[Pixels], Pixels]] = {
    "contiguous": lambda array: array,
    "read-only": read_only,
    "padded rows": padded_rows,
    "bottom-up": lambda array: array[::-1].copy()[::-1],
    "mirrored": lambda array: array[:, ::-1].copy()[:, ::-1],
    "turned": lambda array: array[::-1, ::-1].copy()[::-1, ::-1],
    "transposed": lambda array: array.swapaxes(0, 1).copy().swapaxes(0, 1),
    "Fortran order": np.asfortranarray,
    "planes": lambda array: np.moveaxis(np.moveaxis(array, -1, 0).copy(), 0, -1),
    "channels reversed": lambda array: array[..., ::-1].copy()[..., ::-1],
    "every second pixel": lambda array: array.repeat(2, 1)[:, ::2],
    "one row repeated": lambda array: np.broadcast_to(array[:1], array.shape),
    "unaligned": unaligned,
    "unaligned rows": unaligned_rows,
}
"""How the same picture may lie in memory. "One row repeated" has a stride of 0 and is another picture."""


@st.composite
def renditions(draw: st.DrawFn, width: int, height: int) -> Rendition:
    crop = draw(crops(width, height))
    step, depth = draw(st.integers(1, MAX_STEP)), draw(st.sampled_from(list(DEPTHS)))
    return Rendition(crop, step, draw(st.booleans()), 0, depth).check()


@st.composite
def cases(draw: st.DrawFn) -> tuple[Pixels, PixelFormat, Rendition]:
    pixel_format, (width, height) = draw(formats), draw(shapes)
    random = np.random.default_rng(draw(SEEDS))
    array = pixels(pixel_format, width, height, draw(st.sampled_from(CONTENTS)), random)
    return array, pixel_format, draw(renditions(width, height))


@given(cases(), st.sampled_from(sorted(LAYOUTS)))
def test_resample_is_the_reference_however_the_array_lies(
    case: tuple[Pixels, PixelFormat, Rendition], layout: str
) -> None:
    array, pixel_format, rendition = case
    lying = LAYOUTS[layout](array)
    before = lying.tolist()
    small = resample(lying, pixel_format, rendition)
    assert small.tolist() == reference(lying, pixel_format, rendition)
    assert lying.tolist() == before


@given(cases(), st.sampled_from(sorted(LAYOUTS)))
def test_the_result_is_contiguous_owned_writable_and_of_the_promised_size(
    case: tuple[Pixels, PixelFormat, Rendition], layout: str
) -> None:
    array, pixel_format, rendition = case
    lying = LAYOUTS[layout](array)
    small = resample(lying, pixel_format, rendition)
    assert small.flags.c_contiguous
    assert small.flags.owndata
    assert small.flags.writeable
    assert not np.shares_memory(small, lying)
    kept = reduced(pixel_format, rendition.depth)
    assert small.dtype == kept.dtype
    width, height = rendition.size(array.shape[1], array.shape[0])
    assert small.shape == kept.shape(width, height)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("pixel_format", FORMATS, ids=str)
def test_every_layout_of_every_format_at_every_step(pixel_format: PixelFormat, layout: str) -> None:
    array = pixels(pixel_format, 35, 19, "noise", np.random.default_rng(3))
    lying = LAYOUTS[layout](array)
    if layout != "one row repeated":
        assert np.array_equal(lying, array)
    for step in range(1, MAX_STEP + 1):
        for rendition in (
            Rendition(None, step),
            Rendition(Crop(1, 2, 33, 16), step, average=True),
            *(Rendition(None, step, average=True, depth=depth) for depth in DEPTHS),
        ):
            small = resample(lying, pixel_format, rendition)
            assert small.tolist() == reference(lying, pixel_format, rendition)


@given(cases(), SEEDS)
def test_padding_bytes_become_255_and_never_matter(
    case: tuple[Pixels, PixelFormat, Rendition], seed: int
) -> None:
    array, _, rendition = case
    rendition = rendition._replace(depth=24)
    for pixel_format in (RGBX8888, BGRX8888):
        noisy = pixels(
            pixel_format, array.shape[1], array.shape[0], "noise", np.random.default_rng(seed)
        )
        other = noisy.copy()
        other[..., 3] ^= 0xA5
        small = resample(noisy, pixel_format, rendition)
        assert np.array_equal(small, resample(other, pixel_format, rendition))
        assert (small[..., 3] == 255).all()


@pytest.mark.parametrize("pixel_format", FORMATS, ids=str)
def test_the_mean_of_the_largest_white_box_is_white(pixel_format: PixelFormat) -> None:
    white = from_rgb(np.full((33, 40, 3), 255, np.uint8), pixel_format)
    assert np.array_equal(
        resample(white, pixel_format, Rendition(None, MAX_STEP, average=True)),
        white[: -(-33 // MAX_STEP), : -(-40 // MAX_STEP)],
    )


@given(cases())
def test_step_1_without_a_crop_is_the_picture_itself(
    case: tuple[Pixels, PixelFormat, Rendition],
) -> None:
    array, pixel_format, _ = case
    whole = Crop(0, 0, array.shape[1], array.shape[0])
    plain = resample(array, pixel_format, Rendition())
    for rendition in (Rendition(average=True), Rendition(whole), Rendition(whole, 1, average=True)):
        assert np.array_equal(resample(array, pixel_format, rendition), plain)
    if not pixel_format.padded:
        assert np.array_equal(plain, array)


def test_an_array_that_does_not_fit_its_format_gets_a_sentence_with_what_would() -> None:
    for array in (
        np.zeros((2, 3), np.uint8),
        np.zeros((2, 3, 4), np.int8),
        np.zeros((0, 3, 4), np.uint8),
    ):
        with pytest.raises(
            UsageError, match=r"is no rgbx8888 picture; right would be uint8 \(height, width, 4\)$"
        ):
            resample(array, RGBX8888, Rendition())
    with pytest.raises(
        UsageError,
        match=rf"no rgb565 picture; right would be {np.dtype('<u2')} \(height, width\)$",
    ):
        resample(np.zeros((2, 3), ">u2"), RGB565, Rendition())


# Only some rows.


@given(cases(), st.sampled_from(sorted(LAYOUTS)), SEEDS)
def test_rows_asked_for_are_the_renditions_and_the_others_stay_what_they_are(
    case: tuple[Pixels, PixelFormat, Rendition], layout: str, seed: int
) -> None:
    array, pixel_format, rendition = case
    lying = LAYOUTS[layout](array)
    whole = resample(lying, pixel_format, rendition)
    random = np.random.default_rng(seed)
    asked: Rows = random.random(len(whole)) < random.random()
    target = (whole ^ 0x5A).astype(whole.dtype)
    resample_rows(lying, pixel_format, rendition, target, asked)
    assert np.array_equal(target[asked], whole[asked])
    assert np.array_equal(target[~asked], whole[~asked] ^ 0x5A)


@given(cases(), SEEDS)
def test_of_rows_that_are_not_asked_for_nothing_is_read(
    case: tuple[Pixels, PixelFormat, Rendition], seed: int
) -> None:
    array, pixel_format, rendition = case
    crop = rendition.crop or Crop(0, 0, array.shape[1], array.shape[0])
    height = rendition.size(array.shape[1], array.shape[0])[1]
    asked: Rows = np.random.default_rng(seed).random(height) < 0.5
    needed = np.zeros(len(array), np.bool_)
    for row in asked.nonzero()[0]:
        top = crop.y + row * rendition.step
        needed[top : min(top + rendition.step, crop.y + crop.height)] = True
    noisy = array.copy()
    noisy[~needed] ^= 0x5A
    found = []
    for one in (array, noisy):
        target = np.zeros_like(resample(array, pixel_format, rendition))
        resample_rows(one, pixel_format, rendition, target, asked)
        found.append(target.tobytes())
    assert found[0] == found[1]


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 20))
def test_runs_cover_what_is_true_and_join_only_over_small_gaps(flags: list[bool], gap: int) -> None:
    found = list(runs(np.array(flags, np.bool_), gap))
    covered = {row for first, end in found for row in range(first, end)}
    assert covered >= {row for row, is_true in enumerate(flags) if is_true}
    for first, end in found:
        assert flags[first]
        assert flags[end - 1]
        gaps = "".join("x" if row else "." for row in flags[first:end]).split("x")
        assert max(map(len, gaps)) < gap
    for (_, end), (first, _) in pairwise(found):
        assert first - end >= gap


@given(pairs())
def test_those_rows_differ_in_which_any_byte_does(frames: tuple[Frame, Frame]) -> None:
    one, other = (frame.pixels for frame in frames)
    found = differing_rows(one, other).tolist()
    assert found == [a.tobytes() != b.tobytes() for a, b in zip(one, other, strict=True)]

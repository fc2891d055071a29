"""keep_near and its limits: against a naive reference, pixel by pixel, and against what an eye sees of a pixel."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.limits import MAX_TOLERANCE
from ws_stream.pixels.colours import to_rgb
from ws_stream.pixels.formats import FORMATS, PixelFormat, Pixels
from ws_stream.pixels.tolerance import channel_limits, keep_near

from ..strategies import CHANGES, SEEDS, changed, pixels

EACH_FORMAT = pytest.mark.parametrize("pixel_format", FORMATS, ids=str)
WORDS = [pixel_format for pixel_format in FORMATS if pixel_format.fields]
TOLERANCES = (1, 2, 5, 17, 40, MAX_TOLERANCE)


def pictures(
    pixel_format: PixelFormat, size: tuple[int, int], how: str, seed: int
) -> tuple[Pixels, Pixels]:
    """A new picture and the kept one, their padding 255 as in every picture that is kept."""
    random = np.random.default_rng(seed)
    kept = pixels(pixel_format, *size, "noise", random)
    new = changed(kept, how, random)
    if pixel_format.name == "rgb444":
        new &= 0x0FFF
    if pixel_format.padded:
        new[..., 3] = kept[..., 3] = 255
    return new, kept


cases = st.builds(
    pictures,
    formats := st.sampled_from(FORMATS),
    st.tuples(st.integers(1, 70), st.integers(1, 9)),
    st.sampled_from(CHANGES),
    SEEDS,
)


def format_of(array: Pixels) -> list[PixelFormat]:
    """The formats of which an array may be."""
    return [
        one for one in FORMATS if one.dtype == array.dtype and one.components == array.shape[2:]
    ]


def near(new: Pixels, old: Pixels, pixel_format: PixelFormat, tolerance: int) -> bool:
    """Whether a pixel may stay what it was: no channel, shown in eight bits, is off by more, at the widest step."""
    if not pixel_format.fields:
        return int(np.abs(new.astype(int) - old.astype(int)).max()) <= tolerance
    steps = [-(-255 // ((1 << bits) - 1)) for _, bits in pixel_format.fields]
    return all(
        abs((int(new) >> lowest) % (1 << bits) - (int(old) >> lowest) % (1 << bits)) * step
        <= tolerance
        for step, (lowest, bits) in zip(steps, pixel_format.fields, strict=True)
    )


def reference(new: Pixels, kept: Pixels, pixel_format: PixelFormat, tolerance: int) -> Pixels:
    """Pixel by pixel in plain Python."""
    made = new.copy()
    for y, x in np.ndindex(*new.shape[:2]):
        if near(new[y, x], kept[y, x], pixel_format, tolerance):
            made[y, x] = kept[y, x]
    return made


def kept_near(new: Pixels, kept: Pixels, pixel_format: PixelFormat, tolerance: int) -> Pixels:
    made = new.copy()
    keep_near(made, kept, pixel_format, tolerance)
    return made


@given(formats, cases, st.sampled_from(TOLERANCES))
def test_it_is_the_reference_in_every_byte(
    _: PixelFormat, case: tuple[Pixels, Pixels], tolerance: int
) -> None:
    new, kept = case
    before = kept.copy()
    for pixel_format in format_of(new):
        made = kept_near(new, kept, pixel_format, tolerance)
        assert made.tobytes() == reference(new, kept, pixel_format, tolerance).tobytes()
    assert np.array_equal(kept, before), "what is kept is only read"


@EACH_FORMAT
@pytest.mark.parametrize("tolerance", TOLERANCES)
def test_no_channel_that_an_eye_sees_is_off_by_more_than_the_tolerance(
    pixel_format: PixelFormat, tolerance: int
) -> None:
    for seed in range(10):
        new, kept = pictures(pixel_format, (50, 20), "noise", seed)
        if seed % 2:
            _, kept = pictures(pixel_format, (50, 20), "noise", seed + 100)
        made = kept_near(new, kept, pixel_format, tolerance)
        shown, true = (to_rgb(one, pixel_format).astype(int) for one in (made, new))
        assert np.abs(shown - true).max() <= tolerance


@EACH_FORMAT
def test_a_pixel_is_the_new_one_or_the_kept_one_and_nothing_between(
    pixel_format: PixelFormat,
) -> None:
    new, kept = pictures(pixel_format, (60, 20), "noise", 1)
    made = kept_near(new, kept, pixel_format, 9)
    for y, x in np.ndindex(20, 60):
        assert made[y, x].tobytes() in (new[y, x].tobytes(), kept[y, x].tobytes())


@EACH_FORMAT
@pytest.mark.parametrize("tolerance", TOLERANCES)
def test_the_same_picture_once_more_changes_nothing(
    pixel_format: PixelFormat, tolerance: int
) -> None:
    new, kept = pictures(pixel_format, (60, 20), "noise", 2)
    made = kept_near(new, kept, pixel_format, tolerance)
    assert kept_near(new, made, pixel_format, tolerance).tobytes() == made.tobytes()


@EACH_FORMAT
def test_each_channel_counts_for_itself_and_in_both_directions(pixel_format: PixelFormat) -> None:
    """At the tolerance it stays, one step beyond it does not."""
    limits = channel_limits(pixel_format, 40) or [(0, 0, 40)] * pixel_format.colour_bytes
    for channel, (shift, _, limit) in enumerate(limits):
        for off in (limit, limit + 1):
            low, high = (np.zeros(pixel_format.shape(1, 1), pixel_format.dtype) for _ in range(2))
            if pixel_format.fields:
                high[0, 0] = off << shift
            elif pixel_format.components:
                high[0, 0, channel] = off
            else:
                high[0, 0] = off
            for new, kept in ((low, high), (high, low)):
                made = kept_near(new, kept, pixel_format, 40)
                assert np.array_equal(made, kept if off == limit else new)


@pytest.mark.parametrize("pixel_format", WORDS, ids=str)
def test_the_limits_of_a_channel_are_as_wide_as_the_tolerance_allows_and_no_wider(
    pixel_format: PixelFormat,
) -> None:
    """Shown in eight bits, the widest step of so many is within the tolerance; one more might not be."""
    for tolerance in range(1, MAX_TOLERANCE + 1):
        for shift, mask, limit in channel_limits(pixel_format, tolerance):
            widest = -(-255 // mask)
            assert limit * widest <= tolerance < (limit + 1) * widest
            assert (shift, mask.bit_length()) in pixel_format.fields


@EACH_FORMAT
def test_bytes_need_no_limits_of_their_own(pixel_format: PixelFormat) -> None:
    assert bool(channel_limits(pixel_format, 9)) == bool(pixel_format.fields)


@pytest.mark.parametrize("width", [63, 64, 65, 150])
def test_a_row_is_held_to_the_tolerance_to_its_end(width: int) -> None:
    for pixel_format in FORMATS:
        new, kept = pictures(pixel_format, (width, 2), "noise", width)
        made = kept_near(new, kept, pixel_format, 2)
        assert made.tobytes() == reference(new, kept, pixel_format, 2).tobytes()

"""A rendition that is made where a tensor is: bit for bit what is made here, by functions that all libraries have."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gpu import torch
from tests.strategies import crops
from ws_stream.limits import MAX_STEP
from ws_stream.pixels.formats import DEPTHS, PixelFormat, Pixels, reduced
from ws_stream.pixels.gpu_resample import Library, Tensor, made_there
from ws_stream.pixels.rendition import Rendition
from ws_stream.pixels.resample import resample

from ..strategies import CONTENTS, SEEDS, SOURCE_FORMATS, pixels, shapes


def to_torch(array: Pixels) -> tuple[Library, Tensor]:
    return torch(), torch().from_numpy(array)


def to_standard(array: Pixels) -> tuple[Library, Tensor]:
    """The array API standard, and nothing beside it: what CuPy and JAX have."""
    xp = pytest.importorskip("array_api_strict")
    return xp, xp.asarray(array)


To = Callable[[Pixels], tuple[Library, Tensor]]
LIBRARIES = pytest.mark.parametrize("to", [to_torch, to_standard], ids=["torch", "standard"])


@st.composite
def renditions(draw: st.DrawFn, width: int, height: int) -> Rendition:
    crop = draw(crops(width, height))
    step = draw(st.sampled_from([1, 2, 3, 4, MAX_STEP]))
    depth = draw(st.sampled_from(list(DEPTHS)))
    return Rendition(crop, step, draw(st.booleans()), 0, depth)


@LIBRARIES
@given(data=st.data())
def test_of_every_format_and_rendition_it_is_what_is_made_here(to: To, data: st.DataObject) -> None:
    pixel_format: PixelFormat = data.draw(st.sampled_from(SOURCE_FORMATS))
    width, height = data.draw(shapes)
    random = np.random.default_rng(data.draw(SEEDS))
    array = pixels(pixel_format, width, height, data.draw(st.sampled_from(CONTENTS)), random)
    rendition = data.draw(renditions(width, height))
    right = resample(array, pixel_format, rendition)
    there = made_there(*to(array), pixel_format, rendition)
    kept = reduced(pixel_format, rendition.depth)
    seen = np.ascontiguousarray(np.asarray(there)).view(kept.dtype).reshape(right.shape)
    if kept.padded:
        seen[..., 3] = 255
    assert np.array_equal(seen, right)


@LIBRARIES
@pytest.mark.parametrize("pixel_format", SOURCE_FORMATS, ids=str)
def test_the_brightest_boxes_are_as_bright_as_they_were(to: To, pixel_format: PixelFormat) -> None:
    """No sum is cut off, in boxes as large as can be, whole or not."""
    array = np.full(pixel_format.shape(2 * MAX_STEP + 3, MAX_STEP + 1), 255, pixel_format.dtype)
    array.view(np.uint8)[...] = 255
    rendition = Rendition(step=MAX_STEP, average=True)
    right = resample(array, pixel_format, rendition)
    there = np.ascontiguousarray(np.asarray(made_there(*to(array), pixel_format, rendition)))
    assert np.array_equal(there.view(right.dtype).reshape(right.shape), right) or (
        reduced(pixel_format, 24).padded and there[..., :3].tolist() == right[..., :3].tolist()
    )

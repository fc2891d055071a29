import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ws_stream.errors import UsageError
from ws_stream.pixels.formats import FORMATS, GRAY8, RGB888, fits
from ws_stream.sources.layout import Counter, Layout, torn


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    pixel_format = draw(st.sampled_from(FORMATS))
    stride = width * pixel_format.bytes_per_pixel + draw(st.integers(0, 7))
    return Layout(
        width, height, pixel_format, stride, draw(st.integers(0, 20)), draw(st.integers(1, 4))
    )


@given(layouts(), st.integers(0, 20), st.data())
def test_a_view_holds_the_bytes_that_slicing_finds(
    layout: Layout, start: int, data: st.DataObject
) -> None:
    start = min(start, layout.offset)
    memory = bytes(np.random.default_rng(layout.end).integers(0, 256, layout.end, np.uint8))
    slot = data.draw(st.integers(0, layout.slots - 1))
    view = layout.view(memory[start:], slot, start)
    row_bytes = layout.width * layout.format.bytes_per_pixel
    expected = b""
    for y in range(layout.height):
        first = layout.offset + (slot * layout.height + y) * layout.stride
        expected += memory[first : first + row_bytes]
    assert view.tobytes() == expected
    assert view.shape == layout.format.shape(layout.width, layout.height)
    assert fits(view, layout.format)


@given(layouts())
def test_a_view_is_the_memory_itself_and_cannot_be_written_when_that_cannot(layout: Layout) -> None:
    memory = bytearray(layout.end)
    view = layout.view(memory)
    memory[layout.offset] = 7
    assert view.ravel().view(np.uint8)[0] == 7
    assert np.shares_memory(view, np.frombuffer(memory, np.uint8))
    assert not layout.view(memoryview(memory).toreadonly()).flags.writeable


@given(layouts())
def test_the_end_is_exactly_where_the_last_pixel_ends(layout: Layout) -> None:
    assume(layout.end > 1)  # numpy takes an empty buffer's length for unknown; a map is never empty
    layout.view(bytes(layout.end), layout.slots - 1)
    with pytest.raises((TypeError, ValueError)):
        layout.view(bytes(layout.end - 1), layout.slots - 1)


@pytest.mark.parametrize(("width", "height", "slots"), [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_no_pixel_is_no_picture(width: int, height: int, slots: int) -> None:
    with pytest.raises(UsageError, match="hold no pixel"):
        Layout(width, height, GRAY8, 100, slots=slots)


def test_rows_must_not_overlap() -> None:
    Layout(5, 2, RGB888, 15)
    with pytest.raises(UsageError, match="14 bytes is too short; right would be at least 15"):
        Layout(5, 2, RGB888, 14)


@given(
    st.sampled_from(["<u4", ">u4", "<u8", ">u8"]),
    st.binary(min_size=30, max_size=30),
    st.integers(0, 10),
    st.integers(0, 10),
)
def test_a_counter_is_read_in_its_own_byte_order_wherever_it_lies(
    dtype: str, memory: bytes, before: int, start: int
) -> None:
    counter = Counter(start + before, np.dtype(dtype))
    number = memory[before : before + int(dtype[2])]
    assert int(counter.view(memory, start)) == int.from_bytes(
        number, "little" if dtype[0] == "<" else "big"
    )


@given(st.integers(1, 2**32 - 1), st.integers(2, 8), st.integers(0, 20))
def test_a_picture_not_called_torn_lies_in_no_slot_that_was_written_to_since(
    count: int, slots: int, later: int
) -> None:
    """Also where a counter of 32 bits begins anew at 0."""
    complete = [(count + step) % 2**32 for step in range(later + 1)]
    written_to = {number % slots for number in complete}
    if (count - 1) % slots in written_to:
        assert torn(count, complete[-1], slots)
    elif complete[-1] >= count:
        assert not torn(count, complete[-1], slots)


def test_with_one_slot_a_torn_picture_is_noticed_after_the_fact() -> None:
    assert not torn(5, 5, slots=1)
    assert torn(5, 6, slots=1)

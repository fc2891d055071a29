import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ws_stream.errors import SourceError, UsageError
from ws_stream.pixels.arrays import fits
from ws_stream.pixels.formats import FORMATS, GRAY8, RGB565, RGB888
from ws_stream.sources.layout import MAX_SLOTS, Counter, Front, Layout

COUNTER = Counter(0, np.dtype("<u4"))
FRONT = Front(0, np.dtype("<u4"))


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    pixel_format = draw(st.sampled_from(FORMATS))
    row = width * pixel_format.bytes_per_pixel
    stride = row + draw(st.integers(0, 7))
    distance = draw(st.one_of(st.just(0), st.integers((height - 1) * stride + row, 2000)))
    slots = draw(st.integers(1, 4))
    return Layout(width, height, pixel_format, stride, draw(st.integers(0, 20)), slots, distance)


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
    distance = layout.distance or layout.height * layout.stride
    for y in range(layout.height):
        first = layout.offset + slot * distance + y * layout.stride
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


@pytest.mark.parametrize(("stride", "least"), [(15, 45), (16, 47), (100, 215)])
def test_slots_must_not_overlap_but_padding_behind_their_last_rows_may(
    stride: int, least: int
) -> None:
    assert Layout(5, 3, RGB888, stride, 0, 2, least).end == 2 * least
    for distance in (1, least - 1):
        with pytest.raises(UsageError) as refusal:
            Layout(5, 3, RGB888, stride, 0, 2, distance)
        assert str(refusal.value) == (
            f"a distance of {distance} bytes is too short; right would be at least {least}, "
            f"which is 3 rows with a stride of {stride} bytes"
        )


def test_slots_that_nobody_says_lie_apart_touch() -> None:
    layout = Layout(5, 3, RGB888, 16, 100, 4)
    assert [layout.start(slot) for slot in range(4)] == [100, 148, 196, 244]
    assert layout == Layout(5, 3, RGB888, 16, 100, 4, 48)
    assert layout.end == 244 + 2 * 16 + 15


def test_page_aligned_buffers_lie_apart() -> None:
    layout = Layout(800, 480, RGB565, 1600, 4096, 3, 770_048)
    assert layout.start(2) == 4096 + 2 * 770_048
    assert layout.end == 4096 + 2 * 770_048 + 768_000


def test_more_slots_than_can_be_meant_are_refused() -> None:
    Layout(1, 1, GRAY8, 1, slots=MAX_SLOTS)
    with pytest.raises(UsageError, match="right would be at most 1048576"):
        Layout(1, 1, GRAY8, 1, slots=MAX_SLOTS + 1)


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


@st.composite
def counts(draw: st.DrawFn) -> tuple[Counter, int]:
    """A counter, and what it says, often near its end."""
    counter = Counter(0, np.dtype(draw(st.sampled_from(["<u4", "<u8"]))))
    end = 2 * counter.half
    return counter, draw(st.one_of(st.integers(0, 20), st.integers(end - 20, end - 1)))


@given(counts(), st.integers(2, 9), st.integers(0, 30))
def test_a_picture_not_called_torn_lies_in_no_slot_that_was_written_to_since(
    counted: tuple[Counter, int], slots: int, later: int
) -> None:
    """Also where the counter passes through 0; the writer takes slot `count % slots`, whatever its count is."""
    (counter, count), end = counted, 2 * counted[0].half
    complete = [(count + step) % end for step in range(later + 1)]
    written_to = {number % slots for number in complete}
    if counter.slot(count, slots) not in written_to:
        passes_zero = count == 0 or complete[-1] < count
        is_in_turn = end % slots == 0
        assert not counter.is_torn(count, complete[-1], slots) or (passes_zero and not is_in_turn)
    elif later or count or end % slots == 0:
        assert counter.is_torn(count, complete[-1], slots)


@given(counts(), st.integers(1, 9))
def test_the_newest_picture_is_whole_until_the_next_one_is_complete_at_any_count(
    counted: tuple[Counter, int], slots: int
) -> None:
    counter, count = counted
    assert not counter.is_torn(count, count, slots)
    assert counter.slot(count, slots) == ((count or 2 * counter.half) - 1) % slots


@given(st.integers(1, 1000), st.integers(1, 1000), st.integers(1, 8))
def test_when_the_writer_began_anew_the_picture_counts_as_torn(
    count: int, back: int, slots: int
) -> None:
    assert COUNTER.is_torn(count + back, count, slots)


def test_with_one_slot_a_torn_picture_is_noticed_after_the_fact() -> None:
    assert not COUNTER.is_torn(5, 5, slots=1)
    assert COUNTER.is_torn(5, 6, slots=1)


@given(st.integers(0, 5), st.integers(0, 5))
def test_of_buffers_in_turn_one_is_torn_when_another_came_to_the_front(
    front: int, now: int
) -> None:
    assert FRONT.is_torn(front, now, slots=6) is (front != now)
    assert FRONT.slot(front, slots=6) == front


@pytest.mark.parametrize(("front", "slots"), [(2, 2), (3, 2), (2**32 - 1, 4)])
def test_a_buffer_that_is_not_there_cannot_be_in_front(front: int, slots: int) -> None:
    with pytest.raises(SourceError, match=f"slot {front} is in front; right would be one from 0"):
        FRONT.slot(front, slots)

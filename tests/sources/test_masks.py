from hypothesis import given
from hypothesis import strategies as st

from ws_stream.pixels.described import named
from ws_stream.pixels.formats import BGRX8888
from ws_stream.sources.masks import format_of_masks, told


@given(
    st.integers(0, 40), st.lists(st.integers(0, 2**32 - 1), min_size=3, max_size=3), st.booleans()
)
def test_whatever_the_masks_it_is_a_format_of_that_size_or_none(
    bits: int, masks: list[int], most_first: bool
) -> None:
    found = format_of_masks(bits, masks, most_first=most_first)
    assert found is None or 8 * found.bytes_per_pixel == bits
    assert told(bits, masks, most_first=most_first).startswith(f"{bits} bits per pixel, ")


@given(*[st.integers(1, 10)] * 3, st.permutations(range(3)))
def test_masks_side_by_side_are_the_format_of_that_name(
    red: int, green: int, blue: int, order: list[int]
) -> None:
    lengths, letters = (red, green, blue), "rgb"
    masks, at = [0, 0, 0], 0
    for colour in order:
        masks[colour] = ((1 << lengths[colour]) - 1) << at
        at += lengths[colour]
    name = "".join(letters[colour] for colour in reversed(order))
    widths = "".join(str(lengths[colour]) for colour in reversed(order))
    found = format_of_masks(32, masks, most_first=False)
    spare = ("x", str(32 - at)) if at < 32 else ("", "")
    assert found is not None
    if lengths != (8, 8, 8):
        assert found is named(f"{spare[0]}{name}{spare[1]}{widths}")


def test_bytes_may_lie_the_other_way_round() -> None:
    masks = (0xFF0000, 0xFF00, 0xFF)
    assert format_of_masks(32, masks, most_first=False) is BGRX8888
    assert format_of_masks(32, masks, most_first=True) is named("xrgb8888")

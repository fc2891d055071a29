"""Pixels that are looked up: against numerals, digit by digit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.pixels.formats import GRAY8, RGBX8888
from ws_stream.sources.packed import PARTS, Packed, colour_table, packed_gray, ramp

from ..strategies import SEEDS


def digits(row: bytes, bits: int, *, is_lowest_left: bool) -> list[int]:
    """The values in a row of bytes, from the left."""
    values = []
    for byte in row:
        parts = [byte >> at & (1 << bits) - 1 for at in range(0, 8, bits)]
        values += parts if is_lowest_left else parts[::-1]
    return values


@given(st.sampled_from([*PARTS, 8]), st.integers(1, 20), st.integers(0, 7), st.booleans(), SEEDS)
def test_each_pixel_is_the_tables_entry_of_its_bits(
    bits: int, width: int, skipped: int, is_lowest_left: bool, seed: int
) -> None:
    random = np.random.default_rng(seed)
    table = random.integers(0, 256, 1 << bits, np.uint8)
    packed = Packed(width, bits, table, is_lowest_left, skipped)
    rows = random.integers(0, 256, (3, packed.row_bytes), np.uint8)
    lying = np.zeros((3, packed.row_bytes + 5), np.uint8)
    lying[:, : packed.row_bytes] = rows
    pixels = packed.look_up(lying[:, : packed.row_bytes])
    expected = [
        [table[value] for value in digits(row.tobytes(), bits, is_lowest_left=is_lowest_left)]
        for row in rows
    ]
    assert pixels.tolist() == [row[skipped : skipped + width] for row in expected]
    assert len(expected[0]) - skipped - width < 8 // bits, "no more bytes than it takes"
    assert packed.format is GRAY8
    assert pixels.flags.c_contiguous
    assert not np.shares_memory(pixels, lying)


def test_a_colour_map_makes_colours_and_one_of_grays_gray() -> None:
    colours = np.array([[0x1234, 0xFF00, 0], [0, 0, 0xFFFF]], np.uint16)
    packed = Packed(2, 8, colour_table(8, 0, 8, colours))
    assert packed.format is RGBX8888
    looked_up = packed.look_up(np.array([[0, 1]], np.uint8))
    assert looked_up.tolist() == [[[0x12, 0xFF, 0, 255], [0, 0, 0xFF, 255]]]
    assert looked_up.dtype == np.uint8
    grays = np.repeat(colours[:, :1], 3, axis=1)
    assert colour_table(1, 0, 1, grays).tolist() == [0x12, 0]
    assert colour_table(4, 2, 2, grays).tolist() == [0x12] * 4 + [0] * 12
    assert colour_table(1, 0, 1, np.zeros((300, 3), np.uint16)).tolist() == [0, 0]


def test_a_ramp_goes_from_black_to_white_in_equal_steps() -> None:
    assert ramp(1).tolist() == [0, 255]
    assert ramp(2).tolist() == [0, 85, 170, 255]
    assert ramp(4).tolist() == list(range(0, 256, 17))


@pytest.mark.parametrize("name", ["gray2lsb", "gray2msb", "gray4lsb"])
def test_a_name_says_how_many_bits_and_which_end_is_left(name: str) -> None:
    packed = packed_gray(name, 9)
    assert packed
    bits = int(name[4])
    assert (packed.width, packed.bits, packed.is_lowest_left) == (9, bits, name[5:] == "lsb")
    assert packed.table.tolist() == ramp(bits).tolist()


@pytest.mark.parametrize(
    "name", ["gray1lsb", "gray4msb", "gray4", "gray8", "gray8lsb", "gray3lsb", ""]
)
def test_others_travel_as_they_are_or_are_none(name: str) -> None:
    assert packed_gray(name, 9) is None

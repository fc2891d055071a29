"""encode and decode: the laws they keep for every picture."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import with_checksum
from ws_stream.codec import decode, encode
from ws_stream.codec.pack import MERGE_GAP
from ws_stream.errors import ChecksumError
from ws_stream.pixels.formats import FORMATS, GRAY8, RGB565, RGB888, RGBX8888, PixelFormat
from ws_stream.pixels.frame import Frame, blank
from ws_stream.protocol.picture import (
    HEADER_LENGTH,
    max_message_length,
    parse,
)

from ..strategies import CHANGES, changed, pairs, pictures, pixels, shapes

ODD_SHAPES = st.one_of(
    shapes,
    st.sampled_from([(1, 1), (1, 300), (300, 1), (13, 1), (1, 13), (255, 3), (257, 33), (5, 200)]),
)


def blank_like(frame: Frame) -> Frame:
    return blank(frame.epoch, frame.format, frame.width, frame.height)


def same(one: Frame, other: Frame) -> bool:
    return (
        (one.number, one.time) == (other.number, other.time)
        and one.alike(other)
        and one.pixels.dtype == other.pixels.dtype
        and one.pixels.tobytes() == other.pixels.tobytes()
    )


@given(pairs(ODD_SHAPES))
def test_decode_undoes_encode_whatever_the_base(pair: tuple[Frame, Frame]) -> None:
    base, frame = pair
    before = base.pixels.tobytes()
    assert same(decode(encode(frame, base), base), frame)
    assert base.pixels.tobytes() == before


@given(pairs(ODD_SHAPES))
def test_a_difference_from_blank_can_be_applied_whatever_is_held(
    pair: tuple[Frame, Frame],
) -> None:
    held, frame = pair
    message = encode(frame)
    assert parse(message).base == 0
    assert same(decode(message, held), frame)
    assert same(decode(message, blank_like(frame)), frame)
    assert message == encode(frame, blank_like(frame))


@given(pairs())
def test_a_base_of_another_stream_or_size_is_not_used(pair: tuple[Frame, Frame]) -> None:
    base, frame = pair
    other = replace(base, epoch=base.epoch ^ 1)
    taller = replace(base, pixels=np.concatenate([base.pixels, base.pixels]))
    assert encode(frame, other) == encode(frame, taller) == encode(frame)


@given(pictures())
def test_a_picture_that_did_not_change_has_no_segment(base: Frame) -> None:
    message = encode(replace(base, number=base.number + 1, pixels=base.pixels.copy()), base)
    assert len(message) == HEADER_LENGTH


@given(pairs(ODD_SHAPES))
def test_a_message_is_never_longer_than_the_longest(pair: tuple[Frame, Frame]) -> None:
    base, frame = pair
    longest = max_message_length(frame.format, frame.width, frame.height)
    assert max(len(encode(frame)), len(encode(frame, base))) <= longest


@given(pairs())
def test_only_changed_rows_and_small_gaps_between_them_are_sent(
    pair: tuple[Frame, Frame],
) -> None:
    base, frame = pair
    changes = (frame.rows != base.rows).any(axis=1)
    sent = np.zeros(frame.height, bool)
    for segment in parse(encode(frame, base)).segments:
        end = segment.first_row + segment.rows
        assert changes[segment.first_row]
        assert changes[end - 1]
        sent[segment.first_row : end] = True
    assert not (changes & ~sent).any()


@given(pairs(), st.integers(0, 2**32 - 1))
def test_a_checksum_is_verified_and_nothing_changes_when_it_is_wrong(
    pair: tuple[Frame, Frame], wrong: int
) -> None:
    base, frame = pair
    message = encode(frame, base)
    assert same(decode(with_checksum(message, frame.checksum()), base), frame)
    before = base.pixels.tobytes()
    if wrong != frame.checksum():
        with pytest.raises(ChecksumError, match=f"picture {frame.number} is not the one"):
            decode(with_checksum(message, wrong), base)
    assert base.pixels.tobytes() == before


@given(st.lists(pairs(st.just((6, 5))), min_size=1, max_size=3), st.randoms())
def test_pictures_may_be_skipped_as_long_as_the_base_is_what_was_sent_last(
    drawn: list[tuple[Frame, Frame]], random: Random
) -> None:
    first = drawn[0][0]
    fitting = [p.pixels for pair in drawn for p in pair if p.format is first.format]
    sent = held = blank_like(first)
    for number in sorted(random.sample(range(1, 100), 10)):
        newest = replace(first, number=number, pixels=random.choice(fitting))
        held = decode(encode(newest, sent), held)
        sent = newest
        assert same(held, newest)


@pytest.mark.parametrize("pixel_format", FORMATS, ids=str)
@pytest.mark.parametrize("how", CHANGES)
def test_real_sizes_round_trip(pixel_format: PixelFormat, how: str) -> None:
    random = np.random.default_rng(5)
    base = Frame(1, 1, 1, pixel_format, pixels(pixel_format, 257, 151, "few colours", random))
    frame = Frame(1, 2, 2, pixel_format, changed(base.pixels, how, random))
    assert same(decode(encode(frame, base), base), frame)
    assert same(decode(encode(frame), base), frame)


@pytest.mark.parametrize(
    ("pixel_format", "width", "height"),
    [(RGBX8888, 4096, 4096), (RGB888, 4095, 5461), (RGB565, 16384, 2048), (GRAY8, 3, 16384)],
    ids=str,
)
def test_the_largest_pictures_round_trip(
    pixel_format: PixelFormat, width: int, height: int
) -> None:
    base = Frame(1, 1, 1, pixel_format, pixel_format.blank(width, height))
    new = base.pixels.copy()
    new[height // 2 :, width // 2 :] = 255
    new[0, 0] = new[-1, -1] = 9
    if pixel_format.padded:
        new[..., 3] = 255
    frame = Frame(1, 2, 2, pixel_format, new)
    assert same(decode(encode(frame, base), base), frame)
    assert same(decode(encode(frame), base), frame)


@pytest.mark.parametrize("unchanged", [MERGE_GAP - 1, MERGE_GAP])
def test_unchanged_rows_fewer_than_the_merge_gap_are_sent_along(unchanged: int) -> None:
    base = Frame(1, 1, 1, GRAY8, np.zeros((unchanged + 2, 40), np.uint8))
    new = base.pixels.copy()
    new[0] = new[-1] = 1
    message = encode(Frame(1, 2, 2, GRAY8, new), base)
    assert len(parse(message).segments) == (1 if unchanged < MERGE_GAP else 2)


def test_side_data_that_cannot_be_said_again_is_left_out_and_the_picture_is_right() -> None:
    frame = Frame(1, 1, 1, GRAY8, np.full((2, 3), 7, np.uint8), {"gain": float("inf")})
    made = decode(encode(frame), blank_like(frame))
    assert same(made, frame)
    assert made.meta is None

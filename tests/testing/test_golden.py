"""Golden pictures: what differs, what is not compared, and files that are none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.odd import ODD
from ws_stream import UsageError
from ws_stream.png import decode_png, encode_png
from ws_stream.testing import similar_to
from ws_stream.testing.golden import Golden, difference, read, save, write


def rgba(value: int = 100, width: int = 6, height: int = 4) -> NDArray[np.uint8]:
    picture = np.full((height, width, 4), value, np.uint8)
    picture[..., 3] = 255
    return picture


def test_of_equal_pictures_no_pixel_differs() -> None:
    found = difference(rgba(), rgba()[..., :3], 0)
    assert found
    assert (found.pixels, found.sentence) == (0, "no pixel differs")


@pytest.mark.parametrize("value", [97, 103])
def test_a_pixel_differs_when_a_channel_is_off_by_more_than_the_tolerance(value: int) -> None:
    picture = rgba()[..., :3].copy()
    picture[1, 2, 1] = value
    assert [
        getattr(difference(rgba(), picture, off), "pixels", None) for off in (0, 2, 3, 255)
    ] == [*(1, 1, 0, 0)]


def test_nothing_wraps_around_between_black_and_white() -> None:
    white, black = rgba(255), rgba(0)
    for one, other in ((white, black), (black, white)):
        found = difference(one, other[..., :3], 254)
        assert found
        assert found.pixels == 24
        assert "by more than 254, 255 at most" in found.sentence


def test_what_differs_is_counted_framed_and_drawn_in_red_on_the_dark_golden_picture() -> None:
    picture = rgba()[..., :3].copy()
    picture[1, 2] = 90
    picture[3, 4] = 130
    found = difference(rgba(), picture, 5)
    assert found
    assert found.sentence == (
        "2 of 24 pixels differ by more than 5, 30 at most, all within 3x3 at x=2, y=1"
    )
    expected = np.full((4, 6, 3), 25, np.uint8)
    expected[1, 2] = expected[3, 4] = (255, 0, 0)
    assert np.array_equal(found.picture, expected)


def test_a_picture_of_another_size_is_none_to_compare() -> None:
    assert difference(rgba(), rgba(width=4, height=6)[..., :3], 255) is None


@pytest.mark.parametrize("alpha", [0, 1, 254])
def test_pixels_that_are_not_opaque_in_the_golden_picture_are_not_compared(alpha: int) -> None:
    golden = rgba()
    golden[1, 2, 3] = alpha
    picture = rgba()[..., :3].copy()
    picture[1, 2] = 255
    found = difference(golden, picture, 0)
    assert found
    assert found.pixels == 0


def test_a_golden_picture_is_written_and_read(tmp_path: Path) -> None:
    path = write(tmp_path / "new" / "folder" / "a.png", rgba()[..., :3], None)
    assert np.array_equal(read(path), rgba())


def test_what_was_not_compared_is_not_compared_in_a_new_golden_picture(tmp_path: Path) -> None:
    before = rgba()
    before[1, 2, 3] = 0
    path = write(tmp_path / "a.png", rgba(7)[..., :3], before)
    assert np.array_equal(read(path)[..., 3], before[..., 3])
    assert (read(path)[..., :3] == 7).all()
    path = write(tmp_path / "a.png", rgba(7, width=5)[..., :3], before)
    assert (read(path) == rgba(7, width=5)).all()


def test_a_golden_picture_that_is_not_there_or_none_is_told_in_one_sentence(
    tmp_path: Path,
) -> None:
    clear = rgba()
    clear[..., 3] = 0
    for name, content, sentence in (
        ("none.png", None, r"none.png; with --update-golden pytest makes it"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "a.jpg cannot be read: this is no PNG; right would be"),
        ("cut.png", encode_png(rgba())[:-3], "cut.png cannot be read: this PNG is damaged"),
        ("clear.png", encode_png(clear), "clear.png has no opaque pixel; right would be some"),
    ):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(UsageError, match=sentence):
            read(path)
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read(tmp_path)
    with pytest.raises(UsageError, match="cannot be written: "):
        save(tmp_path / "a.jpg" / "a.png", rgba())


def test_pictures_are_saved_as_they_are(tmp_path: Path) -> None:
    assert np.array_equal(decode_png(save(tmp_path / "a.png", rgba(9)).read_bytes()), rgba(9))


def test_similar_means_equal_unless_it_is_said_how_similar() -> None:
    assert similar_to("a.png") == Golden(Path("a.png"), 0, 0)
    assert similar_to(Path("a.png"), tolerance=8, max_different=10) == Golden(Path("a.png"), 8, 10)


@pytest.mark.parametrize("argument", ["path", "tolerance", "max_different"])
def test_every_odd_value_is_right_or_refused_in_one_sentence(argument: str) -> None:
    right: dict[str, Any] = {"path": "a.png", "tolerance": 0, "max_different": 0}
    for label, value in ODD.items():
        try:
            similar_to(**{**right, argument: value()})
        except UsageError as error:
            assert str(error).isprintable(), label

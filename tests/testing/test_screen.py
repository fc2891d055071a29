"""A device's screen in a test, looked at through a real server, with all that may be wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.odd import ODD
from ws_stream import ConnectError, Frame, Server, Stream, UsageError, WaitTimeoutError, connect
from ws_stream.png import decode_png, encode_png
from ws_stream.testing import DeviceScreen, similar_to

SOON = 0.2
"""Seconds for what never comes."""


def picture(value: int, width: int = 6) -> NDArray[np.uint8]:
    return np.full((4, width, 3), value, np.uint8)


class Device:
    """A server that shows one picture, and a screen that looks at it."""

    def __init__(self, folder: Path) -> None:
        self.goldens, self.results = folder / "goldens", folder / "results"
        self.goldens.mkdir()
        self.server = Server(port=0)
        self.stream: Stream = self.server.stream("screen")

    @contextmanager
    def screen(self, *, update: bool = False) -> Iterator[DeviceScreen]:
        with connect(f"ws://127.0.0.1:{self.server.port}/stream/screen") as connection:
            yield DeviceScreen(
                connection, goldens=self.goldens, results=self.results, update=update
            )

    def golden(self, name: str, rgb: NDArray[np.uint8]) -> None:
        (self.goldens / name).write_bytes(encode_png(rgb))

    def result(self, name: str) -> NDArray[np.uint8]:
        return decode_png((self.results / name).read_bytes())[..., :3]


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    device = Device(tmp_path)
    with device.server:
        device.stream.publish(picture(7))
        yield device


def test_the_frame_is_what_the_screen_shows_at_each_call(device: Device) -> None:
    with device.screen() as screen:
        for value in (7, 8):
            device.stream.publish(picture(value))
            assert (screen.frame().to_rgb() == value).all()


def test_a_screen_that_shows_the_golden_picture_passes_and_writes_nothing(device: Device) -> None:
    device.golden("menu.png", picture(7))
    with device.screen() as screen:
        assert screen.wait_until(similar_to("menu.png")).number == 1
    assert not device.results.exists()


def test_a_golden_picture_that_comes_later_is_waited_for(device: Device) -> None:
    device.golden("menu.png", picture(9))

    def show_next(frame: Frame) -> bool:
        device.stream.publish(picture(9))
        return bool(frame.pixels[0, 0, 0] == 9)

    with device.screen() as screen:
        screen.wait_until(show_next)
        screen.wait_until(similar_to("menu.png"))


def test_another_picture_fails_with_what_differs_in_words_and_pictures(device: Device) -> None:
    golden = picture(7)
    golden[1:3, 2] = 9
    device.golden("menu.png", golden)
    with device.screen() as screen, pytest.raises(AssertionError) as failed:
        screen.wait_until(similar_to("menu.png"), SOON)
    assert str(failed.value).endswith(
        "/stream/screen; the last of 1 was number 1, of 6x4; from menu.png 2 of 24 pixels differ by more than 0, "
        f"2 at most, all within 1x2 at x=2, y=1; what was seen is in {device.results}/menu.seen.png, "
        f"the difference in {device.results}/menu.difference.png"
    )
    assert np.array_equal(device.result("menu.seen.png"), picture(7))
    assert (device.result("menu.difference.png")[1:3, 2] == (255, 0, 0)).all()


@pytest.mark.parametrize("how", [{"tolerance": 2}, {"max_different": 2}])
def test_similar_is_as_similar_as_the_test_says(device: Device, how: dict[str, Any]) -> None:
    golden = picture(7)
    golden[1:3, 2] = 9
    device.golden("menu.png", golden)
    less = {name: value - 1 for name, value in how.items()}
    with device.screen() as screen:
        screen.wait_until(similar_to("menu.png", **how))
        with pytest.raises(AssertionError):
            screen.wait_until(similar_to("menu.png", **less), SOON)


def test_a_golden_picture_of_another_size_is_told_with_both_sizes(device: Device) -> None:
    device.golden("menu.png", picture(7, width=8))
    with device.screen() as screen, pytest.raises(AssertionError) as failed:
        screen.wait_until(similar_to("menu.png"), SOON)
    assert "number 1, of 6x4; menu.png is of 8x4; what was seen is in" in str(failed.value)
    assert np.array_equal(device.result("menu.seen.png"), picture(7))


def test_a_missing_golden_picture_is_told_at_once(device: Device) -> None:
    with device.screen() as screen, pytest.raises(UsageError, match="there is no golden picture"):
        screen.wait_until(similar_to("menu.png"), 86_400)


def test_a_function_that_never_holds_fails_with_the_last_picture(device: Device) -> None:
    with device.screen() as screen, pytest.raises(AssertionError, match=r"it is in .*screen.png$"):
        screen.wait_until(lambda frame: frame.width > 6, SOON)
    assert np.array_equal(device.result("screen.png"), picture(7))


def test_a_source_with_a_problem_is_told_with_its_problem(device: Device) -> None:
    device.golden("menu.png", picture(8))
    device.stream.set_problem("the lens is shut")
    with device.screen() as screen, pytest.raises(AssertionError, match="problem: the lens is sh"):
        screen.wait_until(similar_to("menu.png"), SOON)


def test_a_screen_without_a_picture_is_told_and_none_is_written(device: Device) -> None:
    empty = device.server.stream("empty")
    with connect(f"ws://127.0.0.1:{device.server.port}/stream/{empty.name}") as connection:
        for update in (False, True):
            screen = DeviceScreen(
                connection, goldens=device.goldens, results=device.results, update=update
            )
            device.golden("menu.png", picture(7))
            with pytest.raises(AssertionError, match=r"no picture came within 0.2 s from ws:"):
                screen.wait_until(similar_to("menu.png"), SOON)
            with pytest.raises(WaitTimeoutError, match="no picture came"):
                screen.frame(SOON)


def test_a_device_that_is_not_there_is_told_in_its_address(device: Device) -> None:
    device.golden("menu.png", picture(7))
    device.server.__exit__(None, None, None)
    with device.screen() as screen, pytest.raises(ConnectError, match=r"no stream from ws://127"):
        screen.wait_until(similar_to("menu.png"), SOON)


def test_a_device_that_is_lost_midway_is_told_as_lost(device: Device) -> None:
    def lose(frame: Frame) -> bool:
        device.server.__exit__(None, None, None)
        return frame.number > 1

    with device.screen() as screen, pytest.raises(AssertionError, match="there is no connection"):
        screen.wait_until(lose, 1)
    assert np.array_equal(device.result("screen.png"), picture(7))


def test_to_update_is_to_make_the_golden_pictures_that_are_missing_or_differ(
    device: Device,
) -> None:
    device.golden("other.png", picture(200))
    device.golden("same.png", picture(7))
    with device.screen(update=True) as screen:
        for name in ("new.png", "other.png", "same.png"):
            assert screen.wait_until(similar_to(name), SOON).number == 1
        assert screen.updated == [device.goldens / "new.png", device.goldens / "other.png"]
    with device.screen() as screen:
        for name in ("new.png", "other.png", "same.png"):
            screen.wait_until(similar_to(name), SOON)


@pytest.mark.parametrize("argument", ["condition", "timeout"])
def test_every_odd_value_is_refused_before_anything_is_looked_at(
    device: Device, argument: str
) -> None:
    with device.screen() as screen:
        for label, value in ODD.items():
            odd = value()
            if callable(odd) or (argument == "timeout" and label[:3] in ("int", "flo", "num")):
                continue
            right: dict[str, Any] = {"condition": lambda _: True, "timeout": 10}
            try:
                screen.wait_until(**{**right, argument: odd})
            except UsageError as error:
                assert str(error).isprintable(), label

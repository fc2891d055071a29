"""Waiting for a picture: the first that will do, and what is said when none came."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import numpy as np
import pytest

from tests.odd import ODD
from ws_stream import Frame, Server, UsageError, WaitTimeoutError, connect
from ws_stream.pixels.formats import GRAY8
from ws_stream.waiting import Predicate, Wait, first_frame

SOON = 0.05
"""Seconds for what never comes."""


def numbered(number: int) -> Frame:
    return Frame(1, number, 1, GRAY8, np.full((4, 6), number, np.uint8))


def wait_for(stream: "Film", predicate: Predicate, timeout: float) -> Coroutine[Any, Any, Frame]:
    return first_frame(Wait(stream, predicate, timeout))


class Film:
    """A stream of so many pictures that then stands still, and knows whether anybody still looks."""

    def __init__(
        self, pictures: int = 3, problem: str | None = None, lost: str | None = None
    ) -> None:
        self.url, self.problem, self.lost = "ws://device/stream/a", problem, lost
        self.watched = 0
        self._pictures = pictures

    async def __aiter__(self) -> AsyncIterator[Frame]:
        self.watched += 1
        try:
            for number in range(1, self._pictures + 1):
                yield numbered(number)
            await asyncio.Event().wait()
        finally:
            self.watched -= 1


async def test_the_first_picture_that_will_do_is_returned_and_nobody_looks_any_more() -> None:
    film = Film()
    assert (await wait_for(film, lambda frame: frame.number >= 2, 10)).number == 2
    assert film.watched == 0


@pytest.mark.parametrize("yes", [True, 1, np.True_, "yes"])
async def test_whatever_is_true_will_do(yes: Any) -> None:  # noqa: ANN401 - odd on purpose
    assert (await wait_for(Film(), lambda _: yes, 10)).number == 1


@pytest.mark.parametrize("no", [False, 0, np.False_, None])
async def test_whatever_is_not_true_will_not(no: Any) -> None:  # noqa: ANN401 - odd on purpose
    with pytest.raises(WaitTimeoutError):
        await wait_for(Film(), lambda _: no, SOON)


@pytest.mark.parametrize(
    ("film", "sentence"),
    [
        (
            Film(3),
            "no picture was as wanted within 0.05 s from ws://device/stream/a; the last of 3 was number 3, of 6x4",
        ),
        (Film(0), "no picture came within 0.05 s from ws://device/stream/a"),
        (
            Film(0, problem="nothing written yet"),
            "no picture came within 0.05 s from ws://device/stream/a; the source has a problem: nothing written yet",
        ),
        (
            Film(1, problem="the source ended", lost="the server is closing"),
            (
                "no picture was as wanted within 0.05 s from ws://device/stream/a; the last of 1 was number 1, "
                "of 6x4; the source has a problem: the source ended; there is no connection: the server is closing"
            ),
        ),
    ],
)
async def test_who_waited_in_vain_hears_what_was_seen_last(film: Film, sentence: str) -> None:
    with pytest.raises(TimeoutError) as late:
        await wait_for(film, lambda _: False, SOON)
    assert str(late.value) == sentence
    assert film.watched == 0


@pytest.mark.parametrize("error", [TimeoutError("mine"), ZeroDivisionError(), KeyError()])
async def test_what_the_predicate_raises_is_raised_as_it_is(error: Exception) -> None:
    def fail(_: Frame) -> bool:
        raise error

    film = Film()
    with pytest.raises(type(error)) as raised:
        await wait_for(film, fail, 10)
    assert raised.value is error
    assert film.watched == 0


async def test_a_predicate_whose_answer_would_have_to_be_awaited_never_passes_for_true() -> None:
    async def later(_: Frame) -> bool:
        return False

    hidden: Callable[[Frame], Any] = lambda frame: later(frame)  # noqa: E731, PLW0108 - hides what it is
    with pytest.raises(UsageError, match="right would be a plain function"):
        wait_for(Film(), later, 10)  # type: ignore[arg-type,unused-coroutine] # that it is refused is the test
    with pytest.raises(UsageError, match="right would be a plain function"):
        await wait_for(Film(), hidden, 10)


@pytest.mark.parametrize("label", ODD)
@pytest.mark.parametrize("argument", ["predicate", "timeout"])
def test_what_cannot_be_is_refused_at_the_call(argument: str, label: str) -> None:
    right: dict[str, Any] = {"predicate": bool, "timeout": 1}
    with contextlib.suppress(UsageError):
        wait_for(Film(), **{**right, argument: ODD[label]()}).close()


async def test_a_picture_that_was_there_before_is_seen_and_so_is_one_that_comes_later() -> None:
    async with Server(port=0) as server:
        camera = server.stream("camera")
        connection = connect(f"ws://127.0.0.1:{server.port}/stream/camera")
        camera.publish(np.full((4, 6), 1, np.uint8))
        assert (await connection.wait_for(lambda frame: frame.pixels[0, 0] == 1, 10)).width == 6

        def show_another(frame: Frame) -> bool:
            camera.publish(np.full((4, 6), 2, np.uint8))
            return bool(frame.pixels[0, 0] == 2)

        assert (await connection.wait_for(show_another, 10)).pixels[0, 0] == 2


async def test_a_stream_without_pictures_and_with_a_problem_says_so() -> None:
    async with Server(port=0) as server:
        server.stream("camera").set_problem("the lens is shut")
        connection = connect(f"ws://127.0.0.1:{server.port}/stream/camera")
        with pytest.raises(WaitTimeoutError, match=r"a problem: the lens is shut$"):
            await connection.wait_for(lambda _: True, 0.5)


async def test_a_device_that_is_lost_midway_is_waited_for_until_the_time_is_over() -> None:
    async with Server(port=0) as server:
        server.stream("camera").publish(np.zeros((4, 6), np.uint8))
        connection = connect(f"ws://127.0.0.1:{server.port}/stream/camera")
        closing: list[asyncio.Task[None]] = []

        def lose(_: Frame) -> bool:
            closing.append(asyncio.ensure_future(server.close()))
            return False

        with pytest.raises(WaitTimeoutError, match=r"the last of 1 was .*; there is no connection"):
            await connection.wait_for(lose, 1)
        await asyncio.gather(*closing)

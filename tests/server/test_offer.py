"""What a program may offer to be served, and what it hears of everything else."""

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from tests.hub.viewer import Room, until
from tests.leftovers import nothing_left_behind
from tests.odd import Capture, named
from ws_stream import Picture, Server, Stream, UsageError
from ws_stream.errors import Failure
from ws_stream.pixels.formats import BGR888, GRAY8, RGB888, Pixels


def picture() -> Pixels:
    return np.full((3, 4, 3), 7, np.uint8)


def pictures() -> Iterator[Pixels]:
    while True:
        yield picture()


async def pictures_later() -> AsyncIterator[Pixels]:
    yield picture()


async def one_later() -> Pixels:
    return picture()


class Later:
    async def __call__(self) -> Pixels:
        return picture()


class Odd(np.ndarray):
    """Of another mind than arrays are, as numpy's matrix is."""

    def __getitem__(self, key: object) -> NoReturn:
        raise TypeError(key)


class Source:
    """One that can be served."""

    name: Any = "mine"
    format: Any = GRAY8
    width: Any = 4
    height: Any = 3
    shown: Any = Picture(np.full((3, 4), 7, np.uint8), None, lambda: True)
    closed = 0

    def poll(self, seen: object = None) -> Picture | None:
        found: Picture | None = self.shown
        return found

    def close(self) -> None:
        self.closed += 1


class WithoutClose:
    name, format, width, height = "mine", GRAY8, 4, 3

    def poll(self, seen: object = None) -> None: ...


class LaterSource(Source):
    async def poll(self, seen: object = None) -> None:  # type: ignore[override]  # wrong on purpose
        ...


FUNCTION = "a function that"
NOT_ASYNC = "not `async def`"


@pytest.mark.parametrize(
    ("offered", "right"),
    [
        (pictures(), "the function that made it"),
        (iter([picture()]), "the function that made it"),
        (pictures_later(), NOT_ASYNC),
        (pictures_later, NOT_ASYNC),
        (one_later, NOT_ASYNC),
        (functools.partial(pictures_later), NOT_ASYNC),
        (Later(), NOT_ASYNC),
        (Capture(), "a function that yields what its read.. returns"),
        (Capture, FUNCTION),
        (picture(), r"server\.stream\(NAME\)\.publish\(array\)"),
        ([picture()], "a function that returns it"),
        (lambda camera: [camera], "one that needs no argument, as functools.partial makes"),
        (Source, "an object of this class"),
        (WithoutClose(), "with the methods of ws_stream.Source"),
        (LaterSource(), "with the methods of ws_stream.Source"),
        (b"test:", "an address such as 'test:'"),
        (None, "an address such as 'test:'"),
        (Path("/dev/fb0"), "fb:/dev/fb0"),
        ("", "test: for the test card"),
    ],
    ids=named,
)
def test_what_cannot_be_served_is_refused_with_what_would_be_right(
    offered: object, right: str
) -> None:
    server = Server()
    with nothing_left_behind(), pytest.raises(UsageError, match=f"right would be .*{right}"):
        server.serve(offered)  # type: ignore[arg-type]  # wrong on purpose
    assert not server.streams
    if inspect.isgenerator(offered):
        offered.close()


@pytest.mark.parametrize(
    ("member", "value", "sentence"),
    [
        (
            "format",
            "gray8",
            "the source's format='gray8' cannot be; right would be one of ws_stream",
        ),
        ("format", None, "the source's format=None cannot be; right would be one of ws_stream"),
        ("width", 4.0, "the source's width=4.0 cannot be; right would be a whole number"),
        ("height", 0, "the source's height=0 cannot be; right would be a whole number"),
        ("width", True, "the source's width=True cannot be"),
        ("height", 20000, "a picture of 4x20000 gray8 is too large to send"),
        ("name", 5, "the source's name=5 cannot be; right would be text"),
        ("name", "a b", "name='a b' cannot be; right would be 1 to 64 letters"),
    ],
)
def test_the_members_of_a_source_are_checked_at_the_call_and_it_stays_the_program_s(
    member: str, value: object, sentence: str
) -> None:
    server, source = Server(), Source()
    setattr(source, member, value)
    with pytest.raises(UsageError) as refused:
        server.serve(source)
    assert str(refused.value).startswith(sentence)
    assert not server.streams
    assert not source.closed


async def shown_by(stream: Stream) -> Pixels:
    viewer = Room(stream).enter()
    await until(lambda: viewer.pixels is not None or stream.problem is not None)
    pixels = viewer.pixels
    viewer.leave()
    assert pixels is not None, stream.problem
    return pixels


async def test_a_source_of_numpy_s_numbers_is_shown() -> None:
    source = Source()
    source.width, source.height, source.name = np.int64(4), np.uint16(3), np.str_("mine")
    async with Server(port=0) as server:
        assert (await shown_by(server.serve(source)) == 7).all()
    assert source.closed == 1


@pytest.mark.parametrize(
    "shown",
    [np.full((3, 4), 7, np.uint8).view(Odd), np.full((6, 8), 7, np.uint8)[::2, ::-2]],
    ids=["subclass", "strides"],
)
async def test_whatever_array_a_source_shows_it_is_seen(shown: Pixels) -> None:
    source = Source()
    source.shown = Picture(shown, None, lambda: True)
    async with Server(port=0) as server:
        assert (await shown_by(server.serve(source)) == 7).all()


@pytest.mark.parametrize(
    ("shown", "sentence"),
    [
        (picture(), "poll() returned a ndarray; right would be a ws_stream.Picture"),
        (5, "poll() returned a int; right would be a ws_stream.Picture"),
        (Picture(picture(), None, None), "poll() returned a Picture; right would be"),  # type: ignore[arg-type]  # wrong on purpose
        (
            Picture(picture(), None, lambda: True),
            "an array of shape (3, 4, 3) and dtype uint8 is no",
        ),
        (Picture([[1]], None, lambda: True), "list is no picture; right would be a numpy array"),  # type: ignore[arg-type]  # wrong on purpose
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_a_source_shows_wrongly_is_said_in_a_sentence(
    shown: object, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    source = Source()
    async with Server(port=0) as server:
        stream = server.serve(source)
        source.shown = shown
        Room(stream).enter()
        await until(lambda: stream.problem is not None)
        assert stream.problem == Failure.UNFIT
    assert sentence in caplog.text


async def test_the_pictures_of_a_function_are_of_the_format_that_was_said() -> None:
    async with Server(port=0) as server:
        stream = server.serve(pictures, format="bgr888")
        viewer = Room(stream).enter()
        await until(lambda: viewer.pixels is not None)
        assert viewer.held
        assert viewer.held.format is BGR888


async def test_without_a_format_they_are_taken_for_rgb() -> None:
    async with Server(port=0) as server:
        viewer = Room(server.serve(pictures)).enter()
        await until(lambda: viewer.pixels is not None)
        assert viewer.held
        assert viewer.held.format is RGB888


@pytest.mark.parametrize("offered", ["test:", Source()], ids=["address", "source"])
def test_who_has_a_format_is_given_no_other(offered: object) -> None:
    server = Server()
    with pytest.raises(UsageError, match="format='bgr888' is for functions; right would be none"):
        server.serve(offered, format="bgr888")  # type: ignore[arg-type]  # whatever it is
    assert not server.streams


@pytest.mark.parametrize(
    ("offered", "name"),
    [
        (pictures, "pictures"),
        (lambda: pictures(), "lambda"),  # noqa: PLW0108 - to have a lambda
        (functools.partial(pictures), "pictures"),
        (type("Camera", (), {"__call__": lambda self: pictures()})(), "pictures"),
        (Path("test:"), "test"),
    ],
    ids=["function", "lambda", "partial", "object", "path"],
)
async def test_its_stream_is_named_after_it(
    offered: Callable[[], Iterator[Pixels]], name: str
) -> None:
    async with Server(port=0) as server:
        stream = server.serve(offered)
        assert stream.name == name
        assert (await shown_by(stream)).size


@pytest.mark.parametrize(
    "address",
    ["ws://u:secret@h/stream/a#token=abcdefghijklmnopqrstuvwxyz", "nats://u:secret@h/lab.a"],
)
def test_what_another_server_shows_has_its_own_format(address: str) -> None:
    server = Server()
    with pytest.raises(UsageError) as refused:
        server.serve(address, format="gray8")
    said = str(refused.value)
    assert "is for functions; right would be none, as" in said
    assert "secret" not in said
    assert "token" not in said
    assert not server.streams

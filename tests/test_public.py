"""Every parameter of the public names, with every odd value: it is right, or it is refused at the call in one sentence.

What is public is found by looking, so that a new parameter fails here until its right values are said.
"""

import asyncio
import gc
import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any

import numpy as np
import pytest

import ws_stream
from tests.hub.viewer import Room
from tests.jupyter.notebook import notebook
from tests.leftovers import nothing_left_behind
from tests.odd import ODD
from tests.pair import made_pair
from tests.recording.example import example
from ws_stream import Server, Stream, UsageError, WsStreamError
from ws_stream.pixels.formats import RGB888
from ws_stream.pixels.frame import blank
from ws_stream.pixels.rendition import Rendition

RECORDING = NamedTemporaryFile(suffix=".wss")  # noqa: SIM115 - as long as the tests
RECORDING.write(example())
RECORDING.flush()
FOLDER = TemporaryDirectory()
CERT, KEY = made_pair(Path(FOLDER.name))
RENDITION = {"crop": None, "step": 1, "average": False, "tolerance": 0, "depth": 24}
SERVED = {**RENDITION, "name": "a", "format": None, "fps": 30, "input": False}
LISTENING = {"host": "127.0.0.1", "port": 0}
PICTURE = np.zeros((3, 4, 3), np.uint8)

RIGHT: Mapping[str, Mapping[str, Any]] = {
    "aiohttp_app": {"server": Server(port=0)},
    "asgi": {"server": Server(port=0)},
    "connect": {"url": "wss://127.0.0.1:8000/stream/a", "tls_ca": CERT, "token": None},
    "Connection": {"url": "wss://127.0.0.1:8000/stream/a", "tls_ca": CERT, "token": None},
    "Connection.age": {"frame": blank(1, RGB888, 4, 3)},
    "Connection.wait_for": {"predicate": bool, "timeout": 1},
    "Frame.alike": {"other": blank(1, RGB888, 4, 3)},
    "PixelFormat.blank": {"width": 4, "height": 3},
    "PixelFormat.shape": {"width": 4, "height": 3},
    "Server": {
        **LISTENING,
        "cpu_budget": None,
        "max_viewers": 256,
        "allow_hosts": (),
        "allow_origins": (),
        "allow_frames": (),
        "tokens": None,
        "token_file": None,
        "unix": None,
        "sockets": (),
        "root_path": "",
        "trusted_proxies": (),
        "tls_cert": CERT,
        "tls_key": KEY,
        "announce": False,
    },
    "Server.stream": {**SERVED, "verify_damage": False},
    "Server.serve": {**SERVED, "source": "test:"},
    "Server.add": {"stream": Stream("b")},
    "Server.remove": {"stream": Stream("c")},
    "Server.urls": {"stream": None},
    "Stream": {
        "name": "a",
        "format": None,
        "rendition": Rendition(),
        "fps": 30,
        "verify_damage": False,
        "input": False,
    },
    "PixelFormat.grid": {"width": 4, "height": 3},
    "PixelFormat.lying": {"width": 4, "height": 3},
    "PixelFormat.row_bytes": {"width": 4, "height": 3},
    "PixelFormat.size": {"pixels": PICTURE},
    "Stream.publish": {"picture": PICTURE, "time_us": None, "damage": None, "meta": None},
    "Stream.set_problem": {"problem": None},
    "open_recording": {"path": RECORDING.name},
    "open_source": {"address": "test:"},
    "Recording": {"path": RECORDING.name},
    "Recording.seek": {"seconds": None, "number": 0},
    "Ring": {
        "name": f"{FOLDER.name}/ring",
        "width": 4,
        "height": 3,
        "format": "rgb888",
        "slots": 3,
        "mode": 0o600,
    },
    "Ring.publish": {"array": PICTURE, "damage": None, "meta": None},
    "show": {"picture": None, "fps": None, "step": None, "crop": None},
    "to_rgb": {"pixels": PICTURE, "pixel_format": RGB888},
}
"""Of each public function a right value for each of its parameters."""

RECORDS = {"Frame", "Moment", "Picture", "PixelFormat", "InputEvent"}
RECORDS |= {"Pointer", "Touch", "Key", "Text", "Custom"}
"""What ws_stream makes, and programs read: they are checked where they are handed in again."""
PROTOCOLS = {"Source"}
"""What programs have: tests/server/test_offer.py."""
NAMES = {("open_source", "address"), ("Server.serve", "source"), ("Ring", "name")}
"""What is right, and yet not there: the device's error."""
HANDS_ON = {"PlainConnection", "InputEvents"}
"""What `with connect(url)` gives: its arguments are those of Connection, to which it hands them on; what `Stream.input`
gives."""
INSIDE = {
    *{f"Stream.{name}" for name in ("adopt", "begin", "hand_over", "join", "leave", "limit")},
    *{f"Stream.{name}" for name in ("ask", "resize", "set_behind", "demand", "overdue", "close")},
    *{"Connection.ask", "Server.change", "Server.run", "Stream.release"},
    *{f"Recording.{name}" for name in ("played", "has_place_between")},
}
"""What the producers, the server and the commands call."""
INSIDE_PARAMETERS = {("Stream", "producer"), ("Stream", "walk")}


def public() -> Iterator[tuple[str, Callable[..., Any]]]:
    """The functions, the constructors and the methods."""
    for name in ws_stream.__all__:
        thing = getattr(ws_stream, name)
        if inspect.isfunction(thing):
            yield name, thing
        elif name not in PROTOCOLS | HANDS_ON and not issubclass(thing, Exception):
            if name not in RECORDS:
                yield name, thing
            for method, function in inspect.getmembers(thing, inspect.isfunction):
                if not method.startswith("_"):
                    yield f"{name}.{method}", function


def parameters(function: Callable[..., Any]) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]


FOUND = {
    (name, parameter)
    for name, function in public()
    if name not in INSIDE
    for parameter in parameters(function)
} - INSIDE_PARAMETERS


def test_of_every_public_parameter_a_right_value_is_known() -> None:
    assert {(name, parameter) for name in RIGHT for parameter in RIGHT[name]} == FOUND


def test_what_is_left_out_is_there() -> None:
    assert {name for name, _ in public()} >= INSIDE


def check_stream(stream: Stream) -> None:
    """A viewer is shown what is published."""

    async def watch() -> None:
        viewer = Room(stream).enter()
        stream.publish(np.full((3, 4, 3), 7, np.uint8))
        assert viewer.pixels is not None
        stream.close()

    if stream._producer is None:
        asyncio.run(watch())


def check_published(stream: Stream) -> None:
    async def watch() -> None:
        assert Room(stream).enter().pixels is not None
        stream.close()

    asyncio.run(watch())


def server_for(name: str, arguments: Mapping[str, Any]) -> Server:
    """One that has what is right to be removed."""
    server = Server()
    if name == "Server.remove" and arguments is RIGHT[name]:
        server.add(arguments["stream"])
    return server


FUNCTIONS = ("aiohttp_app", "asgi", "connect", "open_recording", "open_source", "to_rgb")


def call(name: str, arguments: Mapping[str, Any]) -> None:  # noqa: PLR0912 - a branch for each kind of call
    """Call it, look whether what it returned works, and let go of that. Raises what the call does."""
    owner, _, method = name.partition(".")
    if name == "show":
        with notebook():
            ws_stream.show(**arguments).close()
    elif name in (*FUNCTIONS, "Connection", "Recording", "Ring"):
        made = getattr(ws_stream, name)(**arguments)
        getattr(made, "close", lambda: None)()
    elif name == "Server":

        async def run() -> None:
            async with Server(**arguments):
                pass

        asyncio.run(run())
    elif name == "Stream":
        check_stream(Stream(**arguments))
    elif owner == "Server":
        server = server_for(name, arguments)
        try:
            made = getattr(server, method)(**arguments)
        except WsStreamError:
            assert not server.streams
            raise
        else:
            if method in ("stream", "serve"):
                check_stream(made)
        finally:
            server.__exit__(None, None, None)
    elif owner == "Stream":
        stream = Stream("a")
        getattr(stream, method)(**arguments)
        if method == "publish":
            check_published(stream)
    elif owner == "Recording":
        with ws_stream.Recording(RECORDING.name) as recording:
            list(getattr(recording, method)(**arguments))
    else:
        of = {
            "Frame": blank(1, RGB888, 4, 3),
            "PixelFormat": RGB888,
            "Connection": ws_stream.connect("ws://h"),
            "Ring": ws_stream.Ring(**RIGHT["Ring"]),
        }
        made = getattr(of[owner], method)(**arguments)
        getattr(made, "close", lambda: None)()  # of what would have to be awaited


@pytest.fixture(scope="module", autouse=True)
def _few_objects() -> Iterator[None]:
    """What was made by other tests is not looked through each time that leftovers are counted."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("name", RIGHT)
def test_the_right_values_are_right(name: str) -> None:
    call(name, RIGHT[name])


@pytest.mark.parametrize(("name", "parameter"), sorted(FOUND), ids=lambda part: part)
def test_every_odd_value_is_right_or_refused_in_one_sentence(name: str, parameter: str) -> None:
    with nothing_left_behind():
        for label, value in ODD.items():
            try:
                call(name, {**RIGHT[name], parameter: value()})
            except WsStreamError as error:
                assert isinstance(error, UsageError) or (name, parameter) in NAMES, label
                sentence = str(error)
                assert sentence.isprintable(), label
                assert 10 < len(sentence) < 400, label

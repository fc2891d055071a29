"""Whatever peers, files and anybody's code say: it makes no line of the log of its own, and acts on no terminal.

Also in a log that a program writes in its own way: what is logged is harmless before it comes to a handler.
"""

import ast
import asyncio
import logging
from pathlib import Path

import numpy as np
import pytest

from tests.log_lines import NASTY, assert_harmless
from tests.server.test_server import viewing
from tests.test_layers import FILES
from ws_stream import Server
from ws_stream.errors import SourceError, UsageError
from ws_stream.hub.caller import Caller
from ws_stream.hub.stream import Stream
from ws_stream.printable import MAX_LINE, MAX_LINES
from ws_stream.producers.failure import Failures, told
from ws_stream.sources.mapped_file import MappedFile

MADE_HARMLESS = {"printable", "indented"}
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def calls_of_the_log() -> list[tuple[Path, ast.Call]]:
    return [
        (file, node)
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LEVELS
        and ast.unparse(node.func.value) == "_log"
    ]


def is_harmless(argument: ast.expr, made: set[str]) -> bool:
    """A constant, a stream's name (64 letters, digits, '.', '_', '-'), or what was made so."""
    if isinstance(argument, ast.Constant | ast.Attribute):
        return isinstance(argument, ast.Constant) or argument.attr in {"name", "_name"}
    if isinstance(argument, ast.Name):
        return argument.id.isupper() or argument.id in made
    return isinstance(argument, ast.Call) and ast.unparse(argument.func) in MADE_HARMLESS


def test_each_call_of_the_log_is_of_constants_names_of_streams_and_what_was_made_harmless() -> None:
    """All others go through `RequestLog`, which makes them so."""
    calls = calls_of_the_log()
    assert len(calls) > 4
    for file, call in calls:
        function = next(
            node
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.lineno <= call.lineno
            and call.lineno <= (node.end_lineno or 0)
        )
        made = {
            name.id
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple)
            for names in node.targets
            if isinstance(names, ast.Tuple)
            for name, value in zip(names.elts, node.value.elts, strict=True)
            if isinstance(name, ast.Name) and is_harmless(value, set())
        }
        assert all(is_harmless(one, made) for one in call.args), ast.unparse(call)


EACH = pytest.mark.parametrize("text", NASTY, ids=lambda text: ascii(text)[:12])


def only_harmless(caplog: pytest.LogCaptureFixture) -> str:
    """All that was logged, which was something."""
    assert caplog.messages
    for message in caplog.messages:
        first, *rest = message.split("\n")
        assert_harmless(message)
        assert all(line.startswith("    ") for line in rest), message
        assert len(rest) <= MAX_LINES
        assert all(len(line) <= MAX_LINE + 100 for line in (first, *rest))
    return "\n".join(caplog.messages)


@EACH
@pytest.mark.parametrize("kind", [SourceError, UsageError, ValueError, OSError])
def test_what_a_source_fails_with(
    text: str, kind: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    try:
        raise kind(text)
    except Exception as error:
        Failures().tell(Stream("camera"), told(error))
    assert only_harmless(caplog).startswith("stream camera: ")


@EACH
def test_what_a_program_fails_with_that_hears_viewers(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    Caller("camera", lambda _: None)._log(_raised(ValueError(text)))
    only_harmless(caplog)


def _raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


@pytest.mark.parametrize("text", ["\n2026 ws_stream: forged", "\x1b[2J", "\u202e", "\x85a"])
def test_what_a_file_is_called(text: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / text
    path.write_bytes(bytes(20_000))
    file = MappedFile(path)
    file.memory(0, 20_000)
    path.write_bytes(bytes(10_000))
    file.refresh()
    file.memory(0, 10_000)
    file.close()
    only_harmless(caplog)


@EACH
async def test_what_a_request_says_wherever_it_says_it(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "ws_stream")
    letters = text.encode("latin-1", "backslashreplace")
    async with Server(port=0) as server:
        server.stream("camera").publish(np.zeros((3, 4), np.uint8))
        for request in (
            b"GET / HTTP/1.1\r\nHost: " + letters + b"\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: " + letters + b"\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil" + letters + b"\r\n\r\n",
            b"GET /" + letters + b" HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            letters + b" / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            b"GET / HTTP/1.1\r\n" + letters + b": a\r\n\r\n",
            b"GET /stream/camera HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ws-stream.v1"
            b"\r\nSec-WebSocket-Key: " + letters + b"\r\n\r\n",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(request)
            writer.write_eof()
            await asyncio.wait_for(reader.read(), 20)
            writer.close()
    only_harmless(caplog)


@EACH
async def test_what_a_viewer_says(
    text: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is closed with a sentence; where that is a fault of ours, the log has the fault's text, which may be its."""

    def fail(*_: object) -> None:
        raise KeyError(text)

    async with Server(port=0) as server:
        server.stream("camera").publish(np.zeros((3, 4), np.uint8))
        monkeypatch.setattr("ws_stream.server.viewer.Viewer.on_message", fail)
        async with viewing(server) as websocket:
            await websocket.send("{}")
            await asyncio.wait_for(websocket.wait_closed(), 20)
    only_harmless(caplog)

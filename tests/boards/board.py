"""examples/c-device as a test has it: its programs under sanitizers, one that runs, and viewers without manners."""

import fcntl
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as dial
from websockets.typing import Subprotocol

from ws_stream.protocol import control
from ws_stream.protocol.messages import ViewerMessage
from ws_stream.session import Outcome, Session

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "c-device"
BUILD = ROOT / "build" / "boards"
SANITIZED = "-g -O0 -fsanitize=address,undefined -fno-sanitize-recover=all"
NO_MEMORY = "-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc"
"""Whoever asks for memory gets to a function that aborts."""

Pixels = NDArray[np.uint16]


def make(name: str, main: str, *variables: str, build: Path = BUILD) -> Path:
    """A program around the example's files."""
    program = build / name
    command = [
        "make",
        "-s",
        "-C",
        os.fspath(EXAMPLE),
        f"BUILD={build}",
        f"NAME={name}",
        f"MAIN={ROOT / main}",
    ]
    build.mkdir(parents=True, exist_ok=True)
    with (build / "lock").open("w") as lock:  # tests of several files may run at a time
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [*command, *variables, os.fspath(program)], check=False, capture_output=True, text=True
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return program


def driver_program() -> Path:
    """A device whose display a test flushes, and which lets nobody ask for memory."""
    return make("driver", "tests/boards/driver.c", f"FLAGS={SANITIZED}", f"LINK={NO_MEMORY}")


def conformance(*command: str | Path) -> None:
    """A program passes the vectors of all that it claims, which is what viewers say."""
    program = [sys.executable, "-m", "ws_stream", "conformance", *command]
    done = subprocess.run(program, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert re.findall(r"(\w+) +passes", done.stdout)[:3] == ["requests", "input", "queries"]


class Board:
    """A device whose display is flushed from here."""

    def __init__(self, command: Sequence[str | Path]) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdin
        assert self.process.stdout
        self.to, self.output = self.process.stdin, self.process.stdout
        self.port, self.memory, width, height = map(int, self.output.readline().split())
        self.mirror: Pixels = np.zeros((height, width), np.uint16)
        """What the display shows."""
        self._heard: list[str] = []

    def flush(self, x: int, y: int, pixels: Pixels) -> None:
        """As LVGL does."""
        height, width = pixels.shape
        self.to.write(b"flush %d %d %d %d\n" % (x, y, width, height) + pixels.tobytes())
        self.to.flush()
        inside = self.mirror[y : y + height, x : x + width]
        inside[:] = pixels[: inside.shape[0], : inside.shape[1]]
        while (line := self.output.readline().decode()) != "flushed\n":
            assert line, "the board ended"
            self._heard.append(line.strip())

    def heard(self, count: int) -> list[str]:
        """The next lines of what viewers did."""
        while len(self._heard) < count:
            line = self.output.readline().decode()
            assert line, "the board ended"
            self._heard.append(line.strip())
        lines, self._heard = self._heard[:count], self._heard[count:]
        return lines

    def url(self, query: str = "", path: str = "/stream/screen") -> str:
        return f"ws://127.0.0.1:{self.port}{path}{query}"

    def end(self) -> None:
        """It ends well: no sanitizer has anything to say."""
        self.to.close()
        rest = self.output.read()
        assert self.process.wait(20) == 0, rest


@contextmanager
def running(*command: str | Path) -> Iterator[Board]:
    board = Board(command)
    try:
        yield board
        board.end()
    finally:
        board.process.kill()
        board.process.wait()
        board.to.close()
        board.output.close()


class Viewer:
    """One that says only what it is told to say."""

    def __init__(self, board: Board | str, query: str = "") -> None:
        url = board if isinstance(board, str) else board.url(query)
        self._stack = ExitStack()
        self.socket: ClientConnection = self._stack.enter_context(
            dial(url, subprotocols=[Subprotocol("ws-stream.v1")], compression=None, max_size=None)
        )
        self.session = Session()
        self.messages: list[bytes] = []
        self.texts: list[str] = []
        self.due: list[ViewerMessage] = []
        """Acknowledgements that were not sent."""
        self.may_refuse = False

    def say(self, message: ViewerMessage | str | None) -> None:
        if message is not None:
            self.socket.send(message if isinstance(message, str) else control.serialize(message))

    def read(self, timeout: float = 0.0) -> bool:
        """One message, if it comes."""
        try:
            message = self.socket.recv(timeout)
        except TimeoutError:
            return False
        outcome: Outcome = self.session.receive(message, 0.0)
        if isinstance(message, str):
            self.texts.append(message)
            return True
        self.messages.append(message)
        if outcome.frame:
            self.may_refuse = False
            self.due += filter(None, [self.session.acknowledge(outcome.frame, message, 0.0)])
        else:
            assert self.may_refuse, outcome.refused
        return True

    def acknowledge(self) -> None:
        while self.due:
            self.say(self.due.pop(0))

    def resync(self) -> None:
        self.may_refuse = self.session.announcement is not None
        self.say(self.session.resync(0.0))

    def shows(self, mirror: Pixels) -> bool:
        held = self.session.held
        return held is not None and held.number > 0 and np.array_equal(held.pixels, mirror)

    def until_it_shows(self, mirror: Pixels) -> None:
        """Read and acknowledge. The reports of a board that has no more to send end it."""
        unchanged = 0
        while not self.shows(mirror):
            self.read(5)
            self.acknowledge()
            unchanged += bool(self.texts) and '"unchanged"' in self.texts[-1]
            assert unchanged < 5, "the board holds its picture for shown"

    def until_said(self, pattern: str) -> str:
        """The first text of these."""
        while not (found := [text for text in self.texts if re.search(pattern, text)]):
            self.read(5)
            self.acknowledge()
        return found[0]

    def closed(self) -> tuple[int, str]:
        """By which code, and why."""
        try:
            while True:
                self.socket.recv(5)
        except ConnectionClosed as end:
            assert end.rcvd
            return end.rcvd.code, end.rcvd.reason

    def close(self) -> None:
        self._stack.close()

    def __enter__(self) -> "Viewer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

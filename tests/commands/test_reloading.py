"""What SIGHUP does to a server of a file."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from tests.server.test_catalogue import goodbye, next_picture
from tests.server.test_server import receive_frame, refusal, viewing
from ws_stream import connect
from ws_stream.codec import decode
from ws_stream.commands.arguments import parser
from ws_stream.commands.reloading import Reloading
from ws_stream.commands.serving import settings
from ws_stream.commands.settings import new_server, open_streams
from ws_stream.protocol import control, messages
from ws_stream.server.tokens import new_token

ROOT = Path(__file__).parents[2]
PIXELS = "width=40&height=30&format=rgbx8888"


class Service:
    """A server of a file, as `serve` has it."""

    command: tuple[str, ...] = ("serve", "--config")

    def __init__(self, file: Path, text: str, *beside: str) -> None:
        self.file = file
        file.write_text(text)
        options = parser().parse_args([*self.command, str(file), *beside])
        wanted = settings(options)
        self.server = new_server(wanted.server, {})
        open_streams(self.server, wanted.streams, lambda: None)
        self._reloading = Reloading(options, wanted, self.server, lambda: None)

    def reload(self, text: str | None) -> list[str]:
        """Returns the names of the streams that are new; None: there is no file."""
        if text is None:
            self.file.unlink()
        else:
            self.file.write_text(text)
        return [stream.name for stream in self._reloading.reload()]


class RelayService(Service):
    """The same, as `relay` has it."""

    command = ("relay",)


@asynccontextmanager
async def serving(file: Path, text: str, *beside: str) -> AsyncIterator[Service]:
    service = Service(file, text, *beside)
    async with service.server:
        yield service


@pytest.fixture
def file(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(bytes(40 * 30 * 4))
    return tmp_path / "streams.toml"


def stream(name: str, *more: str, source: str | None = None) -> str:
    source = source or f"mmap:{name}?{PIXELS}"
    return "\n".join([f"[streams.{name}]", f'source = "{source}"', *more, ""])


PORT = "port = 0\n"


async def test_a_viewer_of_what_has_not_changed_sees_every_picture_and_nothing_else(
    file: Path,
) -> None:
    memory = np.memmap(file.with_name("a"), np.uint8, "r+", shape=(30, 40, 4))
    async with serving(file, PORT + stream("a") + stream("b")) as service:
        async with viewing(service.server, "a") as steady, viewing(service.server, "b") as other:
            held = await receive_frame(steady)
            await receive_frame(other)

            async def go_on(values: range) -> None:
                nonlocal held
                for value in values:
                    memory[0, 0, 0] = value  # no look meets half of it
                    message = await next_picture(steady)
                    assert message, "a picture, and no other stream"
                    before, held = held, decode(message, held)
                    assert (held.epoch, held.number) == (before.epoch, before.number + 1)
                    assert held.pixels[0, 0, 0] == value
                    await steady.send(control.serialize(messages.Acknowledge(held.number)))

            await go_on(range(1, 10))
            more = PORT + "cpu-budget = 90\nallow-host = ['x']\n# another line\n"
            assert service.reload(more + stream("b", "step = 2") + stream("a")) == ["b"]
            assert list(service.server.streams) == ["b", "a"]
            await go_on(range(10, 20))
            assert (await goodbye(other))[0] == 1012
            assert service.reload(PORT + stream("a")) == []
            await go_on(range(20, 30))
            assert service.reload(PORT + stream("a")) == []
            await go_on(range(30, 40))
        assert (await refusal(service.server, "/stream/b"))[0] == 4004


async def test_a_changed_stream_is_seen_as_it_is_now_by_those_who_come_again(file: Path) -> None:
    async with serving(file, PORT + stream("a")) as service:
        sizes = []
        async for frame in connect(f"ws://127.0.0.1:{service.server.port}/stream/a"):
            sizes.append((frame.width, frame.height))
            if len(sizes) == 2:
                break
            assert service.reload(PORT + stream("a", "step = 2")) == ["a"]
        assert sizes == [(40, 30), (20, 15)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("port = ", "streams.toml, line 1: this is no TOML: Invalid value"),
        (
            PORT + stream("a", "step = 99"),
            "streams.toml, line 4: step=99 cannot be; right would be",
        ),
        (PORT + stream("a") + stream("n", source="xwd:no"), "streams.toml, line 5: "),
        (
            PORT + "token-file = 'no'\n" + stream("a"),
            "streams.toml, line 2: cannot read the tokens",
        ),
        (None, "streams.toml: No such file or directory; right would be"),
    ],
)
async def test_a_wrong_file_changes_nothing_and_the_log_says_why(
    file: Path, caplog: pytest.LogCaptureFixture, text: str | None, sentence: str
) -> None:
    async with serving(file, PORT + stream("a") + stream("b")) as service:
        before = dict(service.server.streams)
        async with viewing(service.server, "b") as websocket:
            await receive_frame(websocket)
            assert service.reload(text) == []
            assert service.server.streams == before
            (said,) = caplog.messages
            assert sentence in said
            assert said.endswith("; until then all is as before")
            assert (await refusal(service.server, "/stream/n"))[0] == 4004
        assert service.reload(PORT + stream("a") + stream("b")) == []
        assert service.server.streams == before


async def test_a_relay_relays_whatever_its_file_says_later(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere = stream("n", source="ws://127.0.0.1:1/stream/n")
    service = RelayService(file, PORT + elsewhere)
    async with service.server:
        assert service.reload(PORT + elsewhere + stream("a")) == []
        assert [*service.server.streams] == ["n"]
    (said,) = caplog.messages
    assert "streams.toml, line 5: " in said
    assert "is no stream of another server; right would be" in said


async def test_all_faults_are_in_the_log(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(file, PORT + stream("a")) as service:
        service.reload("port = -1\n" + stream("a", "step = 99"))
    assert [re.findall(r"line \d+", said) for said in caplog.messages] == [["line 1"], ["line 4"]]


async def test_what_takes_another_start_is_named_each_time_until_then(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(file, PORT + stream("a")) as service:
        port = service.server.port
        for _ in range(2):
            service.reload("port = 1\nhost = '::'\nlog-format = 'json'\n" + stream("a"))
            assert service.server.port == port
        service.reload(PORT + stream("a"))
    assert caplog.messages == ["host, port, log-format: as before until it is started anew"] * 2


async def test_tokens_count_at_once_and_an_option_beside_the_file_counts_still(file: Path) -> None:
    tokens = file.with_name("tokens")
    tokens.write_text(f"view:{new_token()}\n")
    tokens.chmod(0o600)
    async with serving(file, PORT + stream("a")) as service:
        async with viewing(service.server, "a") as websocket:
            await receive_frame(websocket)
            service.reload(PORT + "token-file = 'tokens'\n" + stream("a"))
            assert (await goodbye(websocket))[0] == 1012
        assert (await refusal(service.server, "/stream/a"))[0] == 4401
    async with serving(file, PORT + stream("a"), "--token-file", str(tokens)) as service:
        service.reload(PORT + stream("a") + stream("b"))
        assert (await refusal(service.server, "/stream/b"))[0] == 4401


async def test_a_file_may_be_as_large_as_it_was_and_be_another(file: Path) -> None:
    async with serving(file, PORT + stream("a", "fps = 5")) as service:
        assert service.server.streams["a"].fps == 5
        assert service.reload(PORT + stream("a", "fps = 6")) == ["a"]
        assert service.server.streams["a"].fps == 6


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "ws_stream", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line(stream: IO[str] | None) -> str:
    assert stream
    return stream.readline()


def test_sighup_serves_what_is_new_and_says_where(file: Path) -> None:
    file.write_text(PORT + stream("a"))
    with running("--config", str(file)) as process:
        first = line(process.stdout)
        assert re.fullmatch(r"a: open http://127.0.0.1:\d+/\?stream=a\n", first)
        file.write_text(PORT + stream("b") + stream("a"))
        process.send_signal(signal.SIGHUP)
        assert line(process.stdout) == first.replace("a:", "b:", 1).replace("=a", "=b")
        file.write_text("port")
        process.send_signal(signal.SIGHUP)
        assert "streams.toml, line 1: this is no TOML: " in line(process.stderr)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_the_log_is_written_as_the_file_says(file: Path) -> None:
    file.write_text(PORT + 'log-format = "json"\n' + stream("a"))
    with running("--config", str(file)) as process:
        line(process.stdout)
        file.write_text("port")
        process.send_signal(signal.SIGHUP)
        assert line(process.stderr).startswith('{"time": ')


def test_who_serves_no_files_ends_with_its_terminal() -> None:
    with running("--port", "0") as process:
        line(process.stdout)
        process.send_signal(signal.SIGHUP)
        assert process.wait(20) == -signal.SIGHUP


def test_the_example_is_served() -> None:
    example = ROOT / "examples/streams.toml"
    with running("--config", str(example), "--port", "0") as process:
        found = [re.search(r"//([\d.:]+)/\?stream=(\w+)", line(process.stdout)) for _ in range(2)]
        sizes = {}
        for one in found:
            assert one
            with connect(f"ws://{one[1]}/stream/{one[2]}") as screen:
                frame = screen.wait_for(bool, 10)
                sizes[one[2]] = frame.width, frame.height
    assert sizes == {"card": (512, 300), "detail": (160, 120)}

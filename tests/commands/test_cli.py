"""The command line as a user runs it: whole processes."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from websockets.asyncio.client import connect as open_websocket
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from tests.test_png import read_png
from ws_stream.codec import encode
from ws_stream.pixels.formats import GRAY8
from ws_stream.pixels.frame import Frame
from ws_stream.protocol import control, messages
from ws_stream.protocol.input import Action, Key, Pointer, Text
from ws_stream.protocol.picture import SUBPROTOCOL

COMMAND = [sys.executable, "-m", "ws_stream"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=30, check=False
    )


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A command that goes on, and the first address it prints."""
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            found = re.search(r"https?://\S+", line)
            assert found, line
            yield process, found[0]
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["dance"], "invalid choice: 'dance'"),
        (["serve", "--step", "0"], "'0' cannot be; right would be a whole number from 1 to 16"),
        (["serve", "--step", "x"], "'x' cannot be; right would be a whole number from 1 to 16"),
        (["serve", "--port", "70000"], "right would be a whole number from 0 to 65535"),
        (["serve", "--fps", "0"], "fps=0.0 cannot be; right would be pictures per second above 0"),
        (["serve", "--fps", "fast"], "right would be pictures per second"),
        (
            ["serve", "--cpu-budget", "0"],
            "cpu_budget=0.0 cannot be; right would be a share of one core",
        ),
        (["serve", "--max-viewers", "9"], "right would be a whole number from 256 to 25600"),
        (["serve", "ws://"], "'ws://' is no address of a stream; right would be ws://HOST:PORT"),
        (["serve", "test:", "--tls-ca", "a"], "--tls-ca is for what other servers show"),
        (["serve", "--cpu-budget", "x"], "right would be a share of one core in percent"),
        (["serve", "--crop", "1,2,3"], "right would be X,Y,WIDTH,HEIGHT"),
        (
            ["serve", "--crop", "0,0,0,5"],
            "'0,0,0,5' cannot be; right would be X,Y,WIDTH,HEIGHT in pixels",
        ),
        (["serve", "--crop", "0,0,9999,5"], "leaves the picture, which is 1024x600"),
        (["serve", "--name", "a b"], "name='a b' cannot be; right would be 1 to 64 letters"),
        (["serve", "--name", "a", "--name", "b"], "2 names for 1 sources"),
        (["serve", "test:", "test:", "--name", "a", "--name", "a"], "'a' already"),
        (["serve", "--host", "no.such.host.invalid"], "cannot listen on no.such.host.invalid"),
        (
            ["serve", "--allow-host", "a;script-src *"],
            "'a;script-src *' names no host; right would be",
        ),
        (["demo", "--allow-host", "kiosk:8000"], "without port"),
        (["serve", "--tls-cert", "a"], "there is no tls_key; right would be"),
        (
            ["demo", "--tls-cert", "/no/such", "--tls-key", "/no/such"],
            "cannot read the certificate",
        ),
        (["certificate", "--days", "0"], "right would be a whole number from 1 to 36500"),
        (["certificate", "a b"], "'a b' is no host; right would be a name like kiosk.example"),
        (["certificate", "--key", "/no/such/key.pem"], "cannot write '/no/such/key.pem'"),
        (["watch", "ws://h", "--tls-ca", "/no/such"], "right would be https:// or wss://"),
        (["watch", "wss://h", "--tls-ca", "/no/such"], "tls_ca='/no/such' cannot be used"),
        (["serve", "nosuch:thing"], "nosuch"),
        (["serve", "xwd:/no/such/file"], "/no/such/file"),
        (["serve", "mmap:/no/such?width=4&height=4&format=rgb888"], "/no/such"),
        (["serve", "test:?format=rgba8888"], "rgba is rgbx8888"),
        (["bench", "--width", "3"], "right would be a whole number from 16 to 16384"),
        (["bench", "--content", "film"], "invalid choice: 'film'"),
        (["bench", "--width", "9999", "--height", "9999"], "too large to send"),
        (["bench", "test:", "--width", "64"], "--width is for made-up pictures"),
        (["bench", "xwd:/no/such/file"], "/no/such/file"),
        (["watch", "nowhere"], "'nowhere' is no address of a stream"),
        (["watch", "ws://127.0.0.1:1/stream/a"], "no stream from ws://127.0.0.1:1/stream/a"),
    ],
)
def test_bad_input_is_one_clear_sentence_and_exit_code_2(
    arguments: list[str], sentence: str
) -> None:
    done = run(*arguments)
    assert sentence in done.stderr
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_file_that_is_too_short_for_its_geometry_is_named_with_both_numbers(
    tmp_path: Path,
) -> None:
    file = tmp_path / "ring"
    file.write_bytes(bytes(100))
    done = run("serve", f"mmap:{file}?width=8&height=8&format=rgbx8888")
    assert done.returncode == 2
    assert "100" in done.stderr
    assert "256" in done.stderr


def test_a_busy_port_is_one_clear_sentence_and_exit_code_2() -> None:
    with running("demo", "--port", "0") as (_, url):
        port = url.rstrip("/").split(":")[2].split("/")[0]
        done = run("demo", "--port", port)
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr


def test_what_another_server_shows_is_relayed_by_a_command_or_a_file(tmp_path: Path) -> None:
    config = tmp_path / "relay.toml"
    with running("serve", "test:?width=32&height=24", "--port", "0", "--name", "a") as (_, device):
        source = f"ws://{urlsplit(device).netloc}/stream/a"
        with running("serve", source, "--port", "0") as (_, relay):
            assert relay.endswith("?stream=a")
            assert "  32x24 " in run("watch", relay, "--count", "1").stdout
            again = f"ws://{urlsplit(relay).netloc}/stream/a#token=abcdefghijklmnopqrstuvwxyz"
            config.write_text(f'port = 0\n[streams.b]\nsource = "{again}"\nstep = 2\n')
            with running("relay", str(config), "--max-viewers", "300") as (_, third):
                assert "  16x12 " in run("watch", third, "--count", "1").stdout
    checked = run("check", str(config)).stdout
    assert checked.startswith("b: ws://")
    assert "token" not in checked
    config.write_text('[streams.a]\nsource = "test:"\n[streams.b]\nsource = "ws://"\n')
    done = run("relay", str(config))
    assert done.returncode == 2
    assert "line 4: 'ws://' is no address of a stream" in done.stderr
    config.write_text('[streams.a]\nsource = "test:"\n')
    assert "line 2: test: is no stream of another server; right" in run("relay", str(config)).stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_in_order(number: signal.Signals) -> None:
    with running("demo", "--port", "0") as (process, _):
        process.send_signal(number)
        assert process.wait(10) == 0
        assert process.stderr
        assert process.stderr.read() == ""


def test_watch_saves_a_picture_that_is_the_source_s_to_the_bit(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (30, 40, 4), np.uint8)
    (tmp_path / "raw").write_bytes(pixels.tobytes())
    source = f"mmap:{tmp_path}/raw?width=40&height=30&format=bgrx8888"
    with running("serve", source, "--port", "0", "--step", "3", "--crop", "1,2,30,20") as (_, url):
        done = run("watch", url, "--png", str(tmp_path / "a.png"))
        assert done.returncode == 0, done.stderr
    saved = read_png((tmp_path / "a.png").read_bytes())
    assert np.array_equal(saved, pixels[2:22:3, 1:31:3, 2::-1])


def test_watch_stops_after_so_many_pictures_and_tells_its_figures() -> None:
    with running("demo", "--port", "0") as (_, url):
        done = run("watch", url, "--count", "20")
    assert done.returncode == 0
    assert "20 pictures in" in done.stdout
    assert "1024x600" in done.stdout
    assert "0 mismatches" in done.stdout


def test_watch_says_when_the_picture_cannot_be_saved() -> None:
    with running("demo", "--port", "0") as (_, url):
        done = run("watch", url, "--png", "/no/such/folder/a.png")
    assert done.returncode == 2
    assert "cannot write /no/such/folder/a.png" in done.stderr


HOSTILE = "\x1b[2J\x1b]0;gone\x07\x9b\r\u202e\u2066\u200f\u061c"


@pytest.mark.parametrize(
    ("name", "reason"),
    [(HOSTILE, HOSTILE), ("\ud800", "\udfff"), ("n" * 64, "r" * 200), ("日本", "вход")],
    ids=["acts", "half", "long", "foreign"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
async def test_whatever_a_server_says_watch_prints_short_lines_that_a_terminal_only_shows(
    name: str, reason: str, encoding: str
) -> None:
    told = messages.Announcement(name, 1, GRAY8, 2, 2, (2, 2), 1, None, False, 0, 30, False)
    shown = Frame(1, 1, 1, GRAY8, np.full((2, 2), 7, np.uint8))

    async def handle(websocket: ServerConnection) -> None:
        await websocket.send(control.serialize(told))
        await websocket.send(control.serialize(messages.Problem(reason)))
        await websocket.send(encode(shown))
        await websocket.wait_closed()

    async with serve(handle, "127.0.0.1", 0, subprotocols=[Subprotocol(SUBPROTOCOL)]) as server:
        url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/stream"
        watching = await asyncio.create_subprocess_exec(
            *(*COMMAND, "watch", url, "--count", "1"),
            env={**os.environ, "PYTHONIOENCODING": encoding},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        output, errors = await asyncio.wait_for(watching.communicate(), 30)
    lines = output.decode().splitlines()
    assert (watching.returncode, errors) == (0, b"")
    assert len(lines) == 2
    assert all(line.isprintable() and len(line) < 1000 for line in lines)


def test_bench_tells_what_this_device_can_do() -> None:
    done = run("bench", "--width", "64", "--height", "48", "--content", "noise", "--fps", "100")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "measuring noise, 1 of 1"
    assert "served as 64x48 rgbx8888" in done.stdout
    assert re.search(r"^noise +50%( +[0-9,]+){5} +[0-9.]+ +[0-9,]+$", done.stdout, re.MULTILINE)
    assert "--tolerance 8" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_several_sources_are_served_each_under_its_name() -> None:
    with running("serve", "test:", "test:?width=64&height=48", "--name", "big", "--port", "0") as (
        process,
        url,
    ):
        assert url.endswith("?stream=big")
        assert process.stdout
        assert "stream=test" in process.stdout.readline()


def test_what_viewers_do_is_written_as_lines_of_json_and_nothing_else() -> None:
    actions = Key("a", "KeyA", True), Text("\u202eü"), Pointer(1, 2, 0, (0, 3))
    with subprocess.Popen(
        [*COMMAND, "serve", "test:", "--name", "card", "--port", "0", "--allow-input"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stderr
        found = re.search(r"http://([\d.:]+)/", process.stderr.readline())
        assert found
        asyncio.run(operate(f"ws://{found[1]}/stream", *actions))
        lines = [process.stdout.readline() for _ in range(4)]
        process.terminate()
        assert process.wait(10) == 0
        assert process.stdout.read() == ""
    assert all(line.isascii() for line in lines)
    heard = [json.loads(line) for line in lines]
    assert [(one["stream"], one["viewer"], one["number"]) for one in heard] == [("card", 1, 1)] * 4
    assert all("epoch" in one and "time" in one for one in heard)
    assert [one["kind"] for one in heard] == ["key", "text", "pointer", "key"]
    assert heard[1]["text"] == "\u202eü"
    assert (heard[2]["x"], heard[2]["y"], heard[2]["wheel"]) == (1, 2, [0, 3])
    assert (heard[3]["down"], "wheel" in heard[3]) == (False, False)


def test_a_server_whose_lines_nobody_reads_any_more_ends() -> None:
    reading, writing = os.pipe()
    with subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", "--allow-input"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(writing)
        assert process.stderr
        found = re.search(r"http://([\d.:]+)/", process.stderr.readline())
        assert found
        os.close(reading)
        asyncio.run(operate(f"ws://{found[1]}/stream", Text("a")))
        assert process.wait(10) == 0
        assert process.stderr.read() == ""


async def operate(url: str, *actions: Action) -> None:
    """What a viewer does with the first picture, and then it leaves."""
    async with open_websocket(
        url, subprotocols=[Subprotocol(SUBPROTOCOL)], compression=None, proxy=None
    ) as websocket:
        told = control.parse_from_server(await websocket.recv())
        assert isinstance(told, messages.Announcement)
        await websocket.send(control.serialize(messages.Input(told.epoch, 1, actions)))


def test_the_command_is_installed() -> None:
    command = Path(sys.executable).with_name("ws-stream")
    done = subprocess.run([command, "--help"], capture_output=True, text=True, check=True)
    assert "serve" in done.stdout
    assert os.access(command, os.X_OK)


def test_https_from_the_certificate_to_the_picture_and_a_new_one_at_sighup(tmp_path: Path) -> None:
    cert, key = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    made = run("certificate", "kiosk.example", "--cert", cert, "--key", key)
    assert f"ws-stream serve --tls-cert {cert} --tls-key {key}" in made.stdout
    with running("demo", "--port", "0", "--tls-cert", cert, "--tls-key", key) as (process, url):
        assert url.startswith("https://127.0.0.1:")
        seen = run("watch", url, "--count", "2", "--tls-ca", cert)
        assert "2 pictures in" in seen.stdout
        refused = run("watch", url, "--count", "2")
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
        assert "right would be --tls-ca FILE" in refused.stderr
        recorded = run("record", url, str(tmp_path / "a.wss"), "--seconds", "0.5", "--tls-ca", cert)
        assert "pictures, " in recorded.stdout
        Path(key).write_text("")
        process.send_signal(signal.SIGHUP)
        assert process.stderr
        assert "holds no PRIVATE KEY" in process.stderr.readline()
        assert "2 pictures in" in run("watch", url, "--count", "2", "--tls-ca", cert).stdout
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0

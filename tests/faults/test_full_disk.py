"""A disk that is full: who writes says so in a sentence, keeps what is whole, leaves nothing half; the rest goes on."""

import asyncio
import resource
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from tests.recording.recorded import received, saved
from ws_stream import Frame, UsageError
from ws_stream.commands.certificate import make_certificate
from ws_stream.commands.export import export
from ws_stream.commands.inspect import cut_file
from ws_stream.pixels.formats import GRAY8
from ws_stream.recording import Recording

from .conftest import SERVED
from .disk import Disk, small_disk
from .processes import WS_STREAM, Process, Server, running, serving, until, wait_for
from .viewer import watching
from .writer import NOISE, is_whole

FULL = "No space left on device"
PAGE = 4096
ROOM = pytest.mark.parametrize("room", [0, PAGE], ids=["no room", "a page"])


@pytest.fixture(scope="module")
def shared() -> Iterator[Disk]:
    with small_disk() as disk:
        yield disk


@pytest.fixture(scope="module")
def server(source: str) -> Iterator[Server]:
    with serving(source, *SERVED) as process:
        yield process


@pytest.fixture
def disk(shared: Disk) -> Iterator[Disk]:
    """Full; afterwards there is nothing on it that a test did not expect, and take away."""
    shared.leave(0)
    yield shared
    assert shared.others() == set()


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Recording]:
    pictures = [Frame(1, n, n * 100_000, GRAY8, NOISE + np.uint8(n)) for n in range(1, 9)]
    with Recording(saved(tmp_path / "a.wss", received(pictures))) as recording:
        yield recording


@ROOM
@pytest.mark.parametrize("name", ["a.png", "a.gif", "a.mp4", "a.npz", "a/"])
def test_an_export_leaves_nothing(disk: Disk, recording: Recording, name: str, room: int) -> None:
    disk.leave(room)
    with pytest.raises(UsageError, match=FULL):
        export(recording, f"{disk.path}/{name}", None, lambda _: None)


@ROOM
def test_a_cut_without_a_picture_leaves_nothing(
    disk: Disk, recording: Recording, room: int
) -> None:
    disk.leave(room)
    with pytest.raises(UsageError, match=f"{FULL}; there is nothing to keep of it"):
        cut_file(recording, disk.path / "b.wss", 0, None)


@ROOM
def test_neither_certificate_nor_key_is_left_alone(disk: Disk, room: int) -> None:
    disk.leave(room)
    with pytest.raises(UsageError, match=f"{FULL}; right would be room"):
        list(make_certificate([], f"{disk.path}/cert", f"{disk.path}/key", 30))


def test_what_is_said_on_a_full_disk_is_one_sentence(disk: Disk) -> None:
    with running(*WS_STREAM, "token", output=disk.path / "tokens") as process:
        assert process.ended() == 2
        assert process.errors() == f"ws-stream: cannot write to standard output: {FULL}\n"
    (disk.path / "tokens").unlink()  # the shell's, in its place


def test_a_picture_that_is_watched_for_is_not_half(server: Server, disk: Disk) -> None:
    disk.leave(PAGE)
    png = disk.seen / "a.png"
    with running(*WS_STREAM, "watch", url(server), "--png", png, inside=disk.inside) as watch:
        assert watch.ended() == 2
        assert watch.errors() == f"ws-stream: cannot write {png}: {FULL}\n"


def test_a_recorder_keeps_what_is_whole(server: Server, disk: Disk) -> None:
    disk.leave(256 * 1024)
    with recorder(server, disk) as record:
        assert record.ended() == 2
        assert record.errors().endswith(f"{FULL}; what was written before can be played\n")
    with Recording(disk.path / "a.wss") as recording:
        assert 1 < len(recording) < 6
        assert all(is_whole(moment.frame.to_rgb()) for moment in recording)
    (disk.path / "a.wss").unlink()


def test_a_recorder_of_the_last_seconds_saves_them_once_there_is_room(
    server: Server, disk: Disk
) -> None:
    with recorder(server, disk, "--ring", 0.1) as record:
        wait_for(lambda: record.catches(signal.SIGUSR1))
        while FULL not in record.errors():  # before the first picture it says that there is none
            record.send(signal.SIGUSR1)
            time.sleep(0.05)
        disk.leave(450 * 1024)
        record.send(signal.SIGUSR1)
        assert record.line() == f"saved {disk.seen}/a.wss\n"
        record.kill()
    with Recording(disk.path / "a.wss") as recording:
        assert recording.is_complete
        assert all(is_whole(moment.frame.to_rgb()) for moment in recording)
    (disk.path / "a.wss").unlink()


def recorder(server: Server, disk: Disk, *options: object) -> AbstractContextManager[Process]:
    file = disk.seen / "a.wss"
    return running(*WS_STREAM, "record", url(server), file, *options, inside=disk.inside)


def url(server: Server) -> str:
    return f"ws://127.0.0.1:{server.port}/stream/ring"


async def test_a_server_whose_log_is_full_goes_on(server: Server) -> None:
    before = server.errors()
    server.limit(resource.RLIMIT_FSIZE, 0)
    async with watching(url(server)) as viewer:
        wrong = urllib.request.Request(
            f"http://127.0.0.1:{server.port}/", headers={"Host": "a.example"}
        )
        with pytest.raises(urllib.error.HTTPError, match="403"):
            await asyncio.to_thread(urllib.request.urlopen, wrong)
        await viewer.fresh_again()
    assert server.errors() == before


async def test_a_server_that_cannot_say_where_it_is_serves(source: str, disk: Disk) -> None:
    command = (*WS_STREAM, "serve", source, "--port", 0)
    with running(*command, output=disk.path / "said") as server:
        await until(server.errors)
        assert server.errors() == f"ws-stream: cannot write to standard output: {FULL}\n"
        assert server.catches(signal.SIGTERM)
        server.send(signal.SIGTERM)
        assert server.ended() == 0
    (disk.path / "said").unlink()

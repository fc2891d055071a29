"""Recording a real server's stream, in one process or as a user does."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.commands.test_cli import COMMAND, run, running
from tests.recording.recorded import shown
from ws_stream import ConnectError, Frame, Recording, Server, Stream, UsageError, connect, retry
from ws_stream.commands.record import Record, patient
from ws_stream.recording.files import Files, Limits, Names
from ws_stream.recording.ring import Ring


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.02)


def values(path: Path) -> list[int]:
    return [int(frame.pixels.flat[0]) for frame in shown(path)]


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


async def show(camera: Stream, record: Record, wanted: range) -> None:
    """Publish pictures of these values, each when the one before was recorded."""
    for value in wanted:
        before = record.pictures
        camera.publish(np.full((6, 8), value, np.uint8))
        await until(lambda before=before: record.pictures > before)  # type: ignore[misc] # bound now


@contextmanager
def recorder(port: int, path: Path, limits: Limits = Limits()) -> Iterator[tuple[Record, Names]]:  # noqa: B008 - never changed
    names = Names(path)
    link = connect(patient(f"ws://127.0.0.1:{port}/stream/camera"))
    yield Record(link, Files(names, limits), names), names


async def follow(record: Record, seconds: float | None = None) -> list[str]:
    return [line async for line in record.lines(seconds)]


async def test_every_picture_that_is_sent_is_recorded_though_none_is_acknowledged(
    tmp_path: Path,
) -> None:
    async with Server(port=0) as server:
        camera = server.stream("camera", fps=1000)
        with recorder(server.port, tmp_path / "a.wss") as (record, _):
            following = asyncio.ensure_future(follow(record))
            await show(camera, record, range(1, 50))
            record.stop.set()
            await following
    assert values(tmp_path / "a.wss") == list(range(1, 50))
    with Recording(tmp_path / "a.wss") as recording:
        assert recording.is_complete


async def test_a_connection_that_is_lost_is_a_gap_and_the_recording_goes_on(tmp_path: Path) -> None:
    async with Server(port=0) as server:
        port = server.port
        with recorder(port, tmp_path / "a.wss") as (record, _):
            following = asyncio.ensure_future(follow(record))
            await show(server.stream("camera"), record, range(1, 4))
            await server.close()
            async with Server(port=port) as again:
                await show(again.stream("camera"), record, range(4, 6))
                record.stop.set()
                await following
    assert values(tmp_path / "a.wss") == [1, 2, 3, 4, 5]
    with Recording(tmp_path / "a.wss") as recording:
        kinds = [chunk.kind for chunk in recording.chunks()]
        epochs = [moment.frame.epoch for moment in recording]
        assert recording.times() == sorted(recording.times())
    assert kinds.count(131) == 1
    assert len(set(epochs)) == 2
    assert "1 gap" in record.figures()


async def test_the_source_s_problem_is_recorded_also_when_no_picture_follows(
    tmp_path: Path,
) -> None:
    async with Server(port=0) as server:
        camera = server.stream("camera")
        with recorder(server.port, tmp_path / "a.wss") as (record, _):
            following = asyncio.ensure_future(follow(record))
            await show(camera, record, range(1, 2))
            camera.set_problem("no signal")
            await asyncio.sleep(0.2)
            record.stop.set()
            await following
    with Recording(tmp_path / "a.wss") as recording:
        assert any(b"no signal" in chunk.payload for chunk in recording.chunks())


async def test_it_ends_when_it_is_full(tmp_path: Path) -> None:
    async with Server(port=0) as server:
        camera = server.stream("camera", fps=1000)
        with recorder(server.port, tmp_path / "a.wss", Limits(in_all=3000)) as (record, _):
            following = asyncio.ensure_future(follow(record))
            while not following.done():
                camera.publish(np.random.default_rng().integers(0, 256, (6, 8), np.uint8))
                await asyncio.sleep(0.005)
            await following
    assert 2000 < (tmp_path / "a.wss").stat().st_size <= 3000
    with Recording(tmp_path / "a.wss") as recording:
        assert recording.is_complete


async def test_a_ring_is_written_while_it_goes_on(tmp_path: Path) -> None:
    names = Names(tmp_path / "a.wss")
    async with Server(port=0) as server:
        camera = server.stream("camera")
        link = connect(patient(f"http://127.0.0.1:{server.port}/?stream=camera"))
        record = Record(link, Ring(names, 60), names)
        with pytest.raises(UsageError, match="no picture came"):
            record.dump()
        following = asyncio.ensure_future(follow(record))
        await show(camera, record, range(1, 5))
        assert record.dump() == f"saved {tmp_path}/a.wss"
        await show(camera, record, range(5, 7))
        record.stop.set()
        await following
    assert [values(path) for path in names.made] == [[1, 2, 3, 4], [1, 2, 3, 4, 5, 6]]


async def test_without_a_stream_there_is_no_file(tmp_path: Path) -> None:
    with recorder(1, tmp_path / "a.wss") as (record, _), pytest.raises(ConnectError):
        await follow(record)
    assert names_in(tmp_path) == []


async def test_when_nothing_came_there_is_no_file_and_it_says_so(tmp_path: Path) -> None:
    async with Server(port=0) as server:
        server.stream("camera")
        with (
            recorder(server.port, tmp_path / "a.wss") as (record, _),
            pytest.raises(UsageError, match="no picture came"),
        ):
            await follow(record, 0.2)
    assert names_in(tmp_path) == []


@contextmanager
def recording(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    command = [*COMMAND, "record", *map(str, arguments)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_recorded_replayed_and_recorded_again_the_pictures_are_the_same(tmp_path: Path) -> None:
    first, second = tmp_path / "a.wss", tmp_path / "b.wss"
    with (
        running("serve", "test:?width=64&height=48", "--port", "0") as (_, url),
        recording(url, first, "--seconds", "1.5s") as process,
    ):
        output, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert f"saved {first}" in output
    with (
        running("serve", str(first), "--loop", "--fps", "1000", "--port", "0") as (_, url),
        recording(url, second) as process,
    ):
        wait_for(lambda: second.exists() and second.stat().st_size > 1.5 * first.stat().st_size)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    known = {frame.pixels.tobytes() for frame in shown(first)}
    assert all(frame.pixels.tobytes() in known for frame in shown(second))
    with Recording(second) as again:
        assert again.is_complete


def test_a_disk_that_is_full_ends_it_in_a_sentence_and_what_was_written_plays(
    tmp_path: Path,
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk, and not everywhere")
    try:
        with running("serve", "test:?width=320&height=200", "--port", "0") as (_, url):
            done = run("record", url, str(disk / "a.wss"))
        assert done.returncode == 2
        assert done.stderr == (
            f"ws-stream: cannot write on {disk}/a.wss: No space left on device; "
            "what was written before can be played\n"
        )
        frames: list[Frame] = shown(disk / "a.wss")
        assert len(frames) > 1
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["record", "ws://h/stream/a", "{}"], "is there already, and nothing is overwritten"),
        (
            ["record", "ws://h/stream/a", "x", "--split", "5m"],
            "'5m' cannot be; right would be a time",
        ),
        (["record", "ws://h/stream/a", "x", "--ring", "0"], "right would be a time above 0"),
        (["record", "ws://h/stream/a", "x", "--max-size", "5"], "right would be a size above 0"),
        (["record", "h", "x"], "'h' is no address of a stream"),
        (
            ["record", "ws://h/stream/a", "x", "--ring", "5", "--split", "5"],
            "argument --split: not allowed with argument --ring",
        ),
        (["info", "{}"], "is no recording"),
        (["cut", "{}", "b.wss"], "is no recording"),
        (["export", "{}", "b.png"], "is no recording"),
        (["serve", "replay:{}"], "is no recording"),
        (["serve", "test:", "--loop"], "--speed and --loop are for recordings"),
        (["serve", "a.wss", "--speed", "0"], "right would be how many times as fast as it was"),
        (["serve", "/no/a.wss"], "cannot read /no/a.wss"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_code_2(
    tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    (tmp_path / "foreign").write_bytes(b"something else entirely")
    done = run(*(argument.format(tmp_path / "foreign") for argument in arguments))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert sentence in done.stderr

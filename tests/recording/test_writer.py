"""A recording as it is written."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given

from tests.recording.recorded import (
    Bytes,
    Message,
    all_same,
    frames,
    histories,
    received,
    record,
    recording_of,
    saved,
    shown,
)
from ws_stream import Frame, UsageError
from ws_stream.recording import Recording
from ws_stream.recording.chunk import Chunk, Kind
from ws_stream.recording.recorder import Recorder
from ws_stream.recording.writer import Writer, create, size_of

FRAMES = frames(range(30))


def test_a_file_can_be_played_after_each_chunk(tmp_path: Path) -> None:
    data = recording_of(received(FRAMES))
    with Recording(saved(tmp_path / "whole", received(FRAMES))) as recording:
        assert recording.is_complete
    for end in range(len(data) // 2, len(data), 50):
        (tmp_path / "cut").write_bytes(data[:end])
        played = shown(tmp_path / "cut")
        assert played
        assert all_same(played, FRAMES[: len(played)])


class Measured(Bytes):
    """A sink that compares what is foretold with what is written."""

    def add(self, chunk: Chunk, frame: Frame | None = None) -> None:
        addition = self.writer.prepare(chunk, frame)
        self.writer.write(addition)
        assert self.writer.ended_size == addition.size

    def close(self, position: int, received: int) -> None:
        foretold = self.writer.ended_size
        super().close(position, received)
        assert len(self.memory.data) == foretold


@given(histories())
def test_how_large_a_file_will_be_is_known_before_it_is_written(history: list[Message]) -> None:
    record(history, Measured())


def test_so_it_is_of_a_file_that_begins_with_a_picture() -> None:
    (announcement, _, at), (message, _, _) = received(FRAMES[:1])
    assert isinstance(announcement, str)
    assert isinstance(message, bytes)
    chunks = [
        Chunk(Kind.ANNOUNCEMENT, 0, at, announcement.encode()),
        Chunk(Kind.PICTURE, 0, at, message),
    ]
    assert len(recording_of(received(FRAMES[:1]))) == size_of(chunks)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.wss").write_bytes(b"precious")
    (tmp_path / "link.wss").symlink_to("nowhere")
    for name in ("a.wss", "link.wss"):
        with pytest.raises(
            UsageError, match=f"{name} is there already, and nothing is overwritten"
        ):
            create(tmp_path / name)
    assert (tmp_path / "a.wss").read_bytes() == b"precious"


@pytest.mark.parametrize("name", ["no/such/folder.wss", "a\0b.wss", "x" * 300])
def test_a_file_that_cannot_be_made_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"cannot write .*: "):
        create(tmp_path / name)


class Full:
    """A disk of so many bytes, which takes a part of what does not fit, as disks do."""

    def __init__(self, room: int, taken: bytearray) -> None:
        self.room, self.taken = room, taken

    def close(self) -> None: ...

    def write(self, data: memoryview) -> int:
        part = bytes(data)[: self.room - len(self.taken)]
        if not part:
            raise OSError(28, os.strerror(28))
        self.taken += part
        return len(part)


def test_on_a_disk_that_is_full_what_was_written_can_be_played(tmp_path: Path) -> None:
    data = recording_of(received(FRAMES))
    first = _size_of_first()
    for room in range(0, len(data), 7):
        taken = bytearray()
        kept = (
            "there is nothing to keep of it" if room < first else "what was written before can be"
        )
        with pytest.raises(UsageError, match=f"write on disk: No space left on device; {kept}"):
            _record_into(Full(room, taken))
        assert taken == data[:room]
    (tmp_path / "a").write_bytes(taken)
    assert all_same(shown(tmp_path / "a"), FRAMES)


def _size_of_first() -> int:
    """Bytes up to the end of the first picture."""
    sink = Bytes()
    recorder = Recorder(sink)
    for message, frame, at in received(FRAMES[:1]):
        assert message
        recorder.take(message, frame, at)
    return sink.writer.size


def _record_into(file: Full) -> None:
    sink = Bytes()
    sink.writer = Writer(cast(BinaryIO, file), "disk")
    record(received(FRAMES), sink)


def test_a_write_that_takes_a_part_is_gone_on_with() -> None:
    data = recording_of(received(FRAMES))

    class Slow(Full):
        def write(self, data: memoryview) -> int:
            return super().write(data[:5])

    taken = bytearray()
    _record_into(Slow(10**6, taken))
    assert taken == data


def limited(limit: int) -> Callable[[], None]:
    """Files of the process may have so many bytes."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


RECORD = """
import signal, sys
from pathlib import Path
from tests.recording.recorded import frames, received, record
from ws_stream.recording.files import Files, Names
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    record(received(frames(range(30))), Files(Names(Path(sys.argv[1]))))
except ValueError as error:
    sys.exit(str(error))
"""


def test_a_file_that_may_not_become_larger_can_be_played_up_to_there(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RECORD, str(tmp_path / "a.wss")],
        preexec_fn=limited(1000),
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert "a.wss: File too large; what was written before can be played" in done.stderr
    assert (tmp_path / "a.wss").stat().st_size == 1000
    played = shown(tmp_path / "a.wss")
    assert 3 < len(played) < 30
    assert all_same(played, FRAMES[: len(played)])


def test_a_whole_picture_stands_after_the_one_that_took_the_work_to_its_limit() -> None:
    kinds = []

    class Seen(Writer):
        def _append(self, chunk: Chunk) -> None:
            kinds.append(chunk.kind)
            super()._append(chunk)

    writer = Seen(BytesIO(), "memory")
    for message, frame, _ in received(frames(range(200))):
        kind = Kind.PICTURE if frame else Kind.ANNOUNCEMENT
        payload = message if isinstance(message, bytes) else str(message).encode()
        writer.add(Chunk(kind, 0, 0, payload), frame)
    wholes = [at for at, kind in enumerate(kinds) if kind == Kind.WHOLE]
    between = {after - before for before, after in pairwise(wholes)}
    assert len(between) == 1
    assert 5 < between.pop() < 66

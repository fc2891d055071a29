"""What a viewer received, made up, and recordings of it."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from tests.strategies import CHANGES, SEEDS, changed, formats, pixels, with_checksum
from ws_stream.codec import encode
from ws_stream.pixels.formats import GRAY8, PixelFormat, Pixels
from ws_stream.pixels.frame import Frame
from ws_stream.protocol import control, messages
from ws_stream.recording import Recording
from ws_stream.recording.chunk import Chunk
from ws_stream.recording.recorder import Recorder, Sink
from ws_stream.recording.writer import Writer

BEGAN = 1_760_000_000_000_000


class Message(NamedTuple):
    """One message as it was received; the connection was lost where there is none."""

    message: str | bytes | None
    frame: Frame | None
    received: int


def announced(frame: Frame, name: str = "camera") -> str:
    size = frame.width, frame.height
    return control.serialize(
        messages.Announcement(
            *(name, frame.epoch, frame.format, *size, size, 1, None, False, 0, 30.0, False)
        )
    )


def frames(values: Iterable[int], *, epoch: int = 7, first: int = 1, size: int = 4) -> list[Frame]:
    """Gray pictures of these values, ten a second."""
    return [
        Frame(epoch, first + n, BEGAN + n * 100_000, GRAY8, np.full((3, size), value, np.uint8))
        for n, value in enumerate(values)
    ]


def received(shown: Iterable[Frame], *, late: int = 5_000) -> Iterator[Message]:
    """The messages of frames of one epoch, each against the one before, so many microseconds late."""
    base = None
    for frame in shown:
        if base is None:
            yield Message(announced(frame), None, frame.time + late)
        yield Message(encode(frame, base), frame, frame.time + late)
        base = frame


def record(messages: Iterable[Message], sink: Sink, *, after: int = 0) -> None:
    """Record all of it, and end so many microseconds after the last."""
    recorder, at = Recorder(sink), 0
    for message, frame, at in messages:
        if message is None:
            recorder.lost("the cable", at)
        else:
            recorder.take(message, frame, at)
    recorder.close(at + after)


class Memory(BytesIO):
    """A file whose bytes are there after it was closed."""

    data = b""

    def close(self) -> None:
        self.data = self.getvalue()
        super().close()


class Bytes:
    """A sink in memory."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.writer = Writer(self.memory, "memory")

    def add(self, chunk: Chunk, frame: Frame | None = None) -> None:
        self.writer.add(chunk, frame)

    def close(self, position: int, received: int) -> None:
        self.writer.close(position, received)


def recording_of(messages: Iterable[Message], *, after: int = 0) -> bytes:
    """The bytes of a recording."""
    sink = Bytes()
    record(messages, sink, after=after)
    return sink.memory.data


def saved(path: Path, messages: Iterable[Message], *, after: int = 0) -> Path:
    """A recording in a file."""
    path.write_bytes(recording_of(messages, after=after))
    return path


def shown(path: Path) -> list[Frame]:
    """All pictures of a recording."""
    with Recording(path) as recording:
        return [moment.frame for moment in recording]


def same(one: Frame, other: Frame) -> bool:
    """Whether two frames are the same picture of the same stream."""
    return (
        one.alike(other)
        and (one.number, one.time) == (other.number, other.time)
        and np.array_equal(one.pixels, other.pixels)
    )


def all_same(some: list[Frame], others: list[Frame]) -> bool:
    return len(some) == len(others) and all(map(same, some, others))


@st.composite
def histories(draw: st.DrawFn) -> list[Message]:
    """What a viewer may receive: any formats and sizes, resyncs, changes of size, lost connections, other messages."""
    random = np.random.default_rng(draw(SEEDS))
    history: list[Message] = []
    now = BEGAN
    for epoch in range(draw(st.integers(1, 3))):
        pixel_format: PixelFormat = draw(formats)
        width, height = draw(st.integers(1, 20)), draw(st.integers(1, 12))
        array: Pixels = pixels(pixel_format, width, height, "noise", random)
        base = None
        if epoch and draw(st.booleans()):
            history.append(Message(None, None, now))
            now += draw(st.integers(0, 10**6))
        for number in range(1, draw(st.integers(1, 40)) + 1):
            frame = Frame(epoch, 2 * number, now, pixel_format, array)
            if base is None:
                history.append(Message(announced(frame), None, now))
            if base and random.random() < 0.05:  # a resync
                base = None
            message = encode(frame, base)
            if random.random() < 0.2:
                message = with_checksum(message, frame.checksum())
            history.append(Message(message, frame, now))
            if random.random() < 0.1:
                history.append(Message(str(random.choice(OTHERS)), None, now))
            if random.random() < 0.05:
                history.append(Message(b"\0\0another kind", None, now))
            base, array = frame, changed(array, random.choice(CHANGES), random)
            now += int(random.integers(0, 10**5))
    return history


OTHERS = [
    control.serialize(message)
    for message in (
        messages.Problem("the source ended"),
        messages.Problem(None),
        messages.Unchanged(1, 1),
        messages.Waiting(1, 1),
        messages.Pace(30, 0, 30, False),
        messages.ClockAnswer(1, 1),
        messages.Granted(1, 30.0),
    )
] + ['{"type":"of a later version"}']


def frames_of(history: Iterable[Message]) -> list[Frame]:
    return [message.frame for message in history if message.frame]

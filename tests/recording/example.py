"""The example of docs/recordings.md, byte by byte: `python -m tests.recording.example` prints it."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.recording.recorded import Message, announced, recording_of
from ws_stream.codec import encode
from ws_stream.pixels.formats import GRAY8
from ws_stream.pixels.frame import Frame
from ws_stream.recording.chunk import HEAD_LENGTH, HEADER_LENGTH, Kind
from ws_stream.recording.file import RecordingFile

ONE = Frame(7, 1, 1_760_000_000_000_000, GRAY8, np.array([[16, 32]], np.uint8))
TWO = Frame(7, 2, 1_760_000_000_040_000, GRAY8, np.array([[16, 48]], np.uint8))
PER_LINE = 16


def example() -> bytes:
    """Two pictures of two pixels, 40 ms apart; the second stays for half a second."""
    messages = [
        Message(announced(ONE), None, ONE.time + 4_000),
        Message(encode(ONE), ONE, ONE.time + 5_000),
        Message(encode(TWO, ONE), TWO, TWO.time + 5_500),
    ]
    return recording_of(messages, after=500_000)


def dump() -> Iterator[str]:
    """The lines of the document."""
    data = example()
    yield f"{data[:8].hex(' ')}   magic"
    yield f"{data[8:HEAD_LENGTH].hex(' ')}   version 1, reserved; check"
    with TemporaryDirectory() as folder:
        Path(folder, "a").write_bytes(data)
        file = RecordingFile(Path(folder, "a"))
        for chunk, offset, end, _ in file.chunks():
            kind, seconds = Kind(chunk.kind).name.lower(), chunk.position / 1e6
            yield ""
            yield f"byte {offset}: {kind}, {len(chunk.payload)} bytes, {seconds:g} s"
            yield f"{data[offset : offset + 24].hex(' ')}"
            yield f"{data[offset + 24 : offset + HEADER_LENGTH].hex(' ')}   check"
            if kind == "announcement":
                yield chunk.payload.decode()
            else:
                rest = BytesIO(chunk.payload)
                yield from (part.hex(" ") for part in iter(lambda: rest.read(PER_LINE), b""))  # noqa: B023 - used up here
            yield f"{data[end - 4 : end].hex(' ')}   check"
        file.close()


if __name__ == "__main__":
    print("\n".join(dump()))  # noqa: T201 - a program

"""What `ws-stream info` says of a recording, and what `ws-stream cut` makes of it. Knows nothing of terminals."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from ..errors import UsageError
from ..printable import printable
from ..protocol import control, messages
from ..recording import Recording
from ..recording.chunk import MICROSECONDS, Chunk, Kind
from ..recording.excerpt import cut
from ..recording.writer import begun


def info(recording: Recording) -> Iterator[str]:
    """What it holds, line by line; every byte is checked. Raises UsageError at the end where it is damaged."""
    yield (
        f"{recording.name}: {len(recording)} pictures in {recording.seconds:.3f} s, {recording.size:,} bytes, "
        f"{recording.places} of the pictures whole"
    )
    began = None
    for chunk in recording.chunks():
        if began is None and chunk.kind == Kind.PICTURE:
            began = datetime.fromtimestamp(chunk.received / MICROSECONDS, UTC)
            yield f"recorded from {began:%Y-%m-%d %H:%M:%S} UTC on"
        if line := _said(chunk):
            yield f"{chunk.position / MICROSECONDS:10.3f} s  {line}"
    if not recording.is_complete:
        yield "it was not ended in order: it was cut off, or is still being written"


def cut_file(recording: Recording, out: Path, begin: float, end: float | None) -> None:
    """Save what was shown from `begin` to `end`, in seconds. Raises UsageError."""
    end = recording.seconds if end is None else min(end, recording.seconds)
    if begin > end:
        raise UsageError(
            f"the part from {begin:g} s to {end:g} s is empty; the recording lasts {recording.seconds:.3f} s"
        )
    cut(
        recording.played(begin),
        partial(begun, out),
        round(begin * MICROSECONDS),
        round(end * MICROSECONDS),
    )


def _said(chunk: Chunk) -> str:
    """What is told of a chunk; nothing of most. Raises ProtocolError."""
    if chunk.kind == Kind.GAP:
        return f"the connection was lost: {printable(chunk.payload.decode(errors='replace'))}"
    if chunk.kind not in (Kind.ANNOUNCEMENT, Kind.TEXT):
        return ""
    match control.parse_from_server(chunk.payload):
        case messages.Announcement() as told:
            return f"{printable(told.name, 64)}, {told.width}x{told.height} {told.format}"
        case messages.Problem(reason):
            return f"no pictures: {printable(reason)}" if reason else "pictures again"
        case _:
            return ""

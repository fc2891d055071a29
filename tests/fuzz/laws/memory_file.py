"""A file that is nowhere but in memory, for what reads files."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.laws.sentence import check_sentence
from ws_stream.errors import SourceError, UsageError
from ws_stream.pixels.arrays import cells
from ws_stream.sources import Source
from ws_stream.sources.source import Picture


@contextlib.contextmanager
def memory_file(content: bytes, mode: int = 0o777) -> Iterator[Path]:
    fd = os.memfd_create("fuzz")
    try:
        os.fchmod(fd, mode)
        os.write(fd, content)
        yield Path(f"/proc/self/fd/{fd}")
    finally:
        os.close(fd)


def check_polls(source: Source) -> None:
    """A picture is as large as it is said to be, or there is a reason why there is none."""
    try:
        picture = source.poll()
        assert isinstance(picture, Picture)
        whole = cells(picture.pixels, source.format)
        assert whole.shape == source.format.grid(source.width, source.height)[::-1]
        assert len(picture.pixels.tobytes()) == whole.nbytes
        picture.intact()
    except (UsageError, SourceError) as error:
        check_sentence(error)
    finally:
        source.close()

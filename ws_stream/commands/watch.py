"""What `ws-stream watch` says: a stream's figures as a line of text each second. Knows nothing of terminals."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

from ..arguments import why
from ..client import Connection
from ..errors import UsageError
from ..pixels.frame import Frame
from ..png import encode_png
from ..printable import printable

LINE_EVERY = 1.0
"""Seconds between two lines."""


class Watch:
    """Follows one stream and counts. Ends after `count` pictures, or the first if there is only a file to save."""

    def __init__(self, link: Connection, *, count: int | None, png: Path | None) -> None:
        self._link = link
        self._wanted = count or (1 if png else None)
        self._png = png
        self._newest: Frame | None = None
        self._seen = 0

    async def lines(self) -> AsyncIterator[str]:
        """A line each second, and one at the end.

        Raises ConnectError, and UsageError when the picture cannot be saved.
        """
        following = asyncio.ensure_future(self._follow())
        started = before = (time.monotonic(), 0, 0)
        try:
            while not (await asyncio.wait([following], timeout=LINE_EVERY))[0]:
                yield self._line(*before)
                before = time.monotonic(), self._seen, self._link.received_bytes
            following.result()
        finally:
            following.cancel()
        yield self._line(*started)
        seconds = time.monotonic() - started[0]
        yield f"{self._seen} pictures in {seconds:.1f} s" + (
            f", saved {self._png}" if self._png else ""
        )

    async def _follow(self) -> None:
        async for frame in self._link:
            self._newest = frame
            self._seen += 1
            if self._seen == self._wanted:
                break
        if self._png and self._newest:
            _save(self._newest, self._png)

    def _line(self, since: float, seen: int, received: int) -> str:
        link, frame = self._link, self._newest
        if link.lost:
            return f"lost ({link.lost}), connecting again"
        if frame is None:
            return link.problem or "no picture yet"
        seconds = time.monotonic() - since
        age = link.age(frame)
        figures = [
            printable(link.announcement.name) if link.announcement else "",
            f"{frame.width}x{frame.height} {frame.format}",
            f"picture {frame.number}",
            f"{(self._seen - seen) / seconds:.1f}/s",
            f"{(link.received_bytes - received) / seconds / 1000:.1f} kB/s",
            f"age {age.seconds * 1000:.0f} ms ±{age.uncertainty * 1000:.0f}" if age else "age ?",
            f"{link.checksum_mismatches} mismatches",
        ]
        return "  ".join([*figures, *([link.problem] if link.problem else [])])


def _save(frame: Frame, png: Path) -> None:
    data = encode_png(frame.to_rgb())
    try:
        with png.open("wb") as file:
            try:
                file.write(data)
                file.flush()
            except OSError:
                if png.is_file():  # and not a pipe, say
                    png.unlink()  # half a picture is none
                raise
    except OSError as error:
        raise UsageError(f"cannot write {png}: {why(error)}") from None

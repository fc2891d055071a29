"""The pictures of a film in a file, one after the other, by PyAV. Knows nothing of when they are shown.

Pictures whose format travels are handed on as the decoder left them; others become rgb888 here.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..arguments import shown, why
from ..errors import Failure, SourceError, UsageError
from ..extras import needed
from ..pixels.described import named
from ..pixels.formats import RGB888, PixelFormat, Pixels
from .format_names import FROM_LIBAV, SAMPLED
from .layout import Layout

_OUR_COLOURS = (2, 5, 6), (0, 1)
"""Of libavutil/pixfmt.h: colour spaces (unknown, BT.470 BG, SMPTE 170M) and ranges (unknown, MPEG) that ours have."""
_RATE = 25
"""Pictures a second of a film that does not say."""
_PLANAR = frozenset({"nv12", "i420"})
_CONTAINERS = (
    *("matroska", "mov", "avi", "nut", "mpegts", "mpeg", "flv", "asf", "ogg", "gif", "apng"),
    *("mjpeg", "h264", "hevc", "ivf", "yuv4mpegpipe"),
)
"""Of libav's demuxers. A film is one file: a list of others, on this machine or the network, is none."""
_OPTIONS = {"protocol_whitelist": "none", "format_whitelist": ",".join(_CONTAINERS)}


class Moment(NamedTuple):
    """One picture of a film."""

    seconds: float
    """Since the first one, when it is due."""
    format: PixelFormat
    width: int
    height: int
    pixels: Pixels


class Film:
    """A file, from its first picture to its last."""

    def __init__(self, path: Path) -> None:
        """Raises UsageError for what is no film, SourceError where there is no file that can be read."""
        av = needed("av", "video", "a video: source")
        self._path = path
        self._error: type[Exception] = av.FFmpegError
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise UsageError(f"{path} is no file; right would be video:FILE")
            self._file = path.open("rb")
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {why(error)}", Failure.UNREADABLE) from None
        status = os.fstat(self._file.fileno())
        self._identity = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        try:
            self._container = av.open(self._file, options=_OPTIONS)
            stream = self._container.streams.video[0]
        except (self._error, IndexError, ValueError) as error:
            self._file.close()
            reason = "there are no pictures in it" if type(error) is IndexError else why(error)
            raise UsageError(
                f"{shown(str(path))} is no film that can be played: {reason}; "
                "right would be one in Matroska, MP4, AVI, MPEG, GIF or the like"
            ) from None
        self.gap = 1 / float(stream.average_rate or _RATE)
        """Seconds from a picture to the next, where nothing else is said."""
        self._moments = self._decoded(stream)

    def first(self) -> Moment:
        """The first picture. Raises UsageError where there is none, SourceError where it is damaged."""
        moment = self.next()
        if moment is None:
            raise UsageError(
                f"{self._path} holds no picture; right would be a film of at least one"
            )
        return moment

    def next(self) -> Moment | None:
        """The next picture; None at the end. Raises SourceError where the file is damaged."""
        try:
            return next(self._moments, None)
        except (self._error, ValueError, MemoryError) as error:
            raise SourceError(
                f"{self._path} is damaged, or its writer is not done: {why(error)}",
                Failure.UNREADABLE,
            ) from None

    def is_there(self) -> bool:
        """Whether it is still what is under its path, and as it was."""
        try:
            status = self._path.stat()
        except OSError:
            return False
        found = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        return found == self._identity

    def close(self) -> None:
        """Let go of the file; pictures stay readable."""
        self._moments = iter(())
        self._container.close()
        self._file.close()

    def _decoded(self, stream: Any) -> Iterator[Moment]:  # noqa: ANN401 - PyAV's
        first, due = None, 0.0
        for frame in self._container.decode(stream):
            if first is None:
                first = frame.time or 0.0
            if frame.time is not None:
                due = max(due, frame.time - first)
            yield _moment(due, frame)
            due += self.gap  # where the next one does not say


def _moment(due: float, frame: Any) -> Moment:  # noqa: ANN401 - PyAV's
    pixel_format = _travelling(frame)
    if pixel_format is None:
        pixel_format, frame = RGB888, frame.reformat(format="rgb24")
    if pixel_format.name in _PLANAR:
        pixels: Pixels = frame.to_ndarray()
    else:
        plane = frame.planes[0]
        layout = Layout(frame.width, frame.height, pixel_format, plane.line_size)
        pixels = layout.view(memoryview(plane).cast("B"))
    return Moment(due, pixel_format, frame.width, frame.height, pixels)


def _travelling(frame: Any) -> PixelFormat | None:  # noqa: ANN401 - PyAV's
    """The format of a picture that needs no conversion here; None for others."""
    name = FROM_LIBAV.get(frame.format.name)
    spaces, ranges = _OUR_COLOURS
    is_ours = name not in SAMPLED or (frame.colorspace in spaces and frame.color_range in ranges)
    is_even = name not in SAMPLED or not (frame.width % 2 or frame.height % 2)
    is_upright = frame.planes[0].line_size > 0
    return named(name) if name and is_ours and is_even and is_upright else None

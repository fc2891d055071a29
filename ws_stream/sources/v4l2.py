"""A camera as Linux has it: formats are agreed on, buffers are mapped, filled and given back. Takes linuxpy.

Structures and names are those of linux/videodev2.h. Knows nothing of threads, nor of who looks at the pictures.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from ..arguments import shown, why
from ..errors import Failure, SourceError, UsageError
from ..extras import needed
from ..pixels.described import named
from ..pixels.formats import PixelFormat, Pixels
from .format_names import FROM_LINUX
from .layout import Layout
from .memory import Mapped
from .rights import may_open

BUFFERS = 5
"""Asked of the driver: one is shown, one is the newest, and three are left for it to fill."""
LEAST_BUFFERS = 3
"""With fewer, it would have none left to fill."""

_CAPTURE, _CAPTURE_PLANES, _STREAMING, _DEVICE_CAPS = 0x1, 0x1000, 0x04000000, 0x80000000
_TYPE, _MMAP = 1, 1
"""V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_MEMORY_MMAP."""
_BROKEN, _MONOTONIC, _CLOCKS = 0x40, 0x2000, 0xE000
"""V4L2_BUF_FLAG_: ERROR, TIMESTAMP_MONOTONIC, TIMESTAMP_MASK."""
_MOST_FORMATS = 64
"""That a camera is asked for."""
_UNPACKED = (
    "cmd:ffmpeg -f v4l2 -i {} -f rawvideo -pix_fmt rgb24 -?width=...&height=...&format=rgb888"
)


class Wanted(NamedTuple):
    """What is asked of a camera; None: as it is."""

    width: int | None = None
    height: int | None = None
    fps: int | None = None
    format: PixelFormat | None = None


class Filled(NamedTuple):
    """A buffer that holds a picture; it is ours until it is given back."""

    buffer: int
    is_whole: bool
    taken: float | None
    """When, by `time.monotonic`; None where the driver has another clock."""


class Camera:
    """An open one."""

    def __init__(self, path: Path, wanted: Wanted) -> None:
        """Raises UsageError for what is no camera or gives nothing that can be shown, SourceError for one not there."""
        self._v4l2 = needed("linuxpy.video.raw", "camera", "a camera: source")
        self._path = path
        self._buffers: list[Mapped] = []
        try:
            self.fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
        except PermissionError:
            raise SourceError(f"{path} may not be opened; {may_open(path)}") from None
        except OSError as error:
            raise SourceError(f"{path} cannot be opened: {why(error)}") from None
        try:
            self._check_kind()
            self.layout = self._agree(wanted)
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Have it fill buffers. Raises SourceError."""
        v4l2 = self._v4l2
        asked = v4l2.v4l2_requestbuffers(count=BUFFERS, type=_TYPE, memory=_MMAP)
        self._ask("REQBUFS", asked)
        if asked.count < LEAST_BUFFERS:
            raise SourceError(
                f"{self._path} has {asked.count} buffers; right would be {LEAST_BUFFERS} at least"
            )
        for index in range(asked.count):
            buffer = self._buffer(index)
            self._ask("QUERYBUF", buffer)
            start = buffer.m.offset
            if buffer.length < self.layout.end:
                raise SourceError(
                    f"{self._path} has buffers of {buffer.length} bytes; right would be {self.layout.end}, one picture"
                )
            try:
                self._buffers.append(Mapped(self.fd, start, start + buffer.length))
            except (OSError, ValueError) as error:
                raise SourceError(f"{self._path} cannot be mapped: {why(error)}") from None
        for index in range(asked.count):
            self.give_back(index)
        self._ask("STREAMON", v4l2.cint(_TYPE))

    def take(self) -> Filled | None:
        """The next buffer that it has filled; None if there is none yet. Raises SourceError, also when it is gone."""
        buffer = self._buffer()
        try:
            self._ask("DQBUF", buffer)
        except BlockingIOError:
            return None
        is_whole = (
            not buffer.flags & _BROKEN and (buffer.bytesused or buffer.length) >= self.layout.end
        )
        stamp = buffer.timestamp
        is_ours = buffer.flags & _CLOCKS == _MONOTONIC
        taken = stamp.secs + stamp.usecs / 1e6 if is_ours else None
        return Filled(buffer.index, is_whole, taken)

    def give_back(self, index: int) -> None:
        """Have it fill this buffer again. Raises SourceError."""
        self._ask("QBUF", self._buffer(index))

    def pixels(self, index: int) -> Pixels:
        """The picture in a buffer, never copied; it stays readable as long as somebody holds it."""
        memory = self._buffers[index]
        memory.stand_guard()
        start = memory.start
        buffer, _ = memory.at(start, memory.end)
        return self.layout.view(buffer)

    def close(self) -> None:
        """Let go of it."""
        if self._buffers:
            with suppress(SourceError):
                self._ask("STREAMOFF", self._v4l2.cint(_TYPE))
        self._buffers = []
        os.close(self.fd)

    def _check_kind(self) -> None:
        has = self._v4l2.v4l2_capability()
        right = "right would be a camera, one of those that this lists: v4l2-ctl --list-devices"
        try:
            self._ask("QUERYCAP", has)
        except SourceError:
            raise UsageError(f"{self._path} is no video device; {right}") from None
        can = has.device_caps if has.capabilities & _DEVICE_CAPS else has.capabilities
        if can & _CAPTURE and can & _STREAMING:
            return
        does = "gives its pictures in planes" if can & _CAPTURE_PLANES else "takes no pictures"
        raise UsageError(f"{self._path} {does}, as {shown(_text(has.card))}; {right}")

    def _agree(self, wanted: Wanted) -> Layout:
        """Have it give what is wanted, as far as it can; how that lies. Raises UsageError and SourceError."""
        v4l2 = self._v4l2
        answer = v4l2.v4l2_format(type=_TYPE)
        self._ask("G_FMT", answer)
        pix = answer.fmt.pix
        code = self._chosen(_letters(pix.pixelformat), wanted.format)
        width, height = wanted.width or pix.width, wanted.height or pix.height
        pix.width, pix.height, pix.pixelformat = width, height, _number(code)
        pix.bytesperline = pix.sizeimage = 0
        self._ask("S_FMT", answer)
        if _letters(pix.pixelformat) != code:
            raise UsageError(
                f"{self._path} gives {shown(_letters(pix.pixelformat))} where {shown(code)} was asked for"
            )
        asked = (wanted.width or pix.width, wanted.height or pix.height)
        if asked != (pix.width, pix.height):
            raise UsageError(
                f"{self._path} gives no pictures of {asked[0]}x{asked[1]}; "
                f"right would be width={pix.width}&height={pix.height}"
            )
        if wanted.fps:
            self._set_rate(wanted.fps)
        pixel_format = named(FROM_LINUX[code])
        stride = pix.bytesperline or pix.width * pixel_format.bytes_per_pixel
        return Layout(pix.width, pix.height, pixel_format, stride)

    def _chosen(self, now: str, wanted: PixelFormat | None) -> str:
        """The code of the format to ask for: what is wanted, else what it gives now, else the first that is known."""
        found = list(dict.fromkeys(self._codes()))
        codes = [code for code in found if code in FROM_LINUX]
        if wanted:
            codes = [code for code in codes if named(FROM_LINUX[code]) is wanted]
        if codes:
            return now if now in codes else codes[0]
        lists = ", ".join(FROM_LINUX.get(code) or repr(code) for code in found) or "nothing"
        right = "one of these" if wanted and found else _UNPACKED.format(self._path)
        what = f"no {wanted}" if wanted else "no format that is known"
        raise UsageError(
            f"{self._path} gives {what}, but {shown(lists)[1:-1]}; right would be {right}"
        )

    def _codes(self) -> Iterator[str]:
        for index in range(_MOST_FORMATS):
            described = self._v4l2.v4l2_fmtdesc(index=index, type=_TYPE)
            try:
                self._ask("ENUM_FMT", described)
            except SourceError:  # there are no more
                return
            yield _letters(described.pixelformat)

    def _set_rate(self, fps: int) -> None:
        """The nearest that it knows; some know none."""
        wanted = self._v4l2.v4l2_streamparm(type=_TYPE)
        wanted.parm.capture.timeperframe.numerator = 1
        wanted.parm.capture.timeperframe.denominator = fps
        with suppress(SourceError):
            self._ask("S_PARM", wanted)

    def _buffer(self, index: int = 0) -> Any:  # noqa: ANN401 - a structure of linuxpy's
        return self._v4l2.v4l2_buffer(index=index, type=_TYPE, memory=_MMAP)

    def _ask(self, request: str, argument: Any) -> None:  # noqa: ANN401 - a structure of linuxpy's
        """Raises SourceError, and BlockingIOError where it would have to be waited for."""
        try:
            fcntl.ioctl(self.fd, self._v4l2.IOC[request], argument)
        except BlockingIOError:
            raise
        except OSError as error:
            raise SourceError(self._sentence(error), Failure.UNREADABLE) from None

    def _sentence(self, error: OSError) -> str:
        if error.errno == errno.EBUSY:
            right = f"right would be to end what this names: fuser -v {self._path}"
            return f"{self._path} is used by another program; {right}"
        if error.errno in (errno.ENODEV, errno.ENXIO):
            return f"{self._path} was unplugged; right would be to plug it in again"
        return f"{self._path} gives no picture: {why(error)}"


def _letters(code: int) -> str:
    """A format's code as it is written."""
    return code.to_bytes(4, "little").decode("latin-1")


def _number(letters: str) -> int:
    return int.from_bytes(letters.encode("latin-1"), "little")


def _text(field: Any) -> str:  # noqa: ANN401 - an array of linuxpy's
    return bytes(field).split(b"\0")[0].decode("utf-8", "replace")

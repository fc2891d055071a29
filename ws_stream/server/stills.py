"""A picture as a file, and as a part of MJPEG: which kinds there are, and what is said beside the bytes.

Pure. Knows nothing of how pictures come, nor of who asks.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from ..errors import UsageError
from ..extras import needed
from ..hub.stream import Stream
from ..pixels.formats import BGR888, BGRX8888, GRAY8, RGB888, RGBX8888
from ..pixels.frame import Frame
from ..png import encode_png
from ..protocol.request import Request

QUALITY = 85
"""Of JPEG, 1 to 100. One for all, so that all share what is packed."""
SAMPLES = "420"
"""Of colour: one for four pixels, as cameras have it. For each pixel one takes 1.6 times the CPU time."""
BOUNDARY = "picture"
MULTIPART = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
OPENING = f"--{BOUNDARY}\r\n".encode()
CLOSING = f"--{BOUNDARY}--\r\n".encode()
"""Where the headers of a part would stand: there is none any more."""
FRESH = {"Cache-Control": "no-store"}
"""Of every reply: the next is another picture."""
_TAKEN_AS_IT_LIES = {RGB888: "RGB", BGR888: "BGR", RGBX8888: "RGBX", BGRX8888: "BGRX"}
"""By format: the library's word for it."""


class Kind(NamedTuple):
    """Of file."""

    content_type: str
    encode: Callable[[Frame], bytes]


def _jpeg(frame: Frame) -> bytes:
    """Baseline JPEG (ITU-T T.81, JFIF). Raises UsageError without the library that writes it."""
    encode = needed("simplejpeg", "mjpeg", "JPEG").encode_jpeg
    if frame.format is GRAY8:
        gray = np.ascontiguousarray(frame.pixels[..., None])
        return bytes(encode(gray, QUALITY, "GRAY", "Gray"))
    order = _TAKEN_AS_IT_LIES.get(frame.format)
    pixels = frame.pixels if order else frame.to_rgb()
    return bytes(encode(pixels, QUALITY, order or "RGB", SAMPLES))


KINDS: Mapping[str, Kind] = {
    "png": Kind("image/png", lambda frame: encode_png(frame.to_rgb())),
    "jpg": Kind("image/jpeg", _jpeg),
    "raw": Kind("application/octet-stream", lambda frame: frame.rows.tobytes()),
}
"""By the end of a name. All but `jpg` are exact."""


class Wanted(NamedTuple):
    """A picture of this stream, seen so, as a file of this kind of `KINDS`."""

    stream: Stream
    request: Request
    kind: str
    is_film: bool = False
    """Each picture, as a part of MJPEG; else one."""


def lacking(kind: str) -> str | None:
    """Why files of this kind cannot be made here, in one sentence, or None."""
    try:
        if kind == "jpg":
            needed("simplejpeg", "mjpeg", "JPEG")
    except UsageError as error:
        return str(error)
    return None


def described(frame: Frame) -> dict[str, str]:
    """Headers that say which picture it is, by the words of the wire; seconds as mjpg-streamer writes them."""
    seconds, microseconds = divmod(frame.time, 1_000_000)
    return {
        "X-Timestamp": f"{seconds}.{microseconds:06}",
        "X-Epoch": str(frame.epoch),
        "X-Number": str(frame.number),
        "X-Format": frame.format.name,
        "X-Width": str(frame.width),
        "X-Height": str(frame.height),
    }


def part(frame: Frame, jpeg: bytes) -> bytes:
    """One picture of MJPEG, and the boundary behind it, so that nobody waits for the next one to know its end."""
    told = {"Content-Type": "image/jpeg", "Content-Length": str(len(jpeg)), **described(frame)}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return b"".join((head.encode(), b"\r\n", jpeg, b"\r\n", OPENING))

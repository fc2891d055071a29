"""A viewer of multipart streams of JPEGs: it takes them apart, and decodes only what it was asked to compare."""

import http.client
import time
from urllib.parse import urlsplit

import simplejpeg

from .received import Figures, Received


def follow(url: str, received: Received) -> None:
    """Read until the end of the process."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    while connection.sock is None:
        try:
            connection.connect()
        except ConnectionRefusedError:  # it said its address before it listened there
            time.sleep(0.05)
    connection.request("GET", parts.path)
    response = connection.getresponse()
    pending, last = b"", b""
    while data := response.read1(1 << 20):
        received.bytes += len(data)
        pending += data
        # A part is complete when its last two bytes are there: JPEG's end and the line's.
        while (end := pending.find(b"\xff\xd9\r\n")) >= 0:
            part, pending = pending[: end + 2], pending[end + 4 :]
            head, _, jpeg = part.partition(b"\r\n\r\n")
            received.show(int(head.rpartition(b"X-Picture: ")[2]), jpeg, jpeg != last)
            last = jpeg


def figures(received: Received) -> Figures:
    """Decode what was kept as a browser would, and compare it."""
    return received.figures(lambda jpeg: simplejpeg.decode_jpeg(jpeg, colorspace="RGB"))

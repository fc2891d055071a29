"""Inputs that once broke a law, by the seeds they join: every target with these seeds plays them, each time.

An entry says what was wrong. What a message, a text or a query of the protocol showed is a vector as well.
"""

import struct
from collections.abc import Mapping, Sequence

from tests.recording.example import example

_HOST = b"Host: 127.0.0.1\r\n"


def _bomb() -> bytes:
    """A PNG that says it has 16384x4096 pixels of four bytes, in 70 bytes."""
    header = b"\0\0\0\rIHDR\0\0\x40\0\0\0\x10\0\x08\x06\0\0\0\0\0\0\0"
    return header + bytes.fromhex(
        "00000009 49444154 789c4b040000620062 00000000 00000000 49454e44 00000000"
    )


def _overcounted() -> bytes:
    """A recording whose end counts 2^64 - 1 pictures; its checks are put right where it is played."""
    return b"\0" + example()[1:-12] + b"\xff" * 8 + bytes(4)


def _tall() -> bytes:
    """A ring of 4x26627 pixels, which no server shows whole."""
    size = struct.pack("<8s4I16s", b"ws-ring\n", 1, 4, 26627, 4, b"gray8")
    return size + struct.pack("<8IQ", 1, 4, 192, 80, 512, 128, 640, 0, 7)


FOUND: Mapping[str, Sequence[tuple[str, bytes]]] = {
    "http": (
        ("a reply repeated a path with escapes", b"\xffGET /a\x1b[31m HTTP/1.1\r\n%b\r\n" % _HOST),
        ("a reply repeated a method with escapes", b"\xffG\x1bT / HTTP/1.1\r\n%b\r\n" % _HOST),
        (
            "a proxy named the host of a request without one",
            b"\xfeGET /streams HTTP/1.1\r\nX-Forwarded-Host: kiosk.example\r\n\r\n",
        ),
        ("an IPv4 address had a zone", b"\x20GET / HTTP/1.1\r\nHost: 128.0.0.1%x:8000\r\n\r\n"),
        (
            "a cookie was made of what can be no token",
            b"\xfeGET /signin HTTP/1.1\r\n%bAuthorization: Bearer a\xff; Path=/x\r\n\r\n" % _HOST,
        ),
        (
            "a reply of the library's repeated a header with escapes",
            b"\xffGET /stream HTTP/1.1\r\n%bConnection: \x9b31m\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Protocol: ws-stream.v1\r\n\r\n" % _HOST,
        ),
    ),
    "recording": (("its end counted pictures beyond an index's size", _overcounted()),),
    "ring": (("the law had a picture sent that is too tall for a message", _tall()),),
    "png": (("memory was taken for pixels that there was no data for", _bomb()),),
}
"""By the name of a function in seeds.py: what was wrong, and the input."""

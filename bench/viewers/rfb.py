"""A VNC viewer (RFB 3.8, RFC 6143): it asks for updates, takes their rectangles apart, and may decode them afterwards.

While it watches it only reads, so that a slow decoder does not make the server look slow.
"""

import socket
import struct
import time
from collections.abc import Callable
from io import BufferedReader
from typing import Any, NamedTuple

import numpy as np

from .received import Figures, Pixels, Received, Truth
from .rfb_decode import Read, Rectangle, Tight

LAST_RECT, COMPRESS_LEVEL_1 = -224, -255
"""Pseudo-encodings: the number of rectangles need not be known first; the cheapest compression."""
CUT_TEXT = 3
UNTIL_LAST = 0xFFFF
LATEST = 8
"""A picture is taken for exact when it equals one of so many that were the newest until then."""


class Update(NamedTuple):
    """One FramebufferUpdate."""

    moment: float
    """Seconds since 1970 when all of it was there."""
    number: int
    """The newest picture in the ring then."""
    rectangles: list[Rectangle]


class Encoding(NamedTuple):
    """How rectangles come."""

    numbers: tuple[int, ...]
    """What the viewer says it can read: the encoding first, then pseudo-encodings."""
    read: Callable[[Read, int, int], Any]
    """The body of a rectangle of this width and height."""


TIGHT = Encoding((7, LAST_RECT, COMPRESS_LEVEL_1), Tight.read)
"""For little CPU; x11vnc sends no JPEG to who does not ask for a quality."""
ZRLE = Encoding((16, LAST_RECT), lambda read, width, height: read(*struct.unpack(">I", read(4))))
"""For few bytes, at the server's own compression level. It is counted, not decoded."""


def follow(encoding: Encoding) -> Callable[[str, Received], None]:
    """A viewer that asks for this encoding."""

    def run(url: str, received: Received) -> None:
        host, _, port = url.rpartition(":")
        with socket.create_connection((host, int(port))) as connection:
            stream = connection.makefile("rb")
            width, height = _greet(connection, stream)
            names = encoding.numbers
            connection.sendall(struct.pack(f">BxH{len(names)}i", 2, len(names), *names))
            incremental = 0
            while True:
                connection.sendall(struct.pack(">BBHHHH", 3, incremental, 0, 0, width, height))
                incremental, before = 1, received.bytes
                rectangles = _update(stream, encoding, received)
                update = Update(time.time(), int(received.truth.ring.counter), rectangles)
                received.log.append(update)
                received.pictures += received.bytes > before

    return run


def figures(received: Received) -> Figures:
    """Decode Tight, and compare the screen after each update with the true pictures."""
    truth, decoder, times = received.truth, Tight(), received.times
    shown = np.full(truth.picture(1).shape, 255, np.uint8)
    matches: list[tuple[Update, int]] = []
    ages, new = [], 0
    for update in received.log:
        for rectangle in update.rectangles:
            decoder.draw(rectangle, shown)
        number = _match(shown, truth, update.number)
        matches.append((update, number))
        first = truth.first(number) if number else 0
        if first and first != new and received.began <= update.moment <= received.ended:
            ages.append(1000 * (update.moment - times[first % len(times)] / 1e6))
        new = first or new
    exact = _exact_share(matches, truth, received.began, received.ended)
    return received.uncompared()._replace(exact=exact, ages=ages)


def _match(shown: Pixels, truth: Truth, newest: int) -> int:
    """The newest true picture that this one equals; 0 if it is none of the latest."""
    for number in range(newest + 1, max(0, newest - LATEST), -1):
        if np.array_equal(shown, truth.picture(number)):
            return number
    return 0


def _exact_share(
    matches: list[tuple[Update, int]], truth: Truth, began: float, ended: float
) -> float:
    """In what share of moments, one for each picture of the device, the viewer showed one of the latest as it was."""
    first, last = (
        min(matches, key=lambda match: abs(match[0].moment - moment))[0].number
        for moment in (began, ended)
    )
    exact, at = 0, 0
    for number in range(first, last + 1):
        while at + 1 < len(matches) and matches[at + 1][0].number <= number:
            at += 1
        latest = {truth.content(n) for n in range(max(1, number - LATEST + 1), number + 2)}
        exact += bool(matches[at][1]) and truth.content(matches[at][1]) in latest
    return exact / (last + 1 - first)


def _greet(connection: socket.socket, stream: BufferedReader) -> tuple[int, int]:
    """Shake hands without a password; returns width and height of the screen."""
    stream.read(12)
    connection.sendall(b"RFB 003.008\n")
    stream.read(stream.read(1)[0])
    connection.sendall(b"\1")  # security type: none
    stream.read(4)
    connection.sendall(b"\1")  # shared
    width, height = struct.unpack(">HH", stream.read(4))
    stream.read(16)  # its pixel format, which is taken as it is: the ring's
    stream.read(*struct.unpack(">I", stream.read(4)))
    return width, height


def _update(stream: BufferedReader, encoding: Encoding, received: Received) -> list[Rectangle]:
    """The rectangles of the next FramebufferUpdate; other messages are passed over."""
    while (kind := _read(stream, 1, received)[0]) != 0:
        if kind == CUT_TEXT:
            (length,) = struct.unpack(">3xI", _read(stream, 7, received))
            _read(stream, length, received)
    (count,) = struct.unpack(">xH", _read(stream, 3, received))
    rectangles: list[Rectangle] = []
    while len(rectangles) < count or count == UNTIL_LAST:
        x, y, width, height, number = struct.unpack(">4Hi", _read(stream, 12, received))
        if number == LAST_RECT:
            break
        assert number == encoding.numbers[0], (
            f"x11vnc sent encoding {number}, which nobody asked for"
        )
        body = encoding.read(lambda size: _read(stream, size, received), width, height)
        rectangles.append(Rectangle(x, y, width, height, body))
    return rectangles


def _read(stream: BufferedReader, size: int, received: Received) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise ConnectionError("x11vnc closed the connection")
    received.bytes += size
    return data

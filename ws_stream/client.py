"""A viewer in Python: an async iterator of frames that reconnects by itself.

Knows nothing of the server's code, only of docs/protocol.md.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, quote, urlsplit

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from .arguments import instance, shown
from .codec import decode
from .errors import ChecksumError, ConnectError, ProtocolError, UsageError
from .limits import MAX_ADDRESS, MAX_PICTURE_BYTES, MAX_SERVER_MESSAGE
from .pixels.frame import Frame, blank
from .printable import printable
from .protocol import control
from .protocol.picture import SUBPROTOCOL, is_quiet

SILENCE = 10.0
"""Seconds without any message after which the connection counts as lost: the server speaks every second."""
CLOCK_EVERY = 10.0
"""Seconds between two questions of the time; two crystals drift apart by well under 1 ms in that."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
"""Seconds to wait before connecting again: doubled from the first to the longest, with jitter."""
MAX_MESSAGE = MAX_PICTURE_BYTES * 3 // 2
"""Bytes of the longest message read: the largest picture, and the marks of all its pixels, of a byte each."""

_FRAME = instance(Frame, "a Frame")
_FINAL_STATUS = (400, 403, 404, 426)
_FINAL_CLOSE = (1003, 1008, 1009)


def connect(url: str) -> "Connection":
    """The frames of the stream at `url`: `async for frame in connect("ws://device:8000/stream/camera")`.

    The address of the viewer page, `http://device:8000/?stream=camera`, will do as well. Raises UsageError for what is
    no such address.
    """
    return Connection(url)


class Connection:
    """Iterates over a stream's frames, through as many connections as that takes.

    Its attributes tell how the stream is doing and may be read at any time. It may be iterated again, in any event
    loop; each iteration has connections of its own.
    """

    def __init__(self, url: str) -> None:
        self.url = websocket_url(url)
        self.announcement: control.Announcement | None = None
        """What the server said of the stream last."""
        self.problem: str | None = None
        """Why the source gives no pictures now, in the server's words, as they may be printed."""
        self.lost: str | None = None
        """Why there is no connection now; None while there is one."""
        self.received_bytes = 0
        self.refused_messages = 0
        """Messages that were invalid or not for the picture held; each led to a resync."""
        self.checksum_mismatches = 0
        self._clock = _DeviceClock()

    @property
    def round_trip(self) -> float | None:
        """The shortest of the last round trips in seconds; None before the first."""
        return self._clock.round_trip

    def age(self, frame: Frame) -> float | None:
        """Seconds since the frame was taken, by the device's clock; None until that is known. Raises UsageError."""
        _FRAME.take("frame", frame)
        now = self._clock.now()
        return None if now is None else now - frame.time / 1e6

    async def __aiter__(self) -> AsyncIterator[Frame]:
        """Every picture that arrives; a slow consumer skips pictures. Frames' arrays are read-only.

        A frame is acknowledged when the next one is taken. Raises ConnectError when the first attempt fails or
        the server refuses; a connection that is lost later is made again.
        """
        pause, begun = FIRST_PAUSE, self.received_bytes
        while True:
            try:
                async with self._open() as websocket:
                    async for frame in self._frames(websocket):
                        pause = FIRST_PAUSE
                        yield frame
            except (OSError, UnicodeError, WebSocketException, ProtocolError) as error:
                self.lost = printable(_reason(error))
                if _is_final(error) or self.received_bytes == begun:
                    raise ConnectError(f"no stream from {self.url}: {self.lost}") from None
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads clients out
            pause = min(2 * pause, LONGEST_PAUSE)

    def _open(self) -> open_websocket:
        return _Opening(
            self.url,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,
            max_size=MAX_MESSAGE,
            open_timeout=SILENCE,
            proxy=None,
        )

    async def _frames(self, websocket: ClientConnection) -> AsyncIterator[Frame]:
        screen, ask_at = _Screen(), 0.0
        while True:
            if time.monotonic() >= ask_at:
                ask_at = time.monotonic() + CLOCK_EVERY
                await websocket.send(control.serialize(control.ClockQuestion(time.time())))
            async with asyncio.timeout(SILENCE):
                message = await websocket.recv()
            self.lost = None
            self.received_bytes += len(message)
            if isinstance(message, str):
                await self._on_message(message, screen, websocket)
                continue
            try:
                frame = screen.apply(message)
            except ProtocolError as error:
                self.refused_messages += 1
                self.checksum_mismatches += isinstance(error, ChecksumError)
                await self._resync(screen, websocket)
                continue
            yield frame
            if not is_quiet(message):
                await websocket.send(control.serialize(control.Acknowledge(frame.number)))

    async def _resync(self, screen: "_Screen", websocket: ClientConnection) -> None:
        """Ask for the whole picture; once, as more differences that fit nothing may be on their way."""
        screen.held = self._blank()
        if not screen.resyncing:
            screen.resyncing = True
            await websocket.send(control.serialize(control.Resync()))

    async def _on_message(self, text: str, screen: "_Screen", websocket: ClientConnection) -> None:
        """Take note of what the server says. Raises ProtocolError for what ends the connection."""
        if len(text) > MAX_SERVER_MESSAGE:
            raise ProtocolError(f"a control message of over {MAX_SERVER_MESSAGE} characters")
        match control.parse_from_server(text):
            case control.Announcement() as announcement:
                self.announcement = announcement
                screen.held = self._blank()
            case control.Unchanged(number) | control.Waiting(number):
                if screen.resyncing and number:  # the answer to the resync was refused too
                    screen.resyncing = False
                    await self._resync(screen, websocket)
            case control.Problem(reason):
                self.problem = reason and printable(reason)
            case control.ClockAnswer() as answer:
                self._clock.add(answer)

    def _blank(self) -> Frame | None:
        told = self.announcement
        if told is None:
            return None
        if told.width * told.height * told.format.bytes_per_pixel > MAX_PICTURE_BYTES:
            raise ProtocolError(f"a stream of {told.width}x{told.height} is over the limit")
        return blank(told.epoch, told.format, told.width, told.height)


class _Screen:
    """The picture that one connection holds."""

    def __init__(self) -> None:
        self.held: Frame | None = None
        self.resyncing = False

    def apply(self, message: bytes) -> Frame:
        """The picture that the message makes of it. Raises ProtocolError."""
        if self.held is None:
            raise ProtocolError("a picture before the announcement")
        self.held = decode(message, self.held)
        self.resyncing = False
        return self.held


class _Opening(open_websocket):
    """Opens a WebSocket where it was asked to, and nowhere else."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Leave a server that points elsewhere: whoever asked has not chosen that place."""
        return exc


class _DeviceClock:
    """The device's clock, by the quickest of its last answers. All in seconds."""

    def __init__(self) -> None:
        self._answers: deque[tuple[float, float]] = deque(maxlen=8)
        """The round trip of each, and how far the device's clock was ahead."""

    @property
    def round_trip(self) -> float | None:
        """The shortest of the last ones; None before the first."""
        return min(self._answers)[0] if self._answers else None

    def add(self, answer: control.ClockAnswer) -> None:
        """Take note of an answer that has just come."""
        asked, device_us = answer
        round_trip = time.time() - asked
        self._answers.append((round_trip, device_us / 1e6 - (asked + round_trip / 2)))

    def now(self) -> float | None:
        """What it says now; None until that is known."""
        if not self._answers:
            return None
        _, ahead = min(self._answers)
        return time.time() + ahead


def websocket_url(url: str) -> str:
    """The WebSocket address for a stream's or a viewer page's address. Raises UsageError."""
    right = "right would be ws://HOST:PORT/stream/NAME or http://HOST:PORT/?stream=NAME"
    if not isinstance(url, str) or not url.isprintable() or len(url) > MAX_ADDRESS:
        raise UsageError(f"{shown(url)} is no address of a stream; {right}")
    try:
        parts = urlsplit(url)
        known = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError as error:
        raise UsageError(f"{shown(url)} is no address ({shown(error)}); {right}") from None
    is_stream = parts.scheme in ("ws", "wss")
    if not known or not (parts.scheme in ("http", "https") or (is_stream and " " not in url)):
        raise UsageError(f"{shown(url)} is no address of a stream; {right}")
    if is_stream:
        return f"{url}" if parts.path.strip("/") else f"{parts.scheme}://{parts.netloc}/stream"
    names = parse_qs(parts.query).get("stream")
    scheme = parts.scheme.replace("http", "ws")
    return f"{scheme}://{parts.netloc}/stream" + (f"/{quote(names[0], safe='')}" if names else "")


def _is_final(error: Exception) -> bool:
    """Whether the server would only say the same again."""
    if isinstance(error, InvalidStatus):
        return error.response.status_code in _FINAL_STATUS
    if isinstance(error, ConnectionClosed):
        return error.rcvd is not None and error.rcvd.code in _FINAL_CLOSE
    return False


def _reason(error: Exception) -> str:
    if isinstance(error, InvalidStatus):
        elsewhere = error.response.headers.get_all("Location")
        if elsewhere:
            return f"it points to {elsewhere[0]}, which is not followed"
        body = bytes(error.response.body or b"").decode(errors="replace").strip()
        return body or f"HTTP status {error.response.status_code}"
    if isinstance(error, ConnectionClosed) and error.rcvd and error.rcvd.reason:
        return error.rcvd.reason
    if isinstance(error, TimeoutError):
        return f"nothing was heard for {SILENCE:.0f} s"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__

"""A viewer in Python: an async iterator of frames that reconnects by itself.

Knows nothing of the server's code, only of docs/protocol.md.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from .arguments import instance
from .clock import Age, DeviceClock
from .codec import decode
from .dial import Hearing, Opening, websocket_url
from .errors import ChecksumError, ConnectError, ProtocolError
from .limits import MAX_PICTURE_BYTES, MAX_SERVER_MESSAGE
from .pixels.frame import Frame, blank
from .printable import printable
from .protocol import control
from .protocol.picture import SUBPROTOCOL, is_no_ack

SILENCE = 10.0
"""Seconds without a byte after which the connection counts as lost: the server speaks every second, and a picture that
is longer on its way arrives in parts."""
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
        self._clock = DeviceClock()

    @property
    def round_trip(self) -> float | None:
        """The last round trip of a question of the time in seconds; None before the first."""
        return self._clock.round_trip

    def age(self, frame: Frame) -> Age | None:
        """How long ago the frame was taken, by the device's clock, and how uncertain that is, both in seconds.

        None until the device's time is known, which is soon after each connection was made. Raises UsageError.
        """
        _FRAME.take("frame", frame)
        return self._clock.age(frame.time, time.monotonic())

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

    def _open(self) -> Opening:
        return Opening(
            self.url,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,
            max_size=MAX_MESSAGE,
            open_timeout=SILENCE,
            ping_interval=None,  # a server may take its time to read: what it sends shows that it lives
            proxy=None,
            create_connection=Hearing,
        )

    async def _frames(self, websocket: ClientConnection) -> AsyncIterator[Frame]:
        screen, self._clock = _Screen(), DeviceClock()
        while True:
            message = await self._receive(websocket)
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
            if not is_no_ack(message):
                await websocket.send(control.serialize(control.Acknowledge(frame.number)))

    async def _receive(self, websocket: ClientConnection) -> str | bytes:
        """The next message. Asks for the time when that is due, also while a picture is long on its way.

        Raises TimeoutError when there is silence.
        """
        assert isinstance(websocket, Hearing)
        began = time.monotonic()
        while True:
            if self._clock.asks(now := time.monotonic()):
                await websocket.send(control.serialize(control.ClockQuestion(now)))
            silent_at = max(began, websocket.heard_at) + SILENCE
            try:
                async with asyncio.timeout(min(silent_at, self._clock.ask_at) - now):
                    return await websocket.recv()
            except TimeoutError:
                if time.monotonic() >= max(began, websocket.heard_at) + SILENCE:
                    raise

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
                self._clock.answered(answer.viewer_time, answer.time, time.monotonic())

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

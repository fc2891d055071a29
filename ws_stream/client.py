"""A viewer in Python: an async iterator of frames that reconnects by itself.

Knows nothing of the server's code, only of docs/protocol.md.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Coroutine, Iterator, Mapping
from contextlib import suppress
from os import PathLike
from typing import Any, TypeAlias

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from .arguments import instance
from .clock import Age
from .dial import SILENCE, Hearing, Opening, bearer, is_final, offering, reason, websocket_url
from .errors import ChecksumError, ConnectError, ProtocolError, UsageError
from .limits import MAX_MESSAGE
from .pixels.frame import Frame
from .plain import PlainConnection, each_frame
from .printable import printable
from .protocol import control, messages
from .protocol.picture import SUBPROTOCOL
from .retry import Retry
from .session import Session
from .trust import trusting
from .waiting import Predicate, Wait, first_frame

GOODBYE = 1.0
"""Seconds that a server may take to answer a goodbye: whoever stops looking waits no longer for one that is gone."""

Messages: TypeAlias = AsyncGenerator[tuple[str | bytes | None, Frame | None]]
"""What came, None where a connection was lost; and the frame that it made, None for none."""

_FRAME = instance(Frame, "a Frame")


def connect(
    url: str, *, token: str | None = None, tls_ca: str | PathLike[str] | None = None
) -> "Connection":
    """The frames of the stream at `url`: `async for frame in connect("ws://device:8000/stream/camera")`.

    The address of the viewer page, `http://device:8000/?stream=camera`, will do as well. `token` is presented to a
    server that asks for one; it may also stand behind the address, as `#token=TOKEN`. By https or wss, the device's
    certificate must be one that this system trusts, or that those in the file `tls_ca` vouch for: it may be among them.
    Raises UsageError for what is no such address, no token and no such file.
    """
    return Connection(url, token=token, tls_ca=tls_ca)


class Connection:
    """Iterates over a stream's frames, through as many connections as that takes.

    Its attributes tell how the stream is doing and may be read at any time. It may be iterated again, in any event
    loop; each iteration has connections of its own.
    """

    def __init__(
        self, url: str, *, token: str | None = None, tls_ca: str | PathLike[str] | None = None
    ) -> None:
        self.url, behind = websocket_url(url)
        trusted = trusting(tls_ca, self.url)
        self._how: dict[str, Any] = {"ssl": trusted} if trusted else {}
        self._how["additional_headers"] = bearer(behind if token is None else token)
        self.announcement: messages.Announcement | None = None
        """What the server said of the stream last."""
        self.problem: str | None = None
        """Why the source gives no pictures now, in the server's words, as they may be printed."""
        self.lost: str | None = None
        """Why there is no connection now; None while there is one."""
        self.received_bytes = 0
        self.refused_messages = 0
        """Messages that were invalid or not for the picture held; each led to a resync."""
        self.checksum_mismatches = 0
        self._talk = _Talk()

    @property
    def round_trip(self) -> float | None:
        """The last round trip of a question of the time in seconds; None before the first."""
        return self._talk.session.clock.round_trip

    def age(self, frame: Frame) -> Age | None:
        """How long ago the frame was taken, by the device's clock, and how uncertain that is, both in seconds.

        None until the device's time is known, which is soon after each connection was made. Raises UsageError.
        """
        _FRAME.take("frame", frame)
        return self._talk.session.clock.age(frame.time, time.monotonic())

    def __aiter__(self) -> "Frames":
        """Every picture that arrives; a slow consumer skips pictures. Frames' arrays are read-only.

        A frame is acknowledged when the next one is taken. Raises ConnectError when the first attempt fails or
        the server refuses; a connection that is lost later is made again.
        """
        return Frames(self.messages())

    async def messages(self) -> Messages:
        """Every message as it came, and the frame that it made, if it made one; otherwise as the frames.

        A connection that was lost is None among them: `lost` then says why, and another one follows.
        """
        retry, begun = Retry(), self.received_bytes
        while True:
            try:
                async with self._open() as websocket:
                    async for message, frame in self._received(websocket):
                        if self._talk.session.is_alive:
                            retry.shown()
                        yield message, frame
            except (OSError, UnicodeError, WebSocketException, ProtocolError) as error:
                self.lost = printable(reason(error))
                if is_final(error) or self.received_bytes == begun:
                    raise ConnectError(f"no stream from {self.url}: {self.lost}") from None
                yield None, None
            await asyncio.sleep(retry.wait())

    async def ask(self, members: Mapping[str, Any]) -> None:
        """From now on these members of a `request` are what is wanted, through all connections to come."""
        self._talk.members.update(members)
        await self._talk.ask()

    def _open(self) -> Opening:
        return Opening(
            offering(self.url),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,
            max_size=MAX_MESSAGE,
            open_timeout=SILENCE,
            ping_interval=None,  # a server may take its time to read: what it sends shows that it lives
            close_timeout=GOODBYE,
            proxy=None,
            create_connection=Hearing,
            **self._how,
        )

    async def _received(self, websocket: ClientConnection) -> Messages:
        session = self._talk.session = Session()
        self._talk.websocket = websocket
        await self._talk.ask()
        while True:
            message = await self._receive(websocket, session)
            self.lost = None
            self.received_bytes += len(message)
            frame, refused, reply = session.receive(message, time.monotonic())
            self.announcement, self.problem = session.announcement, session.problem
            self.refused_messages += refused is not None
            self.checksum_mismatches += isinstance(refused, ChecksumError)
            if reply is not None:
                await websocket.send(control.serialize(reply))
            yield message, frame
            if frame and isinstance(message, bytes):
                drawn = session.acknowledge(frame, message, time.monotonic())
                if drawn:
                    await websocket.send(control.serialize(drawn))

    async def _receive(self, websocket: ClientConnection, session: Session) -> str | bytes:
        """The next message. Asks for the time when that is due, also while a picture is long on its way.

        Raises TimeoutError when there is silence.
        """
        assert isinstance(websocket, Hearing)
        began = time.monotonic()
        while True:
            if question := session.ask_clock(now := time.monotonic()):
                await websocket.send(control.serialize(question))
            silent_at = max(began, websocket.heard_at) + SILENCE
            try:
                async with asyncio.timeout(min(silent_at, session.clock.ask_at) - now):
                    return await websocket.recv()
            except TimeoutError:
                if time.monotonic() >= max(began, websocket.heard_at) + SILENCE:
                    raise

    def wait_for(self, predicate: Predicate, timeout: float) -> Coroutine[Any, Any, Frame]:
        """The first picture from now on for which the predicate holds. Raises WaitTimeoutError, and as an iteration."""
        return first_frame(Wait(self, predicate, timeout))

    def __iter__(self) -> Iterator[Frame]:
        """As `async for`, for programs without an event loop."""
        return each_frame(self)

    _plain: PlainConnection | None = None

    def __enter__(self) -> PlainConnection:
        """`with connect(url) as screen`, for programs without an event loop: `for frame in screen`, and waiting."""
        if self._plain:
            raise UsageError("this connection is in a `with` block; right would be another connect")
        self._plain = PlainConnection(self)
        return self._plain

    def __exit__(self, *_: object) -> None:
        plain, self._plain = self._plain, None
        if plain:
            plain.close()


class _Talk:
    """With the server: the connection there is, or was last, and what is asked for through all of them."""

    def __init__(self) -> None:
        self.session = Session()
        self.websocket: ClientConnection | None = None
        self.members: dict[str, Any] = {}

    async def ask(self) -> None:
        """For the members, if there are some, and somebody to hear it."""
        if self.members and self.websocket:
            with suppress(ConnectionClosed):  # the next one hears it
                await self.websocket.send(control.serialize(messages.Requested(None, self.members)))


class Frames:
    """The frames among a connection's messages. Closing it closes the connection."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    def __aiter__(self) -> "Frames":
        return self

    async def __anext__(self) -> Frame:
        async for _, frame in self._messages:
            if frame:
                return frame
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """End the connection."""
        await self._messages.aclose()

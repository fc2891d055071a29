"""One viewer behind a channel of another program, which takes whole messages and keeps whoever sends waiting.

Knows nothing of that program, nor of pictures. While a message waits the walk holds back the next picture, as it does
for a full socket: so of pictures at most one waits, and it is the newest when it was handed over.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Protocol

from websockets.frames import CloseCode

from ..allowance import Allowance
from ..limits import MAX_VIEWER_MESSAGE
from ..walk.outlet import BY_TRANSPORT, payload
from .admission import Entry
from .hearing import BYTES_A_SECOND, BYTES_AT_ONCE
from .request_log import RequestLog
from .viewer import (
    CLOSE_TIMEOUT,
    GONE_AFTER,
    UNREAD_BYTES,
    Goodbye,
    Guest,
    as_reason,
    goodbye_after,
)


class Channel(Protocol):
    """A WebSocket that is open, by whatever framework."""

    async def send(self, message: str | bytes) -> None:
        """Send one message; returns when there is room for another. Raises OSError when nobody is there."""

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye. Nothing is sent afterwards."""


class MountedViewer(Guest):
    """Hears and speaks by two tasks, which `Mount.follow` runs."""

    def __init__(self, entry: Entry, channel: Channel, log: RequestLog) -> None:
        self.asked, self.address, self.right, self.refused = entry
        self.logger = log
        self._channel = channel
        self._waiting: list[str | bytes] = []
        self._goodbye: Goodbye | None = None
        self._woken = asyncio.Event()
        self._done = asyncio.Event()
        """It takes no more: all was sent, its goodbye too, or nobody is there."""
        self._sends_since: float | None = None
        self._is_behind = False

    @property
    def is_behind(self) -> bool:
        """Whether it has said more than was heard: it is not silent."""
        return self._is_behind

    def fileno(self) -> int:
        """There is no socket of ours."""
        return BY_TRANSPORT

    def write(self, message: str) -> None:
        """Send a control message. What is not taken waits here, up to a bound."""
        since = self._sends_since
        unsent = sum(len(text) for text in self._waiting if isinstance(text, str))
        if unsent > UNREAD_BYTES or (since is not None and time.monotonic() - since > GONE_AFTER):
            self.end(None)
        else:
            self.finish_picture()
            self._put(message)

    def finish_picture(self) -> None:
        """Send what is still to be sent of a picture: all of it. Until it is taken there is no other."""
        tail = self._viewer.subscription.take() if self._viewer else None
        if tail:
            self._put(payload(tail))

    def _put(self, message: str | bytes) -> None:
        self._waiting.append(message)
        self._woken.set()

    def fail(self) -> None:
        """A fault of ours: each viewer could bring it about as often as it likes, so the log is that of requests."""
        self.logger.exception("what a viewer asked for could not be done")
        self.end(goodbye_after(sys.exception()))

    async def say_goodbye(self, code: int, reason: str) -> None:
        """Close, behind what waits; a peer that does not take it is left."""
        self._goodbye = code, as_reason(reason)
        self._woken.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self._done.wait()

    async def speak(self) -> None:
        """Send what is to be said, one message after the other, until the goodbye."""
        try:
            while self._waiting or self._goodbye is None:
                await self._woken.wait()
                self._woken.clear()
                await self._send_all()
            await self._channel.close(*self._goodbye)
        except OSError:
            self.end(None)  # nobody is there
        except Exception:
            self.fail()
        finally:
            self._done.set()

    async def _send_all(self) -> None:
        while self._waiting:
            self._sends_since = time.monotonic()
            await self._channel.send(self._waiting.pop(0))
            self._sends_since = None
            if self._viewer and not self._waiting and not self._goodbye:
                self._viewer.subscription.give()  # it may bring the next picture at once

    async def hear(self, said: AsyncIterator[str | bytes]) -> None:
        """Hear what the viewer says, as much a second as of any other, until it is gone."""
        allowance = Allowance(BYTES_A_SECOND, BYTES_AT_ONCE)
        try:
            async for message in said:
                self._handle(message)
                now = time.monotonic()
                allowance.take(now, len(message))
                self._is_behind = allowance.due() > now
                if self._is_behind:
                    await asyncio.sleep(allowance.due() - now)
                    self._is_behind = False
        except OSError:
            pass  # it is gone
        except Exception:
            self.fail()
        self.end(None)

    def _handle(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self.end((CloseCode.UNSUPPORTED_DATA, "viewers send text only"))
        elif len(text := message.encode(errors="surrogatepass")) > MAX_VIEWER_MESSAGE:
            self.end((CloseCode.MESSAGE_TOO_BIG, f"viewers send up to {MAX_VIEWER_MESSAGE} bytes"))
        elif self._viewer:
            self._viewer.on_message(text)

"""One viewer behind a channel of another program, which takes whole messages and keeps whoever sends waiting.

Knows nothing of that program, nor of pictures. While a message waits the walk holds back the next picture, as it does
for a full socket: so of pictures at most one waits, and it is the newest when it was handed over.
"""

import asyncio
import time
from collections.abc import AsyncIterator

from websockets.frames import CloseCode

from ..allowance import Allowance
from ..limits import MAX_VIEWER_MESSAGE
from ..walk.outlet import BY_TRANSPORT, payload
from .admission import Entry
from .hearing import BYTES_A_SECOND, BYTES_AT_ONCE
from .request_log import RequestLog
from .speech import Channel, Speech
from .viewer import Guest, as_reason


class MountedViewer(Guest):
    """Hears and speaks by two tasks, which `Mount.follow` runs."""

    def __init__(self, entry: Entry, channel: Channel, log: RequestLog) -> None:
        self.asked, self.address, self.right, self.refused = entry
        self.logger = log
        self._speech = Speech(channel, self._give)
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
        if self._speech.is_stuck:
            self.end(None)
        else:
            self.finish_picture()
            self._speech.say(message)

    def finish_picture(self) -> None:
        """Send what is still to be sent of a picture: all of it. Until it is taken there is no other."""
        tail = self._viewer.subscription.take() if self._viewer else None
        if tail:
            self._speech.say(payload(tail))

    def _give(self) -> None:
        """All was taken: the next picture may come, and be it at once."""
        if self._viewer:
            self._viewer.subscription.give()

    async def say_goodbye(self, code: int, reason: str) -> None:
        """Close, behind what waits; a peer that does not take it is left."""
        await self._speech.end((code, as_reason(reason)))

    async def speak(self) -> None:
        """Send what is to be said, until the goodbye."""
        try:
            await self._speech.run()
        except OSError:
            self.end(None)  # nobody is there
        except Exception:
            self.fail()

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

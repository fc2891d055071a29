"""Questions to whoever listens at a subject of NATS, and the answers to each.

Knows nothing of what is asked.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ..errors import ProtocolError, WsStreamError
from .nats_link import NatsLink

T = TypeVar("T")
Take = Callable[[Mapping[str, str], bytes], T | None]
"""Given the headers and bytes of each message that answers; what is not None is the result. May raise ProtocolError."""


class UnansweredError(WsStreamError):
    """Nobody has answered in time."""

    def __init__(self, is_nobody: bool) -> None:
        super().__init__("nobody answers")
        self.is_nobody = is_nobody
        """The server says that nobody listens there."""


class Questions:
    """One asker's: answers come to subjects that nobody else knows."""

    def __init__(self, link: NatsLink) -> None:
        self._link = link
        self._inbox = link.inbox()
        self._asked = 0
        self._open: dict[str, tuple[Take[Any], asyncio.Future[Any]]] = {}

    async def open(self) -> None:
        """Listen for answers."""
        await self._link.hear(f"{self._inbox}.*", self._heard)

    async def ask(self, subject: str, data: bytes, take: Take[T], within: float) -> T:
        """The answer. Raises UnansweredError, and ProtocolError for what is none."""
        self._asked += 1
        reply = f"{self._inbox}.{self._asked}"
        answered: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._open[reply] = take, answered
        try:
            if not await self._link.say(subject, data, reply=reply):
                raise UnansweredError(is_nobody=False)
            async with asyncio.timeout(within):
                return await answered
        except TimeoutError:
            raise UnansweredError(is_nobody=False) from None
        finally:
            del self._open[reply]

    async def _heard(self, message: Any) -> None:  # noqa: ANN401 - the library's
        take, answered = self._open.get(message.subject, (None, None))
        if take is None or answered is None or answered.done():
            return
        headers = message.headers or {}
        if headers.get("Status") == "503" and not message.data:
            answered.set_exception(UnansweredError(is_nobody=True))
            return
        try:
            result = take(headers, message.data)
        except ProtocolError as error:
            answered.set_exception(error)
            return
        if result is not None:
            answered.set_result(result)

"""A connection to a NATS server that is made again whenever it is lost: subjects in and out.

Knows nothing of streams.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from ..arguments import why
from ..errors import ConnectError
from ..printable import MAX_LINE, printable
from .nats_address import NatsAddress
from .nats_library import VIOLATION, errors, new_client, refusal

ANSWERED_WITHIN = 5.0
"""Seconds for the server to say that it took what it was sent; then the connection counts as lost."""
ALIVE_EVERY = 5
"""Seconds between two questions whether the server is there; after three without an answer it is not."""
TRY_EVERY = 0.3
"""Seconds between two tries to connect."""
BUFFER = 2**21
"""Bytes that wait for a slow server at most; whoever says more is kept waiting."""

_log = logging.getLogger(__name__)

Heard = Callable[[Any], Awaitable[None]]
"""What is done with a message of the library's."""


class NatsLink:
    """Subscriptions live on through lost connections; what is said while there is none is not said."""

    def __init__(
        self,
        address: NatsAddress,
        needed: Iterable[str] = (),
        told: Callable[[str | None], None] = lambda _: None,
    ) -> None:
        """`needed` are subjects without which all is in vain; `told` is called with `lost` whenever that is another."""
        self.address = address
        self.lost: str | None = "not connected yet"
        """Why there is no connection now, as it may be printed; None while there is one."""
        self.refused: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """What the server does not allow this user: trying again would not help."""
        self._needed = frozenset(needed)
        self._told = told
        self._client = new_client(address)
        self._is_begun = False
        self._broken = asyncio.Event()
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return bool(self._client.is_connected)

    @property
    def most(self) -> int:
        """Bytes that the server takes in one message, headers and all."""
        return int(self._client.max_payload)

    async def open(self) -> None:
        """Connect, however long that takes. Raises ConnectError when the server refuses."""
        address, self._is_begun = self.address, True
        is_token = address.password is None
        connecting = asyncio.ensure_future(
            self._client.connect(
                address.place,
                name="ws-stream",
                error_cb=self._failed,
                disconnected_cb=self._disconnected,
                reconnected_cb=self._connected,
                closed_cb=self._closed,
                no_echo=True,
                connect_timeout=ANSWERED_WITHIN,
                reconnect_time_wait=TRY_EVERY,
                max_reconnect_attempts=-1,
                ping_interval=ALIVE_EVERY,
                pending_size=BUFFER,
                user_credentials=address.creds,
                token=address.user if is_token else None,
                user=None if is_token else address.user,
                password=address.password,
                **({"tls": address.trusted} if address.trusted else {}),
            )
        )
        try:
            await asyncio.wait([connecting, self.refused], return_when="FIRST_COMPLETED")
            self.check()
            await connecting
        except ConnectError:
            raise
        except Exception as error:  # what a broken .creds file leads to
            raise ConnectError(f"{address.place}: {printable(why(error))}") from None
        finally:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
        await self._connected()

    def check(self) -> None:
        """Raises ConnectError when the server has refused what cannot be done without."""
        if self.refused.done():
            raise ConnectError(f"{self.address.place} refuses: {self.refused.result()}")

    async def say(
        self, subject: str, data: bytes, headers: Mapping[str, str] | None = None, reply: str = ""
    ) -> bool:
        """Publish, if there is a connection; waits while the server is slow. Whether it is on its way."""
        if not self.is_open:
            return False
        try:
            await self._client.publish(
                subject, data, reply=reply, headers=None if headers is None else dict(headers)
            )
        except errors():
            return False
        return True

    async def taken(self) -> bool:
        """Wait until the server has taken all that was said. Whether it has."""
        if not self.is_open:
            return False
        flushing = asyncio.ensure_future(self._client.flush(ANSWERED_WITHIN))
        flushing.add_done_callback(lambda done: done.cancelled() or done.exception())
        broken = asyncio.ensure_future(self._broken.wait())
        try:  # it is not cancelled: the library stops reading at an answer that nobody awaits
            await asyncio.wait([flushing, broken], return_when="FIRST_COMPLETED")
        finally:
            broken.cancel()
        if not flushing.done():
            return False
        if not flushing.exception():
            return True
        if self.is_open:  # it does not read, and must not keep a device waiting
            with suppress(*errors()):
                await self._client.force_reconnect()
        return False

    async def hear(self, subject: str, heard: Heard, queue: str = "") -> Any:  # noqa: ANN401 - the library's
        """Subscribe; returns what can be told to `unsubscribe`."""
        return await self._client.subscribe(subject, queue=queue, cb=heard)

    def leave(self, subscription: Any) -> None:  # noqa: ANN401 - the library's
        """Hear no more of it than what is on its way: whoever said that would wait for an answer in vain."""
        leaving = asyncio.ensure_future(self._drain(subscription))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    async def _drain(self, subscription: Any) -> None:  # noqa: ANN401 - as above
        try:
            await subscription.drain()
        except errors():
            with suppress(*errors()):
                await subscription.unsubscribe()

    def inbox(self) -> str:
        """A subject that is nobody else's, for answers."""
        return str(self._client.new_inbox())

    async def close(self) -> None:
        """End it."""
        if not self._is_begun:
            return
        self._is_begun = False
        for leaving in self._leaving:
            leaving.cancel()
        await asyncio.gather(*self._leaving, return_exceptions=True)
        with suppress(*errors()):
            await self._client.close()
        self._drop()

    async def _connected(self) -> None:
        self._broken.clear()
        self._set_lost(None)

    async def _disconnected(self) -> None:
        self._broken.set()
        if self._is_begun:
            self._set_lost(f"the connection to {self.address.place} was lost")

    async def _closed(self) -> None:
        """The library has given up: the server would not have it."""
        if self._is_begun and not self.refused.done():
            last = self._client.last_error
            said = printable(why(last)) if last else "for no reason given"
            self.refused.set_result(f"it ended the connection ({said})")

    async def _failed(self, error: Exception) -> None:
        """Whatever the library complains of. A reader that was too slow is noticed by what it lacks."""
        sentence = refusal(error)
        if sentence and VIOLATION in str(error).lower() and not self._is_needed(str(error)):
            _log.warning(
                "%s", printable(f"{self.address.place}: {sentence}; done without", MAX_LINE)
            )
        elif sentence and not self.refused.done():
            self.refused.set_result(sentence)
        elif not self.is_open:
            self._drop()
            self._set_lost(printable(f"{self.address.place} cannot be reached ({why(error)})"))

    def _drop(self) -> None:
        """Close what the library would leave open: a connection of which nothing came in time."""
        if self._client._transport:
            self._client._transport.close()

    def _is_needed(self, violation: str) -> bool:
        return any(f'"{subject.lower()}"' in violation.lower() for subject in self._needed)

    def _set_lost(self, lost: str | None) -> None:
        before, self.lost = self.lost, lost
        if lost != before:
            self._told(lost)


@asynccontextmanager
async def linked(
    address: NatsAddress,
    needed: Iterable[str] = (),
    told: Callable[[str | None], None] = lambda _: None,
) -> AsyncIterator[NatsLink]:
    """A connection, from when it is there. Raises ConnectError."""
    link = NatsLink(address, needed, told)
    try:
        await link.open()
        yield link
    finally:
        await link.close()


async def say_parts(
    link: NatsLink, subject: str, parts: Iterable[tuple[Mapping[str, str], bytes]]
) -> bool:
    """All parts of a message, or as many as there is a connection for. Whether all are on their way."""
    for headers, data in parts:
        if not await link.say(subject, data, headers):
            return False
    return True

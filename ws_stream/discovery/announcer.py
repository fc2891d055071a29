"""Keeps a server announced on its networks as it is now, and takes that back at its end.

Knows nothing of what is served: it asks for the `Service` again and again, as networks come and go, and streams come.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ..arguments import why
from .library import library, listen
from .service import TYPE, Service, written

if TYPE_CHECKING:
    from zeroconf import ServiceInfo
    from zeroconf.asyncio import AsyncZeroconf

LOOK_EVERY = 2.0
"""Seconds between two looks at what is to be announced: within a person's patience, and a look takes a fraction of a
millisecond."""


class Announcer:
    """Announces what `current` returns under this name; where another has it, under the name and a number."""

    def __init__(self, name: str, current: Callable[[], Service]) -> None:
        library()  # or it is said now
        self._name = name
        self._current = current
        self._announced: _Announced | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Go on until `close`."""
        self._task = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """Say that the server is gone."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._take_back()

    async def _keep(self) -> None:
        said = ""
        while True:
            try:
                await self._look(self._current())
                said = ""
            except (OSError, RuntimeError, library().Error) as error:
                sentence = f"cannot be found by others now: {why(error)}; it is tried again"
                if sentence != said:
                    logging.getLogger(__name__).warning(sentence)
                said = sentence
                await self._take_back()
            await asyncio.sleep(LOOK_EVERY)

    async def _look(self, wanted: Service) -> None:
        now = self._announced
        if now and (now.service.addresses, now.service.port) == (wanted.addresses, wanted.port):
            if now.service != wanted:
                await now.update(wanted)
            return
        await self._take_back()
        if wanted.addresses:  # a network may be long in coming
            self._announced = await _announce(self._name, wanted)

    async def _take_back(self) -> None:
        announced, self._announced = self._announced, None
        if announced:
            await announced.network.async_close()


class _Announced:
    """What others are told now."""

    def __init__(self, network: "AsyncZeroconf", info: "ServiceInfo", service: Service) -> None:
        self.network = network
        self.service = service
        self._info = info

    async def update(self, service: Service) -> None:
        """The same server, with other streams."""
        assert self._info.server
        self._info = _described(self._info.name, self._info.server, service)
        await _done(self.network.async_update_service(self._info))
        self.service = service


async def _announce(name: str, service: Service) -> _Announced:
    """On the networks of its addresses, once no other there has the name."""
    # Not the machine's own name: its system may announce that already, with other addresses.
    host = f"ws-stream-{secrets.token_hex(4)}.local."
    info = _described(f"{name}.{TYPE}", host, service)
    network = library().asyncio.AsyncZeroconf(interfaces=list(service.addresses))
    try:
        # What is interrupted before it has begun cannot be closed.
        await asyncio.shield(network.zeroconf.async_wait_for_start())
        # Who has the name: of the answers to its probes the library might hear none.
        names = listen(network.zeroconf, lambda **_: None)
        await _done(network.async_register_service(info, allow_name_change=True))
        await names.async_cancel()
    except BaseException:
        await network.async_close()
        raise
    return _Announced(network, info, service)


def _described(full_name: str, host: str, service: Service) -> "ServiceInfo":
    described: ServiceInfo = library().ServiceInfo(
        TYPE,
        full_name,
        port=service.port,
        properties=written(service),
        server=host,
        parsed_addresses=list(service.addresses),
    )
    return described


async def _done(begun: Awaitable[Awaitable[object]]) -> None:
    await (await begun)

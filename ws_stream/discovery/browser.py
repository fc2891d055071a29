"""Looks for servers on this machine's networks for some seconds.

Asks what DNS-SD asks, and nothing of the servers themselves. Whoever is there can answer anything: `service` reads it.
"""

import asyncio
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ..arguments import why
from ..errors import UsageError
from .library import library, listen
from .service import TYPE, Found, instance, nearest, read, url

if TYPE_CHECKING:
    from zeroconf import ServiceStateChange, Zeroconf
    from zeroconf.asyncio import AsyncZeroconf

MAX_FOUND = 256
"""Servers that are looked at: each may be asked for some times. A network with more has something else on it."""
_ANY_PORT = 9
"""For a socket that sends nothing."""


async def browse(
    seconds: float, interfaces: Sequence[str] | None = None
) -> tuple[list[Found], int]:
    """The servers that announce themselves within this time, and how many names there were beyond MAX_FOUND.

    On all networks, or on those of these addresses of this machine. Raises UsageError.
    """
    network = _open(interfaces)
    names = Names(network.zeroconf, seconds)
    try:
        # What is interrupted before it has begun cannot be closed.
        await asyncio.shield(network.zeroconf.async_wait_for_start())
        listen(network.zeroconf, names.changed)
        await asyncio.sleep(seconds)
        return list(names.found()), names.beyond
    finally:
        names.forget()
        await network.async_close()


class Names:
    """The names that are announced now, each with the request for what belongs to it."""

    def __init__(self, zeroconf: "Zeroconf", seconds: float) -> None:
        self.beyond = 0
        self._zeroconf = zeroconf
        self._seconds = seconds
        self._asked: dict[str, asyncio.Future[bool]] = {}

    def changed(
        self,
        zeroconf: "Zeroconf",
        service_type: str,
        name: str,
        state_change: "ServiceStateChange",
    ) -> None:
        """A name has come, or has gone; the library hands it these names."""
        if state_change.name == "Removed":
            if name in self._asked:
                self._asked.pop(name).cancel()
        elif name in self._asked:
            pass
        elif len(self._asked) == MAX_FOUND:
            self.beyond += 1
        else:
            with suppress(library().Error):  # the name of no service
                info = library().asyncio.AsyncServiceInfo(TYPE, name)
                question = library().DNSQuestionType.QM
                request = info.async_request(zeroconf, self._seconds * 1000, question)
                self._asked[name] = asyncio.ensure_future(request)

    def found(self) -> Iterator[Found]:
        """Those of which enough is known now."""
        for name in self._asked:
            info = library().asyncio.AsyncServiceInfo(TYPE, name)
            if info.load_from_cache(self._zeroconf):
                service = read(info.parsed_addresses(), info.port, info.properties)
                if service:
                    address = nearest(service.addresses, map(_way, service.addresses))
                    yield Found(instance(name), url(service, address), service)

    def forget(self) -> None:
        """Ask for none any more."""
        for asking in self._asked.values():
            asking.cancel()


def _open(interfaces: Sequence[str] | None) -> "AsyncZeroconf":
    zeroconf = library()
    where = zeroconf.InterfaceChoice.All if interfaces is None else list(interfaces)
    versions = (
        (zeroconf.IPVersion.All, zeroconf.IPVersion.V4Only) if interfaces is None else (None,)
    )
    said = ""
    for version in versions:  # a machine may have no IPv6 at all
        try:
            opened: AsyncZeroconf = zeroconf.asyncio.AsyncZeroconf(where, ip_version=version)
        except (OSError, RuntimeError) as error:
            said = why(error)
        else:
            return opened
    raise UsageError(
        f"cannot look for servers: {said}; right would be a network with multicast, and UDP port 5353 to listen on"
    )


def _way(address: str) -> str | None:
    """This machine's address on the way to another, or None where there is no way."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, _ANY_PORT))  # sends nothing
            return str(probe.getsockname()[0])
    except OSError:
        return None

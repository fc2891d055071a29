"""Where sockets that listen are found: asked of the sockets and of this machine, never of what was asked for.

Knows nothing of HTTP.
"""

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path

_SIOCGIFADDR = 0x8915
"""Linux: the IPv4 address of a network interface; Python has no name for it."""
_IF_INET6 = Path("/proc/net/if_inet6")
"""Linux: a line for each IPv6 address of this machine."""
_PASSING = 0x01 | 0x20
"""Of the flags there: temporary or deprecated, so soon another one."""
_SOMEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Addresses for documentation, which nobody has."""


def addresses(sockets: Iterable[socket.socket]) -> list[str]:
    """HOST:PORT as it stands in a URL, for each address at which these sockets are found; loopback first."""
    found: dict[str, bool] = {}
    for listening in sockets:
        if listening.family == socket.AF_UNIX:
            continue
        host, port, *rest = listening.getsockname()
        for address in _expanded(listening, host):
            zone = f"%25{socket.if_indextoname(rest[1])}" if rest[1:] and rest[1] else ""
            shown = f"[{address}{zone}]" if ":" in address else address
            found[f"{shown}:{port}"] = ip_address(address).is_loopback
    return sorted(found, key=lambda address: (not found[address], address.startswith("[")))


def urls(sockets: Sequence[socket.socket], scheme: str, query: str) -> list[str]:
    """Those of the page at these sockets, and unix:PATH for each that only a proxy can be asked to reach."""
    files = (s.getsockname() for s in sockets if s.family == socket.AF_UNIX)
    return [
        *(f"{scheme}://{address}/{query}" for address in addresses(sockets)),
        *(f"unix:{os.fsdecode(file).replace(chr(0), '@')}" for file in files),
    ]


def port_of(sockets: Iterable[socket.socket]) -> int:
    """Of the first of these that has one, else 0."""
    ports = (s.getsockname()[1] for s in sockets if s.family != socket.AF_UNIX)
    return next(ports, 0)


def _expanded(listening: socket.socket, host: str) -> Iterator[str]:
    """The host itself, or where it stands for all addresses of this machine, those of each family that is heard."""
    if not ip_address(host).is_unspecified:
        yield host
        return
    if listening.family == socket.AF_INET or not listening.getsockopt(
        socket.IPPROTO_IPV6, socket.IPV6_V6ONLY
    ):
        yield from own_addresses(socket.AF_INET)
    if listening.family == socket.AF_INET6:
        yield from own_addresses(socket.AF_INET6)


def own_addresses(family: int) -> Iterator[str]:
    """This machine's addresses of a family, as far as they are there now. None that need a zone beside them."""
    listed = _ipv4() if family == socket.AF_INET else _ipv6()
    for address in dict.fromkeys([*listed, *_way_out(family)]):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
            yield address


def _ipv4() -> Iterator[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):  # it has none, or this is not Linux
                request = name.encode()[:15].ljust(256, b"\0")
                yield socket.inet_ntoa(fcntl.ioctl(probe, _SIOCGIFADDR, request)[20:24])


def _ipv6() -> Iterator[str]:
    with contextlib.suppress(OSError):  # there is no IPv6, or this is not Linux
        for line in _IF_INET6.read_text().splitlines():
            digits, _, _, _, flags, _ = line.split()
            address = ip_address(bytes.fromhex(digits))
            if not address.is_link_local and not int(flags, 16) & _PASSING:
                yield str(address)


def _way_out(family: int) -> Iterator[str]:
    """Loopback, and the address that the way to anywhere has: all there is to ask elsewhere than on Linux."""
    yield "127.0.0.1" if family == socket.AF_INET else "::1"
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((_SOMEWHERE[socket.AddressFamily(family)], 9))  # sends nothing
        yield probe.getsockname()[0]

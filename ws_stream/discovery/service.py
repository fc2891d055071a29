"""A server as DNS-SD (RFC 6763) tells of it: what its TXT record says, and what is believed of another's. Pure.

Whoever is on the network can announce anything. What is read here is bounded, and made of visible letters.
"""

import re
from collections.abc import Iterable, Mapping
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from ..printable import printable

TYPE = "_ws-stream._tcp.local."
VERSION = b"1"
"""Of the wire protocol: `ws-stream.v1`."""
MAX_TEXT = 255
"""Bytes of one string of a TXT record, its key included: DNS has one byte for its length."""
MAX_NAME = 55
"""Bytes of a name: a label of DNS has 63, and where a name is taken a number is added."""
MAX_ADDRESSES = 16
"""Of one server; no device has more networks."""

_STREAM = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PATH = re.compile(r"/[A-Za-z0-9._~/-]{0,99}")
_MORE = re.compile(r"\+([0-9]{1,6})")


class Service(NamedTuple):
    """Where a server is found, and what it has."""

    addresses: tuple[str, ...]
    port: int
    streams: tuple[str, ...]
    path: str = "/"
    tls: bool = False
    token: bool = False
    more: int = 0
    """Streams beyond those named, where not all fit."""


def written(service: Service) -> dict[str, bytes]:
    """The TXT record: keys are ASCII and short, and no string is longer than DNS has room for."""
    return {
        "path": service.path.encode(),
        "streams": _fitting(service.streams, MAX_TEXT - len("streams=")),
        "version": VERSION,
        "tls": b"%d" % service.tls,
        "token": b"%d" % service.token,
    }


def _fitting(streams: tuple[str, ...], room: int) -> bytes:
    """Their names with commas between; of more than fit the first ones, and how many there are beyond: `a,b,+10`."""
    for named in range(min(len(streams), room), -1, -1):
        more = len(streams) - named
        text = ",".join([*streams[:named], *([f"+{more}"] if more else [])])
        if len(text) <= room:
            return text.encode()
    raise AssertionError("the count alone always fits")


def read(
    addresses: Iterable[str], port: int | None, record: Mapping[bytes, bytes | None]
) -> Service | None:
    """What another's announcement says of a server that one could open; None where there is nothing to open."""
    reachable = tuple(dict.fromkeys(filter(_can_be_opened, addresses)))[:MAX_ADDRESSES]
    if not (reachable and port):
        return None
    said = {key.lower(): value or b"" for key, value in reversed([*record.items()])}
    words = said.get(b"streams", b"")[:MAX_TEXT].decode("ascii", "replace").split(",")
    path = said.get(b"path", b"")[:MAX_TEXT].decode("ascii", "replace")
    more = _MORE.fullmatch(words[-1])
    return Service(
        reachable,
        port,
        tuple(word for word in words if _STREAM.fullmatch(word)),
        path if _PATH.fullmatch(path) else "/",
        tls=said.get(b"tls") == b"1",
        token=said.get(b"token") == b"1",
        more=int(more[1]) if more else 0,
    )


def _can_be_opened(text: str) -> bool:
    """Whether a browser elsewhere could: no announcement leads to the reader's own machine, or to all of them."""
    address = ip_address(text.partition("%")[0])
    # One of IPv6 for a single link needs a zone beside it, which browsers cannot be told.
    needs_zone = isinstance(address, IPv6Address) and address.is_link_local
    return not (
        needs_zone
        or address.is_loopback
        or address.is_unspecified
        or address.is_multicast
        or address.is_reserved  # an IPv4 one dressed as IPv6, and those for all at once
    )


def url(service: Service, address: str) -> str:
    """What a browser opens. The host is an address, never a name: those in announcements are anybody's."""
    host = f"[{address}]" if ":" in address else address
    return f"http{'s' if service.tls else ''}://{host}:{service.port}{service.path}"


def nearest(addresses: Iterable[str], ways: Iterable[str | None]) -> str:
    """The address that shares most with this machine's own on the way there; `ways` has that for each, if any.

    A device announces all its addresses, and some of them may be of networks that only it is on. One that is this
    machine's own comes last, as many machines have the same one (172.17.0.1) for what runs inside.
    """
    return max(zip(addresses, ways, strict=True), key=lambda pair: _shared(*pair))[0]


def _shared(address: str, own: str | None) -> int:
    """Bits at the front that two addresses have in common."""
    if own is None or own == address:
        return -1
    one, other = ip_address(address), ip_address(own)
    if one.version != other.version:
        return -1
    return one.max_prefixlen - (int(one) ^ int(other)).bit_length()


def label(name: str) -> str:
    """A machine's name as the name of its server: the first of its labels, within DNS's bounds."""
    first = printable(name.partition(".")[0])
    return first.encode()[:MAX_NAME].decode(errors="ignore").strip() or "ws-stream"


def instance(full_name: str) -> str:
    """The name that a server announced itself by, in one line of letters."""
    return printable(full_name[: -len(f".{TYPE}")], MAX_NAME + len("-12345678"))


class Found(NamedTuple):
    """A server that was found."""

    name: str
    url: str
    service: Service

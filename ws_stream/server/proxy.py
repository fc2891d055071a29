"""What stands between this server and who asks: which proxies are believed, and what they say. Pure.

One way of saying it is read, the headers X-Forwarded-For, -Proto and -Host, which every proxy can send; of anybody else
they say nothing. Knows nothing of sockets. docs/proxy.md has the table for users.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..arguments import each, matching
from ..errors import UsageError
from ..printable import printable
from .gate import UNIX
from .request import HttpRequest

_TRUSTED = each(matching(".*", "an address or a network of proxies, or 'unix'"))
_ROOT_PATH = matching(
    r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}){0,8}/?",  # no letter of it can be written in two ways
    "a path like '/camera1'",
)
_SECURE = {"http": False, "ws": False, "https": True, "wss": True}
_WITH_PORT = re.compile(r"\[([^]]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Forwarded(NamedTuple):
    """What a proxy that is believed says of a request."""

    address: str
    """Where it comes from."""
    is_secure: bool | None
    """Whether it came by https; None where that is not said."""
    host: str | None
    """What it asked for; None where that is in `Host`."""


class Proxies:
    """Those whose peers' addresses are `trusted`: addresses, networks, or "unix" for all peers on a Unix socket.

    They show this server under `root_path`, whether or not they take it off. Raises UsageError for what names none.
    """

    def __init__(self, trusted: Iterable[str] = (), root_path: str = "") -> None:
        named = set(trusted)
        self._networks = tuple(map(_network, sorted(named - {UNIX})))
        self._trusts_unix = UNIX in named
        self.root_path = root_path.rstrip("/")

    def trusts(self, peer: str) -> bool:
        """Whether what this peer says of others is believed."""
        if peer == UNIX:
            return self._trusts_unix
        address = _address(peer) if self._networks else None
        return address is not None and any(address in network for network in self._networks)

    def forwarded(self, peer: str, read: Callable[[str], str | None]) -> Forwarded:
        """What a peer that is believed says in its headers; `read` is one of them. Raises UsageError.

        Whoever asks can write what stands left in X-Forwarded-For, so it is read from the right, as far as it is of
        proxies that are believed.
        """
        client = peer
        ways = read("X-Forwarded-For")
        said = ways.split(",") if ways else []
        while said and self.trusts(client):
            client = _client(said.pop())
        scheme = (read("X-Forwarded-Proto") or "").lower()
        if scheme and scheme not in _SECURE:
            raise UsageError(_cannot_be("X-Forwarded-Proto", scheme, "http or https"))
        return Forwarded(client, _SECURE.get(scheme), read("X-Forwarded-Host"))

    def original(self, asked: HttpRequest, peer: str) -> tuple[HttpRequest, str]:
        """What a request was before it came through proxies, and the address it came from. Raises UsageError."""
        if not self.trusts(peer):
            return asked, peer
        said = self.forwarded(peer, lambda name: asked.headers.get(name.lower()))
        host = {} if said.host is None else {"host": said.host}
        is_secure = asked.is_secure if said.is_secure is None else said.is_secure
        asked = asked._replace(headers={**asked.headers, **host}, is_secure=is_secure)
        return asked, said.address

    def target(self, target: str) -> str:
        """What is asked for here: a proxy may have left the path under which it shows this server, or not."""
        if self.root_path and target.startswith(f"{self.root_path}/"):
            return target[len(self.root_path) :]
        return target


def checked_proxies(trusted: object, root_path: object) -> Proxies:
    """The proxies of these arguments. Raises UsageError."""
    return Proxies(
        _TRUSTED.take("trusted_proxies", trusted), _ROOT_PATH.take("root_path", root_path)
    )


def _network(name: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(name, strict=False)
    except ValueError:
        raise UsageError(
            f"'{printable(name)}' names no proxy; right would be its address like 192.168.1.7, a network like "
            "10.0.0.0/8, or 'unix' for all that connect to a Unix socket"
        ) from None


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _client(text: str) -> str:
    """The address in one entry of X-Forwarded-For; some proxies write its port, too."""
    text = text.strip()
    match = _WITH_PORT.fullmatch(text)
    found = _address((match[1] or match[2]) if match else text)
    if found is None:
        raise UsageError(_cannot_be("X-Forwarded-For", text, "the address of who asks the proxy"))
    return str(found)


def _cannot_be(header: str, text: str, right: str) -> str:
    return f"{header} '{printable(text)}' cannot be, as the proxy says it; right would be {right}"

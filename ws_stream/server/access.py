"""Whose requests are answered, and the headers that keep other pages out. Pure.

Knows nothing of streams or sockets. docs/network.md has the table for users.
"""

import re
import socket
from collections.abc import Iterable
from ipaddress import ip_address
from typing import NamedTuple

from ..errors import UsageError
from ..printable import printable

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?")
"""Of hosts; nothing else gets into a header or into advice."""
_HOST = r"(?P<host>\[[0-9a-f:.]+(?:%[a-z0-9._-]*)?\]|[^][:/@?#\s]+)(?P<port>:[0-9]*)?"
_AUTHORITY = re.compile(_HOST, re.IGNORECASE)
_ORIGIN = re.compile(rf"(?P<scheme>[a-z][a-z0-9+.-]*)://{_HOST}", re.IGNORECASE)
_ANY_PORT = ":*"
"""As policies for browsers have it."""
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
"""Browsers leave them out."""

_OPENER = "Cross-Origin-Opener-Policy"
_NEVER = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "usb")
"""What of a visitor's machine no page of this server may ask for."""
_PERMISSIONS = ", ".join(f"{feature}=()" for feature in _NEVER)
_LOOPBACK_FRAMES = ("localhost", "*.localhost", "127.0.0.1")
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; "
    "img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


class _Origin(NamedTuple):
    """Of a page, as it is compared."""

    scheme: str
    host: str
    port: str
    """With its colon; empty where it is the scheme's own."""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{self.port}"


class AccessPolicy:
    """Whose requests are answered: one rule, whatever the server listens on.

    A page of the Internet can make the browser of somebody on this LAN send requests here, also under a name that it
    points at this address. So the name asked for (`Host`) must be one that no page can point: an address, a name of
    loopback, this machine's own, or one of `hosts`. And the page that asks (`Origin`) must lie on the very host it asks
    for, whatever its port, both on loopback, or be one of `origins`. Pages of those hosts, and of `frames`, may frame
    the viewer. Raises UsageError for what is no host and no origin.
    """

    def __init__(
        self, hosts: Iterable[str] = (), origins: Iterable[str] = (), frames: Iterable[str] = ()
    ) -> None:
        self._hosts = frozenset(map(_checked_host, hosts))
        self._origins = frozenset(map(_checked_origin, origins))
        self._frames = "".join(sorted(f" {_checked_frame(frame)}" for frame in frames))
        own = socket.gethostname().lower()
        # One of several labels may be a name of the Internet that somebody else points here.
        self._own = {own, f"{own}.local"} if "." not in own else set()

    def refusal(self, host: str | None, origin: str | None) -> str | None:
        """Why this request is not answered, in one sentence that says what would be right, or None."""
        asked = _host(host)
        if not asked:
            return f"'{printable(host or '')}' is no host; right would be one name or address in the header Host"
        if not self._is_host(asked):
            return f"the host {asked} is not answered for; right would be --allow-host {asked}"
        page = _origin(origin)
        if origin is None or (page and self._is_page(page, asked)):
            return None
        if not page:
            return f"pages of '{printable(origin)}' are not answered; right would be a page that a host serves by http"
        return f"pages of {page} are not answered; right would be --allow-origin {page}"

    def headers(
        self, host: str | None, origin: str | None, *, is_secure: bool = False
    ) -> dict[str, str]:
        """Go with every reply. The pages that may ask may also read what is served."""
        asked = _host(host)
        may_frame = {asked, *(_LOOPBACK_FRAMES if is_loopback(asked) else ())} - {""}
        if not self._is_host(asked):
            may_frame = set()
        # Such a policy can name no IPv6 address.
        names = sorted(name for name in may_frame if ":" not in name)
        frames = "".join(f" http://{name}:* https://{name}:*" for name in names)
        page = origin if origin is not None and self.refusal(host, origin) is None else ""
        return {
            **({"Access-Control-Allow-Origin": page} if page else {}),
            # Of other hosts browsers heed it by TLS only, and complain of it on each page.
            **({_OPENER: "same-origin"} if is_secure or is_loopback(asked) else {}),
            "Cross-Origin-Resource-Policy": "cross-origin" if page else "same-origin",
            "Content-Security-Policy": _POLICY + frames + self._frames,
            "Permissions-Policy": _PERMISSIONS,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-cache",
        }

    def _is_host(self, name: str) -> bool:
        known = name in self._own or name in self._hosts
        return known or is_loopback(name) or _is_address(name)

    def _is_page(self, page: _Origin, asked: str) -> bool:
        both_here = is_loopback(page.host) and is_loopback(asked)
        is_allowed = not self._origins.isdisjoint({page, page._replace(port=_ANY_PORT)})
        return page.host == asked or is_allowed or both_here


def _checked_host(name: object) -> str:
    """The name as it is compared. Raises UsageError for what is none."""
    found = _canonical(name) if isinstance(name, str) else ""
    if not found:
        raise UsageError(
            f"{printable(repr(name))} names no host; right would be a name like kiosk.example or an address like "
            "192.168.1.7, without port"
        )
    return found


def _checked_origin(text: object) -> _Origin:
    """The origin as it is compared. Raises UsageError for what is none."""
    is_any = isinstance(text, str) and text.endswith(_ANY_PORT)
    found = _origin(f"{text[:-1]}1" if is_any else text) if isinstance(text, str) else None
    if not found:
        raise UsageError(
            f"{printable(repr(text))} is no origin of pages; right would be one like http://panel.example:3000, "
            "or with :* for all its ports"
        )
    return found._replace(port=_ANY_PORT) if is_any else found


def _checked_frame(text: object) -> _Origin:
    """The same, of a page that may frame others: policies can name no IPv6 address. Raises UsageError."""
    found = _checked_origin(text)
    if ":" in found.host:
        raise UsageError(
            f"browsers let no page of {found} be named for frames; right would be a name or an IPv4 address"
        )
    return found


def _host(authority: str | None) -> str:
    """The host named in a header `Host`, as it is compared; "" where there is none."""
    match = _AUTHORITY.fullmatch(authority or "")
    return _canonical(match["host"]) if match else ""


def _origin(text: str | None) -> _Origin | None:
    """What a header `Origin` says; None for no page of a host."""
    match = _ORIGIN.fullmatch(text or "")
    host = _canonical(match["host"]) if match else ""
    if not match or not host:
        return None
    scheme, port = match["scheme"].lower(), match["port"] or ""
    return _Origin(scheme, host, "" if port in (":", _DEFAULT_PORTS.get(scheme)) else port)


def _canonical(name: str) -> str:
    """A name or an address as it is compared; "" for what is neither."""
    name = name.lower().removesuffix(".")
    try:
        address = ip_address(name.removeprefix("[").removesuffix("]").partition("%")[0])
    except ValueError:
        return name if _NAME.fullmatch(name) else ""
    if address.version == 4 and name != str(address):  # noqa: PLR2004 - only IPv6 has brackets, and zones
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def _is_address(name: str) -> bool:
    try:
        return bool(ip_address(name))
    except ValueError:
        return False


def is_loopback(name: str) -> bool:
    """Whether this host, as it is compared, is the machine that asks."""
    if _is_address(name):
        return ip_address(name).is_loopback
    return name == "localhost" or name.endswith(".localhost")

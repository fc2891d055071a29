"""Whose requests are answered, and the headers that keep other pages out. Pure.

Knows nothing of streams or sockets. docs/network.md has the table for users.
"""

import re
import socket
from collections.abc import Iterable
from ipaddress import ip_address

from ..errors import UsageError
from ..printable import printable

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?")
"""Of hosts; nothing else gets into a header or into advice."""
_HOST = r"(\[[0-9a-f:.]+(?:%[a-z0-9._-]*)?\]|[^][:/@?#\s]+)(?::[0-9]*)?"
_AUTHORITY = re.compile(_HOST, re.IGNORECASE)
_ORIGIN = re.compile(rf"[a-z][a-z0-9+.-]*://{_HOST}", re.IGNORECASE)

_OPENER = "Cross-Origin-Opener-Policy"
_NEVER = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "usb")
"""What of a visitor's machine no page of this server may ask for."""
_PERMISSIONS = ", ".join(f"{feature}=()" for feature in _NEVER)
_LOOPBACK_FRAMES = ("localhost", "*.localhost", "127.0.0.1")
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; "
    "img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


class AccessPolicy:
    """Whose requests are answered: one rule, whatever the server listens on.

    A page of the Internet can make the browser of somebody on this LAN send requests here, also under a name that it
    points at this address. So the name asked for (`Host`) must be one that no page can point: an address, a name of
    loopback, this machine's own. And the page that asks (`Origin`) must lie on the very host it asks for, whatever its
    port, or both on loopback. Everything else is allowed by name. Raises UsageError for what is no name.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(map(_checked, allowed))
        own = socket.gethostname().lower()
        # One of several labels may be a name of the Internet that somebody else points here.
        self._own = {own, f"{own}.local"} if "." not in own else set()

    def refusal(self, host: str | None, origin: str | None) -> str | None:
        """Why this request is not answered, in one sentence that says what would be right, or None."""
        asked = _match(_AUTHORITY, host)
        if not asked:
            return f"'{printable(host or '')}' is no host; right would be one name or address in the header Host"
        if not self._is_host(asked):
            return f"the host {asked} is not answered for; right would be --allow-host {asked}"
        page = _match(_ORIGIN, origin)
        if origin is None or self._is_page(page, asked):
            return None
        if not page:
            return f"pages of '{printable(origin)}' are not answered; right would be a page that a host serves by http"
        return f"pages of {page} are not answered; right would be --allow-host {page}"

    def headers(
        self, host: str | None, origin: str | None, *, is_secure: bool = False
    ) -> dict[str, str]:
        """Go with every reply. The pages that may ask may also frame the viewer, and read what is served."""
        asked = _match(_AUTHORITY, host)
        may_frame = set(self._allowed)
        if self._is_host(asked):
            may_frame |= {asked, *(_LOOPBACK_FRAMES if _is_loopback(asked) else ())}
        # Such a policy can name no IPv6 address.
        names = sorted(name for name in may_frame if ":" not in name)
        frames = "".join(f" http://{name}:* https://{name}:*" for name in names)
        page = origin if origin is not None and self.refusal(host, origin) is None else ""
        return {
            **({"Access-Control-Allow-Origin": page} if page else {}),
            # Of other hosts browsers heed it by TLS only, and complain of it on each page.
            **({_OPENER: "same-origin"} if is_secure or _is_loopback(asked) else {}),
            "Cross-Origin-Resource-Policy": "cross-origin" if page else "same-origin",
            "Content-Security-Policy": _POLICY + frames,
            "Permissions-Policy": _PERMISSIONS,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-cache",
        }

    def _is_host(self, name: str) -> bool:
        known = name in self._own or name in self._allowed
        return known or _is_loopback(name) or _is_address(name)

    def _is_page(self, page: str, asked: str) -> bool:
        both_here = _is_loopback(page) and _is_loopback(asked)
        return page == asked or page in self._allowed or both_here


def _checked(name: object) -> str:
    """The name as it is compared. Raises UsageError for what is none."""
    found = _canonical(name) if isinstance(name, str) else ""
    if not found:
        raise UsageError(
            f"{printable(repr(name))} names no host; right would be a name like kiosk.example or an address like "
            "192.168.1.7, without port"
        )
    return found


def _match(pattern: re.Pattern[str], text: str | None) -> str:
    """The host named in a header, as it is compared; "" where there is none."""
    match = pattern.fullmatch(text or "")
    return _canonical(match[1]) if match else ""


def _canonical(name: str) -> str:
    """A name or an address as it is compared; "" for what is neither."""
    name = name.lower().removesuffix(".")
    try:
        address = ip_address(name.removeprefix("[").removesuffix("]").partition("%")[0])
    except ValueError:
        return name if _NAME.fullmatch(name) else ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def _is_address(name: str) -> bool:
    try:
        return bool(ip_address(name))
    except ValueError:
        return False


def _is_loopback(name: str) -> bool:
    if _is_address(name):
        return ip_address(name).is_loopback
    return name == "localhost" or name.endswith(".localhost")

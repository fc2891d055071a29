"""Whose requests are answered, and the headers that keep other pages out. Pure.

Knows nothing of streams or sockets.
"""

import ipaddress
import re
import socket
from urllib.parse import urlsplit

_HOST_LETTERS = re.compile(r"[a-z0-9._:-]*")
"""Of names and addresses; nothing else gets into a header or is compared."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


class AccessPolicy:
    """Whose requests are answered.

    A page of the Internet can make the browser of somebody on this LAN send requests here, under a name that it points
    at this address. So the names asked for (`Host`) and the pages that ask (`Origin`) must be ones no attacker owns:
    IP literals, localhost, `*.local`, this machine's own name, or allowed by name. As an Origin an IP literal must also
    be of a private network, or the very address asked for.
    """

    def __init__(self, allowed: frozenset[str] = frozenset()) -> None:
        own = socket.gethostname().lower()
        self._allowed = {name.lower() for name in allowed}
        self._names = {"localhost", own, f"{own}.local"} | self._allowed

    def refusal(self, host: str | None, origin: str | None) -> str | None:
        """Why this request is not answered, in one sentence, or None."""
        asked = _hostname(f"//{host}")
        if not asked or not (self._is_own(asked) or _address(asked)):
            return f"the host '{host}' is not allowed here; start the server with --allow-host {asked or 'NAME'}"
        if origin is None:
            return None
        page = _hostname(origin)
        address = _address(page)
        if page == asked or self._is_own(page) or (address and not address.is_global):
            return None
        return f"the origin '{origin}' is not allowed here; start the server with --allow-host {page or 'NAME'}"

    def headers(self, host: str | None) -> dict[str, str]:
        """Go with every reply. Pages on this host, whatever their port, and on allowed ones may frame the viewer."""
        asked = _hostname(f"//{host}")
        may_frame = {asked, *self._allowed} if self._is_own(asked) or _address(asked) else set()
        hosts = (f"[{name}]" if ":" in name else name for name in sorted(may_frame))
        frames = "".join(f" http://{host}:* https://{host}:*" for host in hosts)
        return {
            "Content-Security-Policy": _POLICY + frames,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-cache",
        }

    def _is_own(self, name: str) -> bool:
        return name in self._names or name.endswith((".local", ".localhost"))


def _hostname(url: str) -> str:
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return name if _HOST_LETTERS.fullmatch(name) else ""


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None

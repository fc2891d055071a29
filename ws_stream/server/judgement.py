"""Whether a request may have what it asks for: one function decides, and all that answers asks it.

Host and page first, so that a page that may not ask cannot try tokens either. Then the right that the path needs.
Knows nothing of sockets, nor of what is at a path.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from http import HTTPStatus
from typing import NamedTuple

from .access import AccessPolicy
from .allowances import Allowances
from .request import HttpRequest
from .tokens import Right, Tokens, bearer, presented

WRONG_A_SECOND, WRONG_AT_ONCE = 0.5, 30
"""Wrong tokens of one address. A page of a dozen streams whose token was withdrawn presents it some thirty times."""
NEEDED: Mapping[str, Right] = {
    "metrics": Right.VIEW,
    "mjpeg": Right.VIEW,
    "signin": Right.VIEW,
    "snapshot": Right.VIEW,
    "stream": Right.VIEW,
    "streams": Right.VIEW,
}
"""By the first part of a path; what is not here, as the page's own files, tells nothing of this device."""
_PORT = re.compile(r":([0-9]{1,5})")


class Verdict(NamedTuple):
    """What a request may do, and why it has no reply but a refusal."""

    right: Right
    refused: HTTPStatus | None = None
    sentence: str = ""
    headers: Mapping[str, str] = {}
    token: str = ""
    """That of `Authorization`, where it gives the right."""


class Judge:
    """Without tokens there is no right that a request lacks."""

    def __init__(
        self, policy: AccessPolicy, read: Callable[[], Tokens | None] = lambda: None
    ) -> None:
        self.policy = policy
        self.tokens = read()
        self._read = read
        self._wrong = Allowances(WRONG_A_SECOND, WRONG_AT_ONCE)

    def reload(self) -> None:
        """From now on ask for the tokens that are known now. Raises UsageError, and then asks for those before."""
        self.tokens = self._read()

    def change(self, other: "Judge") -> None:
        """From now on judge as another does."""
        self.policy, self.tokens, self._read = other.policy, other.tokens, other._read

    def judge(self, request: HttpRequest, address: Hashable, now: float) -> Verdict:
        """The verdict on a request from this address (of `peers.origin`) at this time in seconds."""
        refusal = self.policy.refusal(request.host, request.origin)
        if refusal and not request.is_health_check:
            return Verdict(Right.NOTHING, HTTPStatus.FORBIDDEN, refusal)
        if request.lacks_tls:
            return _lacks_tls(request)
        needed = NEEDED.get(request.path.removeprefix("/").partition("/")[0], Right.NOTHING)
        if self.tokens is None:
            return Verdict(Right.CONTROL)
        if needed is Right.NOTHING or request.method not in ("GET", "HEAD"):
            return Verdict(Right.NOTHING)
        offered = tuple(presented(request, cookie_name(request.host)))
        right = self._right(offered, address, now)
        if right is None:
            return _SLOWED
        refused = _WRONG if offered else _MISSING
        return Verdict(right, token=bearer(request) or "") if right >= needed else refused

    def right(self, request: HttpRequest) -> Right:
        """What its tokens give, whoever asks and however often."""
        if self.tokens is None:
            return Right.CONTROL
        return self.tokens.right(presented(request, cookie_name(request.host)))

    def _right(self, offered: tuple[str, ...], address: Hashable, now: float) -> Right | None:
        """What these tokens give; None where too many of this address were wrong for more to be looked at now."""
        assert self.tokens
        if not offered:
            return Right.NOTHING
        allowance = self._wrong.of(address, now)
        if allowance.due() > now:
            return None
        right = self.tokens.right(offered)
        if right is Right.NOTHING:
            allowance.take(now)
        return right


def _lacks_tls(request: HttpRequest) -> Verdict:
    """No redirect, which no program would tell of."""
    right = f"https://{request.host}/" if request.host else "https"
    sentence = f"this port speaks https; right would be {right}"
    return Verdict(Right.NOTHING, HTTPStatus.BAD_REQUEST, sentence)


def cookie_name(host: str | None) -> str:
    """Of the cookie that holds a token: browsers keep one jar for all ports of a host."""
    port = _PORT.search(host or "", (host or "").rfind("]") + 1)
    return f"ws-stream-{port[1]}" if port else "ws-stream"


_BEARER = {"WWW-Authenticate": 'Bearer realm="ws-stream"'}
_MISSING = Verdict(
    Right.NOTHING,
    HTTPStatus.UNAUTHORIZED,
    "a token is needed to see this; right would be one of the server's --token-file",
    _BEARER,
)
_WRONG = Verdict(
    Right.NOTHING,
    HTTPStatus.UNAUTHORIZED,
    "this token gives no right to see this; right would be one of the server's --token-file",
    _BEARER,
)
_SLOWED = Verdict(
    Right.NOTHING,
    HTTPStatus.TOO_MANY_REQUESTS,
    "too many wrong tokens came from your address; right would be to try again in some seconds",
    {"Retry-After": f"{1 / WRONG_A_SECOND:.0f}"},
)

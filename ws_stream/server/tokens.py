"""Who may see, and who may touch: tokens, and the right that each of them gives.

Pure, but for reading the file.
"""

import hashlib
import hmac
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from enum import IntEnum
from pathlib import Path

from ..arguments import PATH, why
from ..errors import UsageError
from ..printable import printable
from ..protocol.token import CARRIER, LETTERS
from .request import HttpRequest

_TOKEN = re.compile(LETTERS)
VARIABLE = "WS_STREAM_TOKEN"
"""Of the environment: a token for commands, to ask for or to present."""
_SECRET_BYTES = 32
_MOST_BYTES = 65536
"""Of a file: some 400 tokens."""
_OTHERS = stat.S_IRWXO | stat.S_IWGRP
"""A group may read: systemd hands a service its credentials so."""


class Right(IntEnum):
    """What somebody may do; each includes those before."""

    NOTHING = 0
    VIEW = 1
    """See pictures, and what the server says of its streams."""
    CONTROL = 2
    """Operate the device as well, where that is allowed at all."""


_RIGHTS = {"view": Right.VIEW, "control": Right.CONTROL}

Line = tuple[bytes, Right]
"""The hash of a token, and the right it gives."""


class Tokens:
    """Those that give a right. Only their hashes are kept, so neither a log nor a core file has one."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._rights: dict[bytes, Right] = {}
        for token, right in lines:
            self._rights[token] = max(right, self._rights.get(token, Right.NOTHING))

    def right(self, presented: Iterable[str]) -> Right:
        """The greatest right that any of these tokens gives. Takes as long whatever they are."""
        granted = Right.NOTHING
        for token in presented:
            asked = _hash(token)
            for known, right in self._rights.items():
                if hmac.compare_digest(asked, known):
                    granted = max(granted, right)
        return granted


def known(lines: object, file: object) -> Tokens | None:
    """Those of the lines and of the file, None where there is neither. Raises UsageError, which shows none of them."""
    if lines is None and file is None:
        return None
    found = [] if lines is None else _lines(lines)
    if file is not None:
        found += _read(Path(PATH.take("token_file", file)))
    return Tokens(found)


def _lines(lines: object) -> list[Line]:
    texts = lines.splitlines() if isinstance(lines, str) else lines
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise UsageError(
            "tokens must be lines of text; right would be ['view:TOKEN', 'control:TOKEN']"
        )
    return _parsed(texts, "tokens")


def _parsed(lines: Iterable[str], where: str) -> list[Line]:
    """One for each line `view:TOKEN` or `control:TOKEN`; empty lines and those with # are none.

    Raises UsageError that says which line of `where` is wrong, never what it holds.
    """
    found: list[Line] = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        word, _, token = text.partition(":")
        if word not in _RIGHTS or not _TOKEN.fullmatch(token):
            raise UsageError(
                f"line {number} of {where} is no token; right would be view:TOKEN or control:TOKEN, with TOKEN of "
                "22 to 128 letters, digits, - and _, as `ws-stream token` makes"
            )
        found.append((_hash(token), _RIGHTS[word]))
    if not found:
        raise UsageError(f"{where} has no token; right would be a line as `ws-stream token` makes")
    return found


def _read(path: Path) -> list[Line]:
    """Those of a file that nobody else can read. Raises UsageError."""
    name = printable(str(path))
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read the tokens of {name}: {why(error)}") from None
    if stat.S_ISREG(mode) and mode & _OTHERS:
        raise UsageError(f"others may read {name}; right would be: chmod 600 {name}")
    if len(content) > _MOST_BYTES:
        raise UsageError(f"{name} is larger than {_MOST_BYTES} bytes: no file of tokens")
    return _parsed(content.decode(errors="replace").splitlines(), name)


def bearer(request: HttpRequest) -> str | None:
    """The token in `Authorization`: said for this very request, so it counts alone."""
    scheme, _, token = request.header("authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def presented(request: HttpRequest, cookie: str) -> Iterator[str]:
    """The tokens in a request: of `Authorization`, else of the cookie of this name and of what a WebSocket offers.

    Pages of other origins can neither set a header of a WebSocket nor have our cookie, so they offer a subprotocol.
    """
    alone = bearer(request)
    if alone is not None:
        yield alone
        return
    for pair in request.header("cookie").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == cookie:
            yield value
    for offered in request.header("sec-websocket-protocol").split(","):
        if offered.strip().startswith(CARRIER):
            yield offered.strip().removeprefix(CARRIER)


def new_token() -> str:
    """One that nobody guesses: 256 bits from the system."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def _hash(token: str) -> bytes:
    """Tokens are too long to be tried, so a plain hash will do."""
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()

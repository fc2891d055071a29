"""Addresses of NATS servers, and of streams there: nats://USER:PASSWORD@HOST:PORT/SUBJECT?creds=FILE.

Knows nothing of connections. What is shown of an address never has a password.
"""

import ssl
from os import fsencode
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from ..arguments import plain, shown, why
from ..errors import UsageError
from ..limits import MAX_ADDRESS_LETTERS
from ..trust import trusting
from .schemes import is_nats, without_secrets
from .subjects import Subjects, subjects

DEFAULT_PORT = 4222
_OPTIONS = ("creds",)
_MOST_CREDS = 65536
"""Bytes of a file: many times what a user's has."""
_RIGHT_CREDS = "right would be the .creds file of a user, as `nsc` makes it"
_RIGHT = "right would be nats://HOST:PORT or tls://HOST:PORT"


class NatsAddress(NamedTuple):
    """A server, and how to be let in."""

    place: str
    """`nats://HOST:PORT` or `tls://HOST:PORT`, as it may be shown."""
    user: str | None
    password: str | None
    """None beside a user: what stands there is a token."""
    creds: str | None
    """A file with a token that an operator has signed, and its key."""
    trusted: ssl.SSLContext | None
    """By whom the server's certificate is to be vouched for; None: as the system does."""
    subject: str
    """Empty where the address names none."""

    @property
    def is_secure(self) -> bool:
        """Whether nothing is said without TLS."""
        return self.place.startswith("tls:")

    def subjects(self) -> Subjects:
        """Those of the stream named. Raises UsageError where there is none."""
        if not self.subject:
            raise UsageError(
                f"{self.place} names no stream; right would be {self.place}/SUBJECT, such as ws-stream.camera"
            )
        return subjects(self.subject)


def nats_address(text: object, tls_ca: object = None) -> NatsAddress:
    """What an address says; by tls:// those are believed whom the certificates in `tls_ca` vouch for.

    Raises UsageError, which shows no password.
    """
    if not isinstance(text, str):
        raise UsageError(f"{shown(text)} is no address of a NATS server; {_RIGHT}")
    if _has_slash_in_secret(text):
        raise UsageError(
            "an address of a NATS server has '@' behind '/'; right would be %2F for each '/' in a password or token"
        )
    safe = plain(without_secrets(text))
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port or DEFAULT_PORT
    except ValueError:
        host, port = None, 0
    is_one = host and text.isprintable() and " " not in text and len(text) <= MAX_ADDRESS_LETTERS
    if not is_one or not is_nats(text) or parts.fragment:
        raise UsageError(f"{safe!r} is no address of a NATS server; {_RIGHT}")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    for name in options:
        if name not in _OPTIONS:
            raise UsageError(f"{safe!r} has an unknown option; known are {', '.join(_OPTIONS)}")
    place = f"{parts.scheme}://{f'[{host}]' if ':' in str(host) else host}:{port}"
    return NatsAddress(
        place,
        unquote(parts.username) if parts.username else None,
        None if parts.password is None else unquote(parts.password),
        _readable(options.get("creds")),
        trusting(tls_ca, place),
        parts.path.strip("/"),
    )


def anchored_creds(address: str, folder: Path) -> str:
    """The same address whatever folder a program runs in: a relative path of a file begins at this one."""
    server, mark, query = address.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    creds = options.get("creds", "")
    if creds[:1] in ("", "/"):
        return address
    options["creds"] = str(folder / creds)
    said = "&".join(f"{quote(name)}={quote(fsencode(value))}" for name, value in options.items())
    return f"{server}{mark}{said}"


def _has_slash_in_secret(text: str) -> bool:
    """Whether what lets in goes on behind a '/', and so would be shown: no subject has '@', but a file may."""
    return "@" in text.partition("://")[2].partition("?creds=")[0].partition("/")[2]


def _readable(path: str | None) -> str | None:
    if path is None:
        return None
    try:
        with Path(path).open("rb") as file:
            content = file.read(_MOST_CREDS)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"creds={shown(path)} cannot be read ({why(error)}); {_RIGHT_CREDS}"
        ) from None
    if not all(part in content for part in (b"BEGIN NATS USER JWT", b"BEGIN USER NKEY SEED")):
        raise UsageError(f"creds={shown(path)} has no user's token and seed; {_RIGHT_CREDS}")
    return path

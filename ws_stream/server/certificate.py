"""The server's certificate and its key: read from two files, and read again when those change.

A pair that cannot be used, as while its files are being replaced, leaves the one before. Knows nothing of connections.
"""

import asyncio
import logging
import os
import ssl
import stat

from ..arguments import PATH, optional, why
from ..errors import UsageError
from ..printable import MAX_LINE, printable
from ..regular_file import read_regular

LOOK_EVERY = 2.0
"""Seconds between two looks at the files, which take 10 microseconds."""
MAX_SESSIONS = 256
"""Sessions that OpenSSL keeps of clients before TLS 1.3 without tickets; it would keep 20,480 for two hours."""
_MAX_FILE_BYTES = 1 << 20
_PASSWORDS = b"ENCRYPTED"

_log = logging.getLogger(__name__)


class Certificate:
    """Raises UsageError for a pair that cannot be used now; later ones are told of in the log, once."""

    def __init__(self, cert: str, key: str) -> None:
        self._paths = cert, key
        self._seen = self._look()
        self.context = _context(cert, key)
        """What a new connection begins by; those there are keep theirs."""
        self._said = ""
        self._timer: asyncio.TimerHandle | None = None

    def watch(self) -> None:
        """Look at the files from now on. On the event loop."""
        self._timer = asyncio.get_running_loop().call_later(LOOK_EVERY, self._watch)

    def close(self) -> None:
        """Look no more."""
        if self._timer:
            self._timer.cancel()

    def reload(self) -> None:
        """Take the pair that lies in the files now, if it can be used."""
        self._seen = self._look()
        try:
            self.context, self._said = _context(*self._paths), ""
        except UsageError as error:
            sentence = f"{error}; until then the certificate is the one before"
            if sentence != self._said:
                _log.warning("%s", printable(sentence, MAX_LINE))
            self._said = sentence

    def _watch(self) -> None:
        has_many = self.context.session_stats()["number"] > MAX_SESSIONS
        if has_many or self._look() != self._seen:
            self.reload()
        self.watch()

    def _look(self) -> list[tuple[int, ...] | None]:
        return [_signature(path) for path in self._paths]


def certificate(tls_cert: object, tls_key: object) -> Certificate | None:
    """That of these arguments; None where neither is given. Raises UsageError."""
    cert = optional(PATH).take("tls_cert", tls_cert)
    key = optional(PATH).take("tls_key", tls_key)
    if (cert is None) != (key is None):
        missing = "tls_key" if key is None else "tls_cert"
        raise UsageError(
            f"there is no {missing}; right would be tls_cert and tls_key, or neither of them"
        )
    return Certificate(cert, key) if cert is not None and key is not None else None


def _signature(path: str) -> tuple[int, ...] | None:
    """What is another when the file has changed; None where there is no such file."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a path that cannot be one is none here
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _read(path: str, what: str, *, is_secret: bool) -> bytes:
    """What a file holds. Raises UsageError."""
    right = f"right would be a {what} in PEM, in a file that this user may read"
    try:
        content, mode = read_regular(path, _MAX_FILE_BYTES)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"cannot read the {what} {printable(path)}: {why(error)}; {right}"
        ) from None
    if content is None:
        raise UsageError(f"the {what} {printable(path)} is no regular file; {right}")
    if is_secret and mode & stat.S_IROTH:
        raise UsageError(
            f"everybody on this machine may read the {what} {printable(path)}; "
            f"right would be chmod o-rwx, as whoever has it can pretend to be this server"
        )
    return content


def _context(cert: str, key: str) -> ssl.SSLContext:
    """How a connection by TLS begins. Raises UsageError for a pair that cannot be used."""
    _check(cert, _read(cert, "certificate", is_secret=False), b"CERTIFICATE-----")
    key_content = _read(key, "key", is_secret=True)
    _check(key, key_content, b"PRIVATE KEY-----")
    if _PASSWORDS in key_content:
        raise UsageError(
            f"the key {printable(key)} is encrypted; right would be one without a password, for this user only"
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION  # it is work that a peer could ask for without end
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(cert, key, password=lambda: b"")  # else it would ask the terminal
    except (ssl.SSLError, OSError, ValueError) as error:
        raise UsageError(_unfit(cert, key, error)) from None
    return context


def _check(path: str, content: bytes, last: bytes) -> None:
    """Raises UsageError unless a file holds what begins and ends with this."""
    if content.count(last) < 2:  # noqa: PLR2004 - its begin and its end
        what = last.decode().rstrip("-")
        raise UsageError(
            f"{printable(path)} holds no {what}, or not all of it; right would be a file in PEM, "
            f"from -----BEGIN to {what}-----"
        )


def _unfit(cert: str, key: str, error: Exception) -> str:
    """Why a pair cannot be used, in one sentence."""
    pair, reason = f"{printable(cert)} and {printable(key)}", getattr(error, "reason", None) or ""
    if "MISMATCH" in reason:
        return f"{pair} do not fit; right would be a certificate and the key that it was made with"
    found = f" ({reason.replace('_', ' ').lower()})" if reason else ""
    return (
        f"{pair} cannot be used{found}; right would be a certificate and its key, unharmed, in PEM"
    )

"""Which servers a client believes to be who they say, by their certificates; and what is told of others.

Knows nothing of addresses beyond their scheme, nor of what is said to whom is believed.
"""

import ssl
from urllib.parse import urlsplit

from .arguments import PATH, optional, shown, why
from .errors import UsageError

_TRUSTED = (
    "right would be --tls-ca FILE, in Python tls_ca=FILE, with its certificate or that of whoever "
    "made it, if it is known to be the device's"
)
_NAMED = "right would be a name or address that stands in it, or a new certificate with this one"
_VALID = "right would be a new one, and clocks that are right here and there"
_RIGHT = {9: _VALID, 10: _VALID, 62: _NAMED, 64: _NAMED}
"""By what OpenSSL found: not yet or no more valid, of another name or address."""
_WITH_TLS = ("wss", "tls")
_NO_TLS = frozenset(("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"))


def trusting(tls_ca: object, url: str) -> ssl.SSLContext | None:
    """Believes whom the certificates in this file vouch for, and nobody else; None: as the system does.

    Raises UsageError.
    """
    path = optional(PATH).take("tls_ca", tls_ca)
    if path is None:
        return None
    if urlsplit(url).scheme not in _WITH_TLS:
        right = "tls://" if url.startswith("nats:") else "https:// or wss://"
        raise UsageError(
            f"{shown(url)} has no certificate that tls_ca could be for; right would be {right}"
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # also one that another one made
    try:
        context.load_verify_locations(path)
    except (OSError, ValueError) as error:
        said = _reason(error).replace("_", " ").lower() or why(error)
        raise UsageError(
            f"tls_ca={shown(path)} cannot be used ({said}); right would be a file of certificates in PEM"
        ) from None
    return context


def has_certificate(url: object) -> bool:
    """Whether it is an address at which one is shown."""
    scheme, mark, _ = url.partition("://") if isinstance(url, str) else ("", "", "")
    return bool(mark) and scheme.lower() in ("https", *_WITH_TLS)


def untrusted(error: Exception) -> str | None:
    """Why there is no TLS with a server, in one sentence; None for another error."""
    if isinstance(error, ssl.SSLCertVerificationError):
        right = _RIGHT.get(error.verify_code, _TRUSTED)
        return f"its certificate is not trusted ({error.verify_message.rstrip('.')}); {right}"
    if isinstance(error, ssl.SSLError):
        reason = _reason(error)
        if reason in _NO_TLS:
            return "it does not speak TLS; right would be http:// or ws://"
        return f"TLS failed ({reason.replace('_', ' ').lower() or why(error)})"
    return None


def _reason(error: Exception) -> str:
    return getattr(error, "reason", None) or ""

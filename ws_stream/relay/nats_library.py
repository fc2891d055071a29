"""The library that speaks to NATS servers: imported when it is used, and what it complains of in sentences of ours.

Knows nothing of what is said.
"""

import asyncio
import logging
import ssl
from typing import Any

from ..extras import needed
from ..printable import printable
from ..trust import untrusted
from .nats_address import NatsAddress

VIOLATION = "permissions violation"
"""How a server begins to say what a user may not."""


def refusal(error: Exception) -> str | None:
    """What the server refuses for good, in one sentence; None for what may pass."""
    said = str(error).lower()
    if isinstance(error, ssl.SSLCertVerificationError):
        return untrusted(error)
    if type(error).__name__ == "SecureConnWantedError":
        return "it does not speak TLS, so nothing was said to it; right would be nats://, if that is meant"
    if VIOLATION in said:
        what = printable(said.partition(VIOLATION)[2].strip(" '"))
        return f"this user has no permission {what}; right would be one who has (docs/nats.md)"
    if "authorization" in said or "authentication" in said:
        right = "nats://USER:PASSWORD@HOST:PORT, nats://TOKEN@HOST:PORT or ?creds=FILE"
        return f"it does not know this user; right would be {right}"
    return None


def library() -> Any:  # noqa: ANN401 - a module
    """It. Raises UsageError where it is not installed."""
    module = needed("nats.aio.client", "nats", "a stream over NATS")
    logging.getLogger("nats").setLevel(logging.CRITICAL)  # what fails is said in sentences of ours
    return module


def errors() -> tuple[type[Exception], ...]:
    """What it raises where a connection is not as it should be."""
    return (library().errors.Error, OSError, asyncio.InvalidStateError)


def new_client(address: NatsAddress) -> Any:  # noqa: ANN401 - the library's
    """One for this server, not connected yet."""
    module = library()
    if address.creds:
        needed("nkeys", "nats", "a .creds file")

    class Client(module.Client):  # type: ignore[misc,name-defined]  # the module is not known before
        """By tls:// nothing is said in the clear: the library would do what the server wants."""

        def _connect_command(self) -> Any:  # noqa: ANN401 - bytes
            if address.is_secure and not self._server_info.get("tls_required"):
                raise module.errors.SecureConnWantedError
            return super()._connect_command()

    return Client()

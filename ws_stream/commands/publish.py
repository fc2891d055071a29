"""What `ws-stream publish` does: a stream to a subject of NATS, until somebody ends it. Knows nothing of terminals."""

import argparse
import logging
from collections.abc import AsyncIterator

from ..client import Connection
from ..printable import MAX_LINE, printable
from ..relay.addresses import name_of
from ..relay.nats_address import nats_address
from ..relay.nats_link import linked
from ..relay.nats_publisher import NatsPublisher
from ..relay.subjects import default_subject, subjects
from ..trust import has_certificate

_log = logging.getLogger(__name__)


def device_tls_ca(options: argparse.Namespace) -> str | None:
    """Whom to believe of the device: none where the file is for the NATS server alone."""
    is_for_nats = has_certificate(options.nats) and not has_certificate(options.url)
    return None if is_for_nats else options.tls_ca


async def published(device: Connection, options: argparse.Namespace) -> AsyncIterator[str]:
    """Where it is published, once the server is reached; then it goes on until it is cancelled.

    Raises UsageError, and ConnectError when the server does not let this user in.
    """
    address = nats_address(options.nats, options.tls_ca if has_certificate(options.nats) else None)
    where = subjects(options.subject or address.subject or default_subject(name_of(device)))

    def told(lost: str | None) -> None:
        if lost:
            _log.warning("%s; trying again", printable(lost, MAX_LINE))
        else:
            _log.info("connected with %s", printable(address.place))

    async with linked(address, where.needed, told) as link:
        yield f"{where.pictures}: {address.place}"
        await NatsPublisher(device, link, where).run()

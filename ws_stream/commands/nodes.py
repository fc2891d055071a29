"""What `ws-stream nodes` says: a line for each publisher and node. Knows nothing of how they are found."""

import argparse
import json
from collections.abc import Iterable, Iterator

from ..relay.nats_address import nats_address
from ..relay.nats_presence import WITHIN, Found, find


async def node_lines(options: argparse.Namespace) -> list[str]:
    """Lines of all that answer. Raises UsageError, and ConnectError when the server does not let this user in."""
    found = await find(nats_address(options.nats, options.tls_ca))
    return [*lines(found, as_json=options.json)]


def lines(found: Iterable[Found], *, as_json: bool) -> Iterator[str]:
    """A line for each, in columns; as JSON one list of objects."""
    each = [*found]
    if as_json:
        yield json.dumps([one._asdict() for one in each])
        return
    if not each:
        yield f"no publisher and no node answered within {WITHIN:g} s"
        return
    rows = [_row(one) for one in each]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _row(one: Found) -> tuple[str, ...]:
    whom = "node" if one.role == "publisher" else "viewer"
    count = f"{one.viewers} {whom}{'s' * (one.viewers != 1)}"
    age = "no picture" if one.age is None else f"age {one.age * 1000:.0f} ms"
    return one.subject, one.role, one.address, count, age

"""Who is there: publishers and nodes answer whoever asks, and whoever asks gathers what they say.

What others say is bounded and printable. Knows nothing of what they serve.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..printable import printable
from ..protocol.json_text import decode_json
from .nats_address import NatsAddress
from .nats_link import NatsLink, linked
from .subjects import WHO

WITHIN = 1.0
"""Seconds for all to answer."""
MAX_FOUND = 1000
"""Answers that are looked at."""
MAX_ANSWER = 2048
"""Bytes of one."""


class Found(NamedTuple):
    """One that has answered."""

    subject: str
    role: str
    """`publisher` or `node`."""
    address: str
    """Of the device's stream, or where a node serves."""
    viewers: int
    """Of a publisher: nodes that want pictures now."""
    age: float | None
    """Seconds since the picture was taken that it has; None: it has none now."""


async def be_found(link: NatsLink, told: Callable[[], Found]) -> None:
    """Answer from now on."""

    async def answer(message: Any) -> None:  # noqa: ANN401 - the library's
        if message.reply:
            said = {name: value for name, value in told()._asdict().items() if value is not None}
            await link.say(message.reply, json.dumps(said, separators=(",", ":")).encode())

    await link.hear(WHO, answer)


async def find(address: NatsAddress) -> list[Found]:
    """All that answer in time, sorted. Raises ConnectError, and UsageError where the extra is missing."""
    found: set[Found] = set()

    async def heard(message: Any) -> None:  # noqa: ANN401 - as above
        if len(found) < MAX_FOUND and len(message.data) <= MAX_ANSWER:
            found.update(_parsed(message.data))

    async with linked(address, [WHO]) as link:
        inbox, until = link.inbox(), time.monotonic() + WITHIN
        await link.hear(inbox, heard)
        await link.say(WHO, b"", reply=inbox)
        while time.monotonic() < until:
            await asyncio.sleep(WITHIN / 10)
            link.check()
    return sorted(found, key=lambda one: (one.subject, one.role != "publisher", one.address))


def _parsed(data: bytes) -> list[Found]:
    """What somebody says of itself; nothing where that makes no sense."""
    try:
        said = decode_json(data)
        return [_found(said)]
    except (ValueError, TypeError, KeyError, OverflowError):
        return []


def _found(said: Mapping[str, Any]) -> Found:
    subject, role, address = (printable(said[name]) for name in ("subject", "role", "address"))
    viewers, age = said["viewers"], said.get("age")
    if type(viewers) is not int or type(age) not in (int, float, type(None)):
        raise TypeError(said)
    return Found(subject, role, address, viewers, None if age is None else float(age))

"""What somebody says of itself is looked at before it is believed."""

import json
from typing import Any

import pytest

from ws_stream.relay.nats_address import nats_address
from ws_stream.relay.nats_link import linked
from ws_stream.relay.nats_presence import Found, find
from ws_stream.relay.subjects import WHO

from .nats_server import NatsServer

TOLD = {"subject": "lab.a", "role": "node", "address": "http://h", "viewers": 1}


async def found(nats: NatsServer, said: bytes) -> list[Found]:
    """What is listed where somebody answers this."""
    address = nats_address(nats.url)
    async with linked(address) as link:

        async def answer(message: Any) -> None:  # noqa: ANN401 - the library's
            await link.say(message.reply, said)

        await link.hear(WHO, answer)
        await link.taken()
        return await find(address)


async def test_an_age_in_whole_seconds_is_one(nats: NatsServer) -> None:
    assert await found(nats, json.dumps({**TOLD, "age": 2}).encode()) == [
        Found("lab.a", "node", "http://h", 1, 2.0)
    ]


@pytest.mark.parametrize(
    "said",
    [
        b"[]",
        json.dumps({**TOLD, "age": 10**400}).encode(),
        json.dumps({**TOLD, "age": "2"}).encode(),
        json.dumps({**TOLD, "viewers": None}).encode(),
    ],
    ids=["list", "huge", "text", "nobody"],
)
async def test_whoever_says_what_cannot_be_is_not_listed(nats: NatsServer, said: bytes) -> None:
    assert await found(nats, said) == []

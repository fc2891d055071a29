"""A node in a process of its own: `python -m tests.relay.node NATS SUBJECT` prints the number of each picture."""

import asyncio
import sys

from ws_stream.relay.nats_upstream import NatsUpstream

from .streams import number_of


async def main(nats: str, subject: str) -> None:
    upstream = NatsUpstream(f"{nats}/{subject}")
    await upstream.ask({"fps": 100})
    async for _, frame in upstream.messages():
        if frame:
            print(number_of(frame), flush=True)  # noqa: T201 - to the test


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

"""Answers of nodes by a real server: whoever asks hears at once, also of a node that has nothing to give any more."""

import asyncio
import time

from tests.relay.nats_server import NatsServer
from ws_stream.relay.nats_address import nats_address
from ws_stream.relay.nats_answers import Answers
from ws_stream.relay.nats_link import linked
from ws_stream.relay.nats_questions import Questions
from ws_stream.relay.subjects import QUEUE

WHERE = "lab.camera.whole"


async def test_one_that_leaves_the_group_answers_what_was_on_its_way_to_it(
    nats: NatsServer,
) -> None:
    address = nats_address(nats.url)
    async with linked(address) as node, linked(address) as asker:
        answers, questions = Answers(node, WHERE, lambda: None, QUEUE), Questions(asker)
        await answers.start()
        await questions.open()
        assert await node.taken()
        asking = asyncio.ensure_future(questions.ask(WHERE, b"", lambda _, data: data, 5.0))
        for _ in range(5):
            await asyncio.sleep(0)  # it is said
        time.sleep(0.1)  # noqa: ASYNC251 - it comes to the node's socket, and is not read yet
        answers.stop()
        assert await asking == b""

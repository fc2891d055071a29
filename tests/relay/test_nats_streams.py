"""A device's pictures at nodes, by a real NATS server."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.faults.processes import until
from tests.relay.test_parts import OTHER, parts_of
from ws_stream.relay import leases, nats_node, nats_upstream, parts
from ws_stream.relay.nats_address import nats_address
from ws_stream.relay.nats_link import NatsLink, linked
from ws_stream.relay.nats_presence import Found, find
from ws_stream.relay.subjects import WHO, subjects

from .nats_server import NatsServer, nats_server
from .streams import HEIGHT, SUBJECT, WIDTH, device, picture, publishing, viewing

WHERE = subjects(SUBJECT)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds takes tenths."""
    monkeypatch.setattr(leases, "LASTS", 0.5)
    monkeypatch.setattr(nats_node, "EVERY", 0.1)
    monkeypatch.setattr(parts, "SILENCE", 0.6)
    monkeypatch.setattr(nats_upstream, "SILENCE", 0.6)
    monkeypatch.setattr(nats_upstream, "TICK", 0.1)


@asynccontextmanager
async def heard(nats: NatsServer, subject: str) -> AsyncIterator[list[bytes]]:
    """What is said at a subject."""
    said: list[bytes] = []

    async def hear(message: object) -> None:
        said.append(getattr(message, "data", b""))

    async with linked(nats_address(nats.url)) as link:
        await link.hear(subject, hear)
        assert await link.taken()
        yield said


async def test_every_node_sees_what_the_device_shows_and_the_device_has_one_viewer(
    nats: NatsServer,
) -> None:
    async with device() as shown, publishing(shown.url, nats.url):
        assert shown.viewers == 0
        async with AsyncExitStack() as stack:
            nodes = [await stack.enter_async_context(viewing(nats.url)) for _ in range(3)]
            for node in nodes:
                await node.sees(1)
            for node in nodes:
                await node.sees(shown.number)
            assert shown.viewers == 1
            assert all(node.numbers == sorted(node.numbers) for node in nodes)


@pytest.mark.usefixtures("soon")
async def test_while_no_node_wants_pictures_nobody_watches_the_device(nats: NatsServer) -> None:
    async with device() as shown, publishing(shown.url, nats.url):
        async with viewing(nats.url) as node:
            await node.sees(1)
        await until(lambda: not shown.viewers)
        async with viewing(nats.url) as node:
            await node.sees(shown.number)


async def test_the_device_is_asked_for_the_most_that_any_node_wants(nats: NatsServer) -> None:
    async with (
        device() as shown,
        publishing(shown.url, nats.url),
        viewing(nats.url, members={"fps": 5}),
    ):
        await until(lambda: shown.stream.wanted == 5)
        async with viewing(nats.url, members={"fps": 40, "relays": 3}):
            await until(lambda: shown.stream.wanted == 40)
            (viewer,) = shown.stream.audience.subscriptions
            assert viewer.request.relays == 3


async def test_who_comes_late_to_a_picture_that_stands_still_has_it_from_a_node_alone(
    nats: NatsServer,
) -> None:
    async with (
        device(picture(1)) as shown,
        publishing(shown.url, nats.url),
        viewing(nats.url) as first,
    ):
        await first.sees(1)
        async with heard(nats, WHERE.whole_publisher) as asked, viewing(nats.url) as late:
            await late.sees(1)
        assert asked == []


async def test_where_no_node_holds_a_picture_the_publisher_gives_it_and_the_device_does_nothing(
    nats: NatsServer,
) -> None:
    async with device(picture(1)) as shown, publishing(shown.url, nats.url):
        async with viewing(nats.url) as first:
            await first.sees(1)
        async with heard(nats, WHERE.whole_publisher) as asked, viewing(nats.url) as late:
            await late.sees(1)
            assert asked
        assert shown.viewers == 1


async def test_many_who_come_at_once_are_brought_up_by_few_and_then_by_each_other(
    nats: NatsServer,
) -> None:
    async with device(picture(1)) as shown, publishing(shown.url, nats.url):
        async with viewing(nats.url) as first:
            await first.sees(1)
        async with AsyncExitStack() as stack, heard(nats, WHERE.whole_publisher) as asked:
            nodes = [await stack.enter_async_context(viewing(nats.url)) for _ in range(20)]
            for node in nodes:
                await node.sees(1)
            assert shown.viewers == 1
            assert len(asked) < 3 * len(nodes), "they go on asking"


async def test_pictures_larger_than_the_server_takes_travel_in_parts(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    with nats_server(tmp_path, {"max_payload": 1500}) as small:
        async with device(noise) as shown, publishing(shown.url, small.url):
            async with heard(small, SUBJECT) as said, viewing(small.url) as node:
                await until(lambda: node.frames)
                assert (node.frames[0].pixels == noise).all()
                async with viewing(small.url) as late:  # in parts, too
                    await until(lambda: late.frames)
                    assert (late.frames[0].pixels == noise).all()
            assert 1000 < max(map(len, said)) <= 1500


async def test_ages_count_from_the_device_and_are_as_uncertain_as_both_ways_together(
    nats: NatsServer,
) -> None:
    async with device() as shown, publishing(shown.url, nats.url), viewing(nats.url) as node:
        await until(lambda: len(node.ages) > 3)
        for seconds, uncertainty in node.ages:
            assert seconds - uncertainty < 5.0
            assert uncertainty > 0


async def test_what_is_wrong_at_the_device_is_told_to_viewers_also_to_late_ones(
    nats: NatsServer,
) -> None:
    async with (
        device(picture(1)) as shown,
        publishing(shown.url, nats.url),
        viewing(nats.url) as first,
    ):
        await first.sees(1)
        shown.stream.set_problem("no light")
        await until(lambda: first.upstream.problem == "no light")
        async with viewing(nats.url) as late:
            await until(lambda: late.upstream.problem == "no light")
        shown.stream.set_problem(None)
        await until(lambda: first.upstream.problem is None)


async def test_a_device_that_is_gone_is_told_of_and_shown_again_when_it_is_back(
    nats: NatsServer,
) -> None:
    async with AsyncExitStack() as stack:
        shown = await stack.enter_async_context(device())
        port = int(shown.url.split(":")[2].split("/")[0])
        async with publishing(shown.url, nats.url), viewing(nats.url) as node:
            await node.sees(shown.number)
            await stack.aclose()
            await until(lambda: node.upstream.problem)
            assert "cannot be reached" in str(node.upstream.problem)
            seen = len(node.numbers)
            async with device(port=port):
                await until(lambda: len(node.numbers) > seen and node.upstream.problem is None)


@pytest.mark.usefixtures("soon")
async def test_nobody_publishes_is_a_sentence_and_whoever_begins_is_followed(
    nats: NatsServer,
) -> None:
    async with device() as shown, viewing(nats.url, "lab.later") as node:
        await until(lambda: node.losses)
        assert node.losses == ["nobody publishes to lab.later now"]
        async with publishing(shown.url, nats.url, "lab.later"):
            await node.sees(1)
            assert node.upstream.lost is None


@pytest.mark.usefixtures("soon")
async def test_a_node_stays_with_one_publisher_and_the_other_says_so_and_why(
    nats: NatsServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    async with device() as one, device() as other, AsyncExitStack() as stack:
        await stack.enter_async_context(publishing(one.url, nats.url))
        async with viewing(nats.url) as node:
            await node.sees(1)
            one.number = 10_000
            async with publishing(other.url, nats.url):
                await until(lambda: "another publisher" in caplog.text)
                assert "each node stays with the one that it heard first" in caplog.text
                await until(lambda: other.viewers)
                await node.sees(10_050)
                seen = len(node.numbers)
                await stack.aclose()
                await until(lambda: len(node.numbers) > seen + 5)
                assert node.numbers[-1] < 10_000


async def test_hostile_bytes_on_any_subject_are_one_line_of_the_log_and_nothing_else(
    nats: NatsServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    foreign = parts_of(['{"type":"stream"}', bytes(50), b"\x24" * 60], 30, OTHER)
    async with (
        device() as shown,
        publishing(shown.url, nats.url),
        viewing(nats.url) as node,
        linked(nats_address(nats.url)) as link,
    ):
        await node.sees(1)
        for _ in range(50):
            for subject in (*WHERE, WHO):
                for data in (b"", b"\xff" * 300, b'{"type":"clock","viewer_time":-1}'):
                    await link.say(subject, data, {"Ws-Part": "1/1"}, "lab.nobody")
                    await link.say(subject, data)
                for part in foreign:
                    headers = {"Ws-Publisher": OTHER, "Ws-Message": str(part.message)}
                    headers |= {"Ws-Part": f"{part.part}/{part.parts}", "Ws-Kind": "binary"}
                    await link.say(subject, part.data, headers)
        assert await link.taken()
        await node.sees(shown.number)
        assert node.numbers == sorted(node.numbers)
    lines = [record.message for record in caplog.records if "passed over" in record.message]
    assert 1 <= len(lines) <= 4, "one of the node's, three at once of the publisher's"


async def test_repeated_and_reordered_messages_of_the_own_publisher_make_no_wrong_picture(
    nats: NatsServer,
) -> None:
    """A relay between that repeats each message, and swaps some."""
    async with (
        device() as shown,
        publishing(shown.url, nats.url, "lab.real"),
        linked(nats_address(nats.url)) as link,
        disordered(link),
        viewing(nats.url, "lab.odd") as odd,
        viewing(nats.url, "lab.real"),
    ):
        await until(lambda: len(odd.frames) > 5)
        assert odd.numbers == sorted(odd.numbers)


@asynccontextmanager
async def disordered(link: NatsLink) -> AsyncIterator[None]:
    """lab.odd is lab.real, but for messages that come twice and in another order; what is asked there goes there."""
    before: list[tuple[bytes, dict[str, str]]] = []

    async def pass_on(message: object) -> None:
        before.append((message.data, message.headers))  # type: ignore[attr-defined]  # the library's
        if len(before) == 3:
            for index in (0, 0, 2, 1, 2):
                await link.say("lab.odd", *before[index])
            before.clear()

    def asked(below: str) -> object:
        async def ask(message: object) -> None:
            await link.say(
                f"lab.real.{below}",
                message.data,  # type: ignore[attr-defined]  # as above
                message.headers,  # type: ignore[attr-defined]  # as above
                message.reply,  # type: ignore[attr-defined]  # as above
            )

        return ask

    await link.hear("lab.real", pass_on)
    for below in ("request", "clock", "whole.publisher"):
        await link.hear(f"lab.odd.{below}", asked(below))  # type: ignore[arg-type]  # as above
    yield


async def test_who_is_there_says_so(nats: NatsServer) -> None:
    async with device() as shown, publishing(shown.url, nats.url), viewing(nats.url) as node:
        await node.sees(shown.number)
        (found,) = await find(nats_address(nats.url))
        assert found._replace(age=None) == Found(SUBJECT, "publisher", shown.url, 1, None)
        assert found.age is not None
        assert 0 <= found.age < 30

"""What viewers ask for while they watch: the newest wish of each, a few times a second."""

import asyncio
import time
from collections.abc import Mapping
from typing import cast

import pytest

from ws_stream.hub import wishes as wishes_module
from ws_stream.hub.errands import Errands
from ws_stream.hub.subscription import Subscription
from ws_stream.hub.wishes import Wish, Wishes
from ws_stream.protocol.request import Request


class Room:
    def __init__(self) -> None:
        self.granted: list[Mapping[Subscription, Wish]] = []
        errands = Errands()
        errands.open()
        self.wishes = Wishes(errands, self.granted.append)

    async def wait(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.granted) < count:
                await asyncio.sleep(0.001)


def subscription() -> Subscription:
    return cast(Subscription, object())


def wish(step: int) -> Wish:
    return Wish(Request(step=step))


async def test_nothing_is_done_on_the_way_of_a_message() -> None:
    room = Room()
    room.wishes.add(subscription(), wish(1))
    assert room.granted == []
    await room.wait(1)


async def test_of_a_hundred_wishes_in_one_burst_the_newest_is_granted_once() -> None:
    room, one = Room(), subscription()
    for step in range(100):
        room.wishes.add(one, wish(step % 16 + 1))
    await room.wait(1)
    await asyncio.sleep(0.01)
    assert room.granted == [{one: wish(4)}]


async def test_wishes_of_several_viewers_are_granted_together() -> None:
    room, one, other = Room(), subscription(), subscription()
    room.wishes.add(one, wish(1))
    room.wishes.add(other, wish(2))
    await room.wait(1)
    assert room.granted == [{one: wish(1), other: wish(2)}]


async def test_the_next_are_granted_no_sooner_than_the_pause_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wishes_module, "EVERY", 0.05)
    room, one = Room(), subscription()
    times = []
    for step in (1, 2, 3):
        room.wishes.add(one, wish(step))
        await room.wait(step)
        times.append(time.monotonic())
    assert times[1] - times[0] >= 0.04
    assert times[2] - times[1] >= 0.04


async def test_who_has_gone_wants_nothing() -> None:
    room, one = Room(), subscription()
    room.wishes.add(one, wish(1))
    room.wishes.forget(one)
    await room.wait(1)
    assert room.granted == [{}]

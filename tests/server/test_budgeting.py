"""A budget that is changed while it is kept."""

import asyncio

import pytest

from ws_stream import UsageError
from ws_stream.hub.audience import Limits
from ws_stream.hub.stream import Stream
from ws_stream.server.budgeting import Budgeting


def throttled() -> Stream:
    stream = Stream("camera", fps=20)
    stream.limit(Limits(fps=5, extra_step=2, throttled=True, behind=True))
    return stream


@pytest.mark.parametrize("percent", [None, 30])
async def test_another_budget_begins_with_all_that_was_asked_for(percent: float | None) -> None:
    stream = throttled()
    budgeting = Budgeting({"camera": stream}, 10)
    budgeting.start()
    budgeting.change(Budgeting({}, percent))
    assert stream.audience.limits == Limits(fps=20, behind=True)
    assert len(asyncio.all_tasks()) == (1 if percent is None else 2) + 1, "one is being cancelled"
    await budgeting.close()


async def test_the_same_budget_goes_on() -> None:
    stream = throttled()
    budgeting = Budgeting({"camera": stream}, 10)
    budgeting.start()
    budgeting.change(Budgeting({}, 10.0))
    assert stream.audience.limits.throttled
    assert len(asyncio.all_tasks()) == 2
    await budgeting.close()
    assert len(asyncio.all_tasks()) == 1


async def test_one_that_came_while_there_was_none_is_kept() -> None:
    budgeting = Budgeting({}, None)
    budgeting.start()
    assert len(asyncio.all_tasks()) == 1
    budgeting.change(Budgeting({}, 10))
    assert len(asyncio.all_tasks()) == 2
    await budgeting.close()


def test_what_is_no_budget_is_refused() -> None:
    with pytest.raises(UsageError, match="cpu_budget=0 cannot be"):
        Budgeting({}, 0)

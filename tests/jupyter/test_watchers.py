"""Who watches an output: as over a socket while the kernel hears; while it hears nobody, all see the same."""

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ws_stream.hub.stream import Stream
from ws_stream.jupyter import watchers
from ws_stream.jupyter.watchers import MOST
from ws_stream.protocol.request import Request

from .page import Output, Page, gray, until


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchers, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(watchers, "WHOLE_EVERY", 0.05)


@pytest.fixture
def output() -> Iterator[Output]:
    stream = Stream("a", fps=1000)
    output = Output(stream)
    yield output
    output.watchers.rest()
    stream.close()


def shows(page: Page, value: int) -> bool:
    return page.shown is not None and bool((page.shown == value).all())


async def test_a_page_shows_what_is_published_before_and_after_it_came(output: Output) -> None:
    output.stream.publish(gray(1))
    page = output.enter()
    assert shows(page, 1)
    output.stream.publish(gray(2))
    await until(lambda: shows(page, 2))


async def test_each_page_has_what_it_asks_for_and_others_do_not_take_it_for_theirs(
    output: Output,
) -> None:
    picture = np.arange(48, dtype=np.uint8).reshape(6, 8)
    whole, coarse = output.enter(), output.enter("step=2")
    output.stream.publish(picture)
    await until(lambda: whole.shown is not None and coarse.shown is not None)
    assert np.array_equal(whole.shown, picture)  # type: ignore[arg-type]  # it was waited for
    assert np.array_equal(coarse.shown, picture[::2, ::2])  # type: ignore[arg-type]  # as above


async def test_a_page_that_draws_none_is_sent_few_and_then_the_newest(output: Output) -> None:
    page = output.enter()
    page.draws = False
    for value in range(200):
        output.stream.publish(gray(value))
        await asyncio.sleep(0)
    assert output.pictures <= 10, "nothing piles up"
    page.draws = True
    page.draw()
    await until(lambda: shows(page, 199))


async def test_a_hidden_page_is_sent_none_and_the_newest_when_it_is_seen(output: Output) -> None:
    page = output.enter("fps=0")
    output.stream.publish(gray(7))
    await asyncio.sleep(0.02)
    assert output.pictures == 0
    assert output.stream.wanted == 0
    page.say(act="say", message='{"type":"request","id":1,"fps":30}')
    await until(lambda: shows(page, 7))


async def test_while_nobody_is_heard_whoever_sees_the_output_is_shown_it(output: Output) -> None:
    output.is_deaf = True
    output.stream.publish(gray(1))
    page = output.enter()
    assert page.shown is None
    output.watchers.look()
    assert shows(page, 1)
    late = output.enter()
    await until(lambda: shows(late, 1))  # nobody can ask for the whole of it
    output.stream.publish(gray(2))
    await until(lambda: shows(page, 2) and shows(late, 2))


async def test_who_was_heard_before_goes_on_while_nobody_is_and_has_its_own_again(
    output: Output,
) -> None:
    picture = np.arange(48, dtype=np.uint8).reshape(6, 8)
    page = output.enter("step=2")
    output.stream.publish(gray(1))
    await until(lambda: page.shown is not None)
    output.is_deaf = True
    output.watchers.look()
    for value in range(2, 30):
        output.stream.publish(gray(value))
        await asyncio.sleep(0.005)
    output.stream.publish(picture)
    await until(lambda: page.shown is not None and np.array_equal(page.shown, picture))
    output.end_cell()
    await until(lambda: page.shown is not None and np.array_equal(page.shown, picture[::2, ::2]))
    output.stream.publish(gray(9))
    await until(lambda: shows(page, 9))


async def test_bytes_a_second_are_bounded_while_nobody_is_heard(
    output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchers, "BLIND_BYTES", 1.0)
    monkeypatch.setattr(watchers, "WHOLE_EVERY", 1e9)
    output.is_deaf = True
    page = output.enter()
    output.watchers.look()
    for value in range(50):
        output.stream.publish(gray(value))
        await asyncio.sleep(0.003)
    assert output.pictures == 1
    output.end_cell()
    await until(lambda: shows(page, 49))


async def test_nobody_is_sent_pictures_unheard_that_nobody_is_known_to_see(output: Output) -> None:
    hidden = output.enter("fps=0")
    output.stream.publish(gray(1))
    output.is_deaf = True
    output.watchers.look()
    await asyncio.sleep(0.03)
    assert output.pictures == 0
    output.end_cell()
    hidden.say(act="close")
    output.is_deaf = True
    output.watchers.look()
    await asyncio.sleep(0.03)
    assert output.pictures == 0, "whoever came in an earlier cell would be known"
    assert not output.stream.watched


async def test_pages_ask_for_nothing_more_than_the_output_shows_while_they_are_not_heard() -> None:
    picture = np.arange(48, dtype=np.uint8).reshape(6, 8)
    stream = Stream("a")
    output = Output(stream, Request(step=2, fps=5))
    stream.publish(picture)
    output.is_deaf = True
    page = output.enter()
    output.watchers.look()
    assert np.array_equal(page.shown, picture[::2, ::2])  # type: ignore[arg-type]  # it is shown at once
    assert stream.wanted == 5
    output.watchers.rest()
    stream.close()


async def test_there_is_a_bound_on_pages_and_one_too_many_is_told_so(output: Output) -> None:
    pages = [output.enter() for _ in range(MOST + 1)]
    assert [page.closed for page in pages[:-1]] == [None] * MOST
    assert pages[-1].closed == (1008, f"{MOST} pages show this output, and that is the limit")
    pages[0].say(act="close")
    assert output.enter().closed is None


async def test_a_page_that_asks_for_what_cannot_be_is_told_what_would_be_right(
    output: Output,
) -> None:
    page = output.enter("step=none")
    assert page.closed
    assert page.closed[0] == 1008
    assert "step=none cannot be; right would be" in page.closed[1]


async def test_a_page_that_breaks_the_protocol_is_closed_and_others_are_not(output: Output) -> None:
    page, other = output.enter(), output.enter()
    page.say(act="say", message="{")
    await until(lambda: page.closed is not None)
    output.stream.publish(gray(3))
    await until(lambda: shows(other, 3))
    assert other.closed is None


async def test_what_is_closed_tells_all_pages_and_nobody_watches(output: Output) -> None:
    pages = [output.enter(), output.enter()]
    output.watchers.close((4410, "it was closed"))
    assert [page.closed for page in pages] == [(4410, "it was closed")] * 2
    assert not output.stream.watched


PART = st.sampled_from(
    [None, 1, "", "a", "open", "say", "close", "step=x", "{", '{"type":"resync"}', "\ud800"]
)
WORDS = PART | st.dictionaries(st.sampled_from(["act", "viewer", "query", "message"]), PART)


@settings(max_examples=100)
@given(st.lists(WORDS, max_size=6))
def test_whatever_a_page_says_nothing_is_raised(said: list[object]) -> None:
    async def hear() -> None:
        output = Output(Stream("a"))
        for words in said:
            output.watchers.hear(words)
        output.watchers.close((4410, ""))
        output.stream.close()

    asyncio.run(hear())

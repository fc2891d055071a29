import asyncio
import threading

import numpy as np
import pytest

from ws_stream.errors import UsageError
from ws_stream.hub.feed import Feed
from ws_stream.hub.stream import Stream
from ws_stream.pixels.formats import BGRX8888, RGB444, RGB565, RGBX8888
from ws_stream.pixels.maker import Maker
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.protocol.request import Request


def picture(value: int, width: int = 8, height: int = 6) -> np.ndarray:
    return np.full((height, width, 4), value, np.uint8)


def shown(feed: Feed) -> int:
    assert feed.newest
    return int(feed.newest.pixels[0, 0, 0])


async def test_a_published_picture_reaches_who_watches_shrunk() -> None:
    stream = Stream("a", rendition=Rendition(step=4))
    feed = stream.join(lambda: None).feed
    stream.publish(picture(7))
    assert shown(feed) == 7
    assert feed.newest
    assert feed.newest.pixels.shape == (2, 2, 4)


async def test_who_comes_later_sees_the_picture_that_was_published_last() -> None:
    stream = Stream("a")
    stream.publish(picture(1))
    stream.publish(picture(2))
    feed = stream.join(lambda: None).feed
    assert shown(feed) == 2


async def test_the_array_may_be_changed_once_publish_has_returned() -> None:
    stream = Stream("a")
    feed = stream.join(lambda: None).feed
    array = picture(1)
    stream.publish(array)
    array[:] = 9
    assert shown(feed) == 1


async def test_nothing_is_read_while_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []
    monkeypatch.setattr(Maker, "make", lambda *arguments: reads.append(arguments))
    stream = Stream("a")
    stream.publish(picture(1))
    assert not stream.watched
    assert reads == []


async def test_a_feed_ends_with_its_last_viewer_and_the_next_has_a_new_epoch() -> None:
    stream, wakes = Stream("a"), [lambda: None, lambda: None]
    stream.publish(picture(1))
    feed = stream.join(wakes[0]).feed
    again = stream.join(wakes[1]).feed
    assert again is feed
    stream.leave(wakes[0])
    assert stream.watched
    stream.leave(wakes[1])
    assert not stream.watched
    assert not stream.audience.viewers
    later = stream.join(wakes[0]).feed
    assert later.newest and feed.newest
    assert later.newest.epoch != feed.newest.epoch


async def test_pictures_published_from_another_thread_arrive_newest_last() -> None:
    stream = Stream("a")
    woken = asyncio.Event()
    feed = stream.join(woken.set).feed

    def publish() -> None:
        for value in range(200):
            stream.publish(picture(value))

    thread = threading.Thread(target=publish)
    thread.start()
    while thread.is_alive() or not feed.newest or shown(feed) != 199:
        await asyncio.wait_for(woken.wait(), 5)
        woken.clear()
    thread.join()
    assert feed.newest.number <= 200


async def test_while_the_loop_is_busy_only_the_newest_picture_is_kept() -> None:
    stream = Stream("a")
    feed = stream.join(lambda: None).feed

    def publish() -> None:
        for value in range(100):
            stream.publish(picture(value))

    thread = threading.Thread(target=publish)
    thread.start()
    thread.join()  # the loop, this thread, runs nothing meanwhile
    await asyncio.sleep(0)
    assert feed.newest
    assert (feed.newest.number, shown(feed)) == (1, 99)


def test_the_format_is_taken_from_the_first_array() -> None:
    stream = Stream("a")
    stream.publish(np.zeros((2, 2), np.uint16))
    assert stream.format is RGB565
    with pytest.raises(UsageError, match="no rgb565 picture"):
        stream.publish(picture(1))


def test_a_given_format_is_kept() -> None:
    stream = Stream("a", format=BGRX8888)
    stream.publish(picture(1))
    assert stream.format is BGRX8888 is not RGBX8888


async def test_an_array_that_does_not_fit_is_refused_and_nothing_is_lost() -> None:
    stream = Stream("a", rendition=Rendition(crop=Crop(0, 0, 8, 6)))
    stream.publish(picture(1))
    with pytest.raises(UsageError, match=r"the crop 0,0,8,6 leaves the picture, which is 4x4"):
        stream.publish(picture(2, 4, 4))
    feed = stream.join(lambda: None).feed
    assert shown(feed) == 1


@pytest.mark.parametrize("name", ["", "a b", "a/b", "ä", "a" * 65, "a\n"])
def test_a_name_that_would_not_do_in_an_address_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a stream"):
        Stream(name)


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf"), 1001])
def test_an_impossible_rate_is_refused(fps: float) -> None:
    with pytest.raises(UsageError, match="pictures per second"):
        Stream("a", fps=fps)


class FakeProducer:
    """Counts what is asked of it."""

    def __init__(self) -> None:
        self.polls = self.rests = 0

    def poll(self, stream: Stream) -> float:
        assert stream.watched
        self.polls += 1
        return asyncio.get_running_loop().time() + 0.01

    def rest(self) -> None:
        self.rests += 1


async def test_the_producer_is_asked_while_somebody_watches_and_again_when_somebody_returns() -> (
    None
):
    producer = FakeProducer()
    stream, wakes = Stream("a", producer=producer), [lambda: None, lambda: None]
    for _ in range(2):
        polls, rests = producer.polls, producer.rests
        stream.join(wakes[0])
        stream.join(wakes[1])
        await asyncio.sleep(0)
        assert producer.polls == polls + 1
        await asyncio.sleep(0.1)
        assert producer.polls >= polls + 3
        assert producer.rests == rests
        stream.leave(wakes[0])
        stream.leave(wakes[1])
        await asyncio.sleep(0.03)
        assert producer.rests == rests + 1
        polls = producer.polls
        await asyncio.sleep(0.05)
        assert producer.polls == polls
    stream.close()


async def test_a_producer_rests_when_its_stream_is_closed() -> None:
    producer = FakeProducer()
    stream = Stream("a", producer=producer)
    stream.join(lambda: None)
    await asyncio.sleep(0)
    stream.close()
    polls = producer.polls
    await asyncio.sleep(0.05)
    assert (producer.polls, producer.rests) == (polls, 1)


async def test_a_still_picture_published_again_and_again_is_one_picture() -> None:
    stream = Stream("a")
    feed = stream.join(lambda: None).feed
    array = picture(1)
    for _ in range(3):
        stream.publish(array)
    assert feed.newest
    assert feed.newest.number == 1


async def test_pictures_that_nobody_holds_any_more_give_their_memory_to_later_ones() -> None:
    stream = Stream("a")
    feed = stream.join(lambda: None).feed
    memories = set()
    for value in range(20):
        stream.publish(picture(value))
        assert feed.newest
        memories.add(feed.newest.pixels.ctypes.data)
    assert len(memories) <= 3


async def test_a_picture_that_is_news_to_one_rendition_only_does_not_lose_that_of_another() -> None:
    stream = Stream("a")
    whole = stream.join(lambda: None).feed
    part = stream.join(lambda: None, Request(crop=Crop(0, 0, 8, 2))).feed
    stream.publish(picture(1))
    array = picture(2)

    def publish() -> None:
        stream.publish(array)
        array[5] = 9  # outside of the part
        stream.publish(array)

    thread = threading.Thread(target=publish)
    thread.start()
    thread.join()
    await asyncio.sleep(0)
    assert (shown(whole), shown(part)) == (2, 2)
    assert whole.newest
    assert whole.newest.pixels[5, 0, 0] == 9


async def test_with_a_damage_hint_only_the_rows_it_names_are_read() -> None:
    stream = Stream("a")
    feed = stream.join(lambda: None).feed
    array = picture(1)
    stream.publish(array)
    array[:] = 9
    stream.publish(array, damage=[(2, 1, 3, 2)])
    assert feed.newest
    assert feed.newest.pixels[:, 0, 0].tolist() == [1, 9, 9, 1, 1, 1]


async def test_hints_of_pictures_that_were_skipped_are_not_lost() -> None:
    stream = Stream("a")
    feed = stream.join(lambda: None).feed
    array = picture(1)
    stream.publish(array)

    def publish() -> None:
        for row in range(6):
            array[row] = 9
            stream.publish(array, damage=[(0, row, 8, 1)])

    thread = threading.Thread(target=publish)
    thread.start()
    thread.join()
    await asyncio.sleep(0)
    assert feed.newest
    assert (feed.newest.pixels[..., :3] == 9).all()


async def test_who_joins_between_hints_gets_the_whole_picture() -> None:
    stream = Stream("a")
    array = picture(1)
    stream.publish(array)
    array[3] = 9
    stream.publish(array, damage=[(0, 3, 8, 1)])
    feed = stream.join(lambda: None).feed
    array[4] = 9
    stream.publish(array, damage=[(0, 4, 8, 1)])
    assert feed.newest
    assert feed.newest.pixels[:, 0, 0].tolist() == [1, 1, 1, 9, 9, 1]


async def test_a_wrong_hint_is_found_where_that_is_asked_for() -> None:
    stream = Stream("a", verify_damage=True)
    stream.join(lambda: None)
    array = picture(1)
    stream.publish(array)
    array[4] = 9
    with pytest.raises(UsageError, match="row 4 has changed outside of the damage given"):
        stream.publish(array, damage=[(0, 3, 8, 1)])
    stream.publish(array, damage=[(0, 4, 8, 1)])


@pytest.mark.parametrize(
    "damage", [[(0, 0, 8)], [(0, -5, 8, 3)], [(0, 99, 8, 3)], [], [(0, 0, 0, 0)]]
)
async def test_hints_outside_of_the_picture_change_nothing_and_malformed_ones_are_refused(
    damage: list[tuple[int, int, int, int]],
) -> None:
    stream = Stream("a")
    feed = stream.join(lambda: None).feed
    stream.publish(picture(1))
    if damage and len(damage[0]) != 4:
        with pytest.raises(UsageError, match=r"right would be \(x, y, width, height\)"):
            stream.publish(picture(9), damage=damage)
    else:
        stream.publish(picture(9), damage=damage)
    assert shown(feed) == 1


async def test_who_joins_while_a_picture_is_being_published_is_shown_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream, joined = Stream("a"), []
    make = stream.read

    def join_first(*arguments: object) -> object:
        pictures = make(*arguments)  # type: ignore[arg-type]  # handed on as they came
        joined.append(stream.join(lambda: None).feed)
        return pictures

    monkeypatch.setattr(stream, "read", join_first)
    stream.publish(picture(7))
    assert shown(joined[0]) == 7


async def test_a_thread_may_go_on_publishing_to_a_closed_stream_which_may_be_joined_again() -> None:
    stream = Stream("a")
    wakes = [lambda: None, lambda: None]
    stream.join(wakes[0])
    stream.close()
    await asyncio.to_thread(stream.publish, picture(1))
    stream.leave(wakes[0])
    feed = stream.join(wakes[1]).feed
    assert shown(feed) == 1
    await asyncio.to_thread(stream.publish, picture(2))
    await asyncio.sleep(0)
    assert shown(feed) == 2


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        ([[1]], "list is no picture; right would be a numpy array"),
        (np.zeros((20000, 2), np.uint8), "a picture of 2x20000 gray8 is too large to send"),
        (np.zeros((2, 20000), np.uint8), "a picture of 20000x2 gray8 is too large to send"),
        (np.broadcast_to(np.uint8(0), (8192, 8193, 4)), "8193x8192 rgbx8888 is too large to send"),
    ],
)
def test_what_no_viewer_could_be_shown_is_refused_at_once(array: np.ndarray, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        Stream("a").publish(array)


@pytest.mark.parametrize("time_us", [-1, 2**53])
def test_a_time_that_cannot_be_is_refused(time_us: int) -> None:
    with pytest.raises(UsageError, match="right would be microseconds since 1970"):
        Stream("a").publish(picture(1), time_us=time_us)


async def test_a_picture_within_the_tolerance_is_exact_soon_after_publishing_has_stopped() -> None:
    stream = Stream("a", rendition=Rendition(tolerance=8))
    feed = stream.join(lambda: None).feed
    stream.publish(picture(100))
    stream.publish(picture(105))
    assert shown(feed) == 100
    async with asyncio.timeout(5):
        while shown(feed) != 105:
            await asyncio.sleep(0.01)
    assert stream.is_settled
    stream.publish(picture(101))
    assert shown(feed) == 105
    stream.close()


async def test_a_tolerance_and_a_damage_hint_go_together() -> None:
    stream = Stream("a", rendition=Rendition(tolerance=8), verify_damage=True)
    feed = stream.join(lambda: None).feed
    array = picture(100)
    stream.publish(array)
    array[2] = 104
    array[4] = 109
    stream.publish(array, damage=[(0, 4, 8, 1)])
    assert feed.newest
    assert feed.newest.pixels[:, 0, 0].tolist() == [100, 100, 100, 100, 109, 100]
    array[2] = 110
    with pytest.raises(UsageError, match="row 2 has changed outside of the damage given"):
        stream.publish(array, damage=[(0, 4, 8, 1)])
    stream.close()


async def test_with_a_depth_viewers_get_fewer_bits() -> None:
    stream = Stream("a", rendition=Rendition(depth=12))
    feed = stream.join(lambda: None).feed
    stream.publish(picture(0xA7))
    assert feed.newest
    assert feed.newest.format is RGB444
    assert (feed.newest.pixels == 0xAAA).all()


async def test_a_picture_that_a_thread_handed_over_does_not_come_after_a_later_one() -> None:
    stream = Stream("a")
    feed = stream.join(lambda: None).feed
    thread = threading.Thread(target=stream.publish, args=(picture(1),))
    thread.start()
    thread.join()  # the loop, this thread, has not taken it yet
    stream.publish(picture(2))
    await asyncio.sleep(0.01)
    assert shown(feed) == 2

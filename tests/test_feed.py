import numpy as np

from ws_stream import wire
from ws_stream.codec import decode
from ws_stream.feed import Feed
from ws_stream.frame import Frame, blank
from ws_stream.pixels import GRAY8, RGB888
from ws_stream.shrink import Rendition


def feed_with(value: int, feed: Feed | None = None) -> Feed:
    feed = feed or Feed("a", Rendition(), 30)
    feed.put(np.full((2, 3), value, np.uint8), GRAY8, 1)
    return feed


def newest(feed: Feed) -> Frame:
    assert feed.newest
    return feed.newest


def test_numbers_grow_within_an_epoch_and_epochs_differ() -> None:
    first, second = feed_with(1), feed_with(1)
    before = newest(first)
    feed_with(2, first)
    assert (before.number, newest(first).number) == (1, 2)
    assert before.epoch == newest(first).epoch != newest(second).epoch


def test_one_encoding_serves_all_viewers_at_the_same_base() -> None:
    feed = feed_with(1)
    base = newest(feed)
    feed_with(2, feed)
    assert feed.encoding(newest(feed), base) is feed.encoding(newest(feed), base)
    assert feed.encoding(newest(feed), None) is feed.encoding(newest(feed), None)
    assert feed.encoding(newest(feed), None) != feed.encoding(newest(feed), base)


def test_encodings_and_checksum_go_with_the_picture_they_were_made_of() -> None:
    feed = feed_with(1)
    base = newest(feed)
    for value in (2, 3):
        feed_with(value, feed)
        message = wire.with_checksum(feed.encoding(newest(feed), base), feed.checksum(newest(feed)))
        assert (decode(message, base).pixels == value).all()


def test_after_the_last_number_a_new_epoch_begins() -> None:
    feed = feed_with(1)
    last = Frame(newest(feed).epoch, wire.MAX_NUMBER, 1, GRAY8, newest(feed).pixels)
    feed.newest = last
    told = feed.announcement
    feed_with(2, feed)
    assert newest(feed).number == 1
    assert newest(feed).epoch != last.epoch
    assert feed.announcement != told
    empty = blank(newest(feed).epoch, GRAY8, 3, 2)
    assert (decode(feed.encoding(newest(feed), last), empty).pixels == 2).all()


def test_a_new_size_or_format_is_announced_and_an_equal_one_is_not() -> None:
    feed = feed_with(1)
    told = feed.announcement
    feed_with(2, feed)
    assert feed.announcement is told
    feed.put(np.zeros((2, 4), np.uint8), GRAY8, 1)
    assert feed.announcement and feed.announcement.width == 4
    feed.put(np.zeros((2, 4, 3), np.uint8), RGB888, 1)
    assert feed.announcement.format is RGB888


def test_viewers_are_woken_by_a_picture_and_by_news_of_the_source() -> None:
    feed, woken = Feed("a", Rendition(), 30), []
    feed.wakes.add(lambda: woken.append(True))
    feed_with(1, feed)
    feed.tell("gone")
    feed.tell("gone")
    assert len(woken) == 2


def test_a_picture_that_equals_the_newest_is_dropped_and_its_memory_used_again() -> None:
    feed = feed_with(1)
    before = newest(feed)
    woken: list[bool] = []
    feed.wakes.add(lambda: woken.append(True))
    same = np.full((2, 3), 1, np.uint8)
    feed.put(same, GRAY8, 9)
    assert newest(feed) is before
    assert not woken
    assert feed.take_spare() is same
    assert feed.take_spare() is None


def test_a_dropped_picture_does_not_disturb_the_encodings_of_the_newest() -> None:
    feed = feed_with(1)
    base = newest(feed)
    feed_with(2, feed)
    feed_with(2, feed)
    assert (decode(feed.encoding(newest(feed), base), base).pixels == 2).all()

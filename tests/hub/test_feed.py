from dataclasses import replace

import numpy as np

from ws_stream.codec import decode
from ws_stream.hub.feed import MAX_BASES, MAX_DIFFERENCES, Feed
from ws_stream.limits import MAX_NUMBER
from ws_stream.pixels.formats import GRAY8, RGB888, PixelFormat, Pixels
from ws_stream.pixels.frame import Frame, blank
from ws_stream.pixels.maker import Made
from ws_stream.pixels.rendition import Rendition
from ws_stream.protocol.picture import parse, with_checksum


def made(pixels: Pixels, pixel_format: PixelFormat = GRAY8) -> Made:
    """A picture that was compared with none."""
    none = np.zeros_like(pixels)
    changed = np.ones(len(pixels), np.bool_)
    return Made(pixels, pixel_format, Rendition(), none, changed, len(pixels))


def feed_with(value: int, feed: Feed | None = None) -> Feed:
    feed = feed or Feed("a", Rendition(), 30)
    feed.put(made(np.full((2, 3), value, np.uint8)), 1)
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
    feed.hold(1)
    feed_with(2, feed)
    assert feed.encoding(1) is feed.encoding(1)
    assert feed.encoding(0) is feed.encoding(0)
    assert feed.encoding(0) != feed.encoding(1)


def test_encodings_and_checksum_go_with_the_picture_they_were_made_of() -> None:
    feed = feed_with(1)
    base = newest(feed)
    feed.hold(base.number)
    for value in (2, 3):
        feed_with(value, feed)
        message = with_checksum(feed.encoding(base.number), feed.checksum())
        assert (decode(message, base).pixels == value).all()


def test_after_the_last_number_a_new_epoch_begins() -> None:
    feed = feed_with(1)
    last = Frame(newest(feed).epoch, MAX_NUMBER, 1, GRAY8, newest(feed).pixels)
    feed.newest = last
    told = feed.announcement
    feed_with(2, feed)
    assert newest(feed).number == 1
    assert newest(feed).epoch != last.epoch
    assert feed.announcement != told
    empty = blank(newest(feed).epoch, GRAY8, 3, 2)
    assert (decode(feed.encoding(last.number), empty).pixels == 2).all()


def test_a_new_epoch_is_announced_also_when_the_picture_was_made_from_the_one_before() -> None:
    feed = feed_with(1)
    feed.newest = replace(newest(feed), number=MAX_NUMBER)
    told, before = feed.announcement, newest(feed).pixels
    feed.put(made(np.full((2, 3), 2, np.uint8))._replace(before=before), 1)
    assert feed.announcement != told
    assert feed.announcement and feed.announcement.epoch == newest(feed).epoch


def test_a_new_size_or_format_is_announced_and_an_equal_one_is_not() -> None:
    feed = feed_with(1)
    told = feed.announcement
    feed_with(2, feed)
    assert feed.announcement is told
    feed.put(made(np.zeros((2, 4), np.uint8)), 1)
    assert feed.announcement and feed.announcement.width == 4
    feed.put(made(np.zeros((2, 4, 3), np.uint8), RGB888), 1)
    assert feed.announcement.format is RGB888


def test_viewers_are_woken_by_a_picture_and_by_news_of_the_source() -> None:
    feed, woken = Feed("a", Rendition(), 30), []
    feed.wakes.add(lambda: woken.append(True))
    feed_with(1, feed)
    feed.set_problem("gone")
    feed.set_problem("gone")
    assert len(woken) == 2


def test_a_picture_that_equals_the_newest_is_dropped() -> None:
    feed = feed_with(1)
    before = newest(feed)
    woken: list[bool] = []
    feed.wakes.add(lambda: woken.append(True))
    same = np.full((2, 3), 1, np.uint8)
    feed.put(made(same), 9)
    assert newest(feed) is before
    assert not woken


def test_a_dropped_picture_does_not_disturb_the_encodings_of_the_newest() -> None:
    feed = feed_with(1)
    base = newest(feed)
    feed.hold(base.number)
    feed_with(2, feed)
    feed_with(2, feed)
    assert (decode(feed.encoding(base.number), base).pixels == 2).all()


def picture_bases(feed: Feed, count: int) -> None:
    """Publish so many pictures, each held by somebody."""
    for value in range(count):
        feed_with(value + 1, feed)
        feed.hold(newest(feed).number)


def test_no_picture_is_encoded_against_more_bases_than_the_bound_and_the_others_share_blank() -> (
    None
):
    feed = Feed("a", Rendition(), 30)
    picture_bases(feed, MAX_BASES)
    feed_with(99, feed)
    messages = [feed.encoding(number) for number in range(1, MAX_BASES + 1)]
    bases = [parse(message).base for message in messages]
    assert bases == [*range(1, MAX_DIFFERENCES + 1), *[0] * (MAX_BASES - MAX_DIFFERENCES)]
    assert len({id(message) for message in messages}) == MAX_DIFFERENCES + 1


def test_no_more_bases_are_kept_than_the_bound_however_many_are_held() -> None:
    feed = Feed("a", Rendition(), 30)
    picture_bases(feed, 50)
    assert len(feed._bases) == MAX_BASES + 1
    feed_with(99, feed)
    assert parse(feed.encoding(50)).base == 50
    assert parse(feed.encoding(1)).base == 0


def test_a_base_that_nobody_holds_any_more_is_forgotten() -> None:
    feed = Feed("a", Rendition(), 30)
    picture_bases(feed, 3)
    for number in (1, 2, 3):
        feed.release(number)
    feed_with(99, feed)
    assert list(feed._bases) == [4]


def test_what_the_maker_says_of_rows_counts_only_if_it_compared_them_with_the_newest_picture() -> (
    None
):
    feed = feed_with(1)
    feed.hold(1)
    pixels = np.array([[1, 1, 1], [2, 2, 2]], np.uint8)
    said = np.array([True, False])  # not so: what is sent shows whom the feed believed
    feed.put(made(pixels)._replace(changed=said), 1)
    assert [segment.first_row for segment in parse(feed.encoding(1)).segments] == [1]
    feed.hold(2)
    later = made(pixels + 1)._replace(before=newest(feed).pixels, changed=said, changes=1)
    feed.put(later, 1)
    assert [segment.first_row for segment in parse(feed.encoding(2)).segments] == [0]

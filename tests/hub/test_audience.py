from collections.abc import Callable

import numpy as np
import pytest

from ws_stream.hub.audience import MAX_RENDITIONS, Audience
from ws_stream.pixels.formats import GRAY8
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.protocol.request import Request


def waker() -> Callable[[], None]:
    return lambda: None


def audience(default: Rendition | None = None, fps: float = 30) -> Audience:
    people = Audience("a", default or Rendition(step=4), fps)
    people.resize(1024, 600)
    return people


def test_viewers_with_equal_wishes_share_a_feed() -> None:
    people = audience()
    one = people.join(waker(), Request(step=8), 0)
    other = people.join(waker(), Request(step=8, fps=2), 0)
    third = people.join(waker(), Request(), 0)
    assert one.feed is other.feed is not third.feed


def test_wishes_that_come_to_the_same_picture_share_a_feed() -> None:
    people = audience(Rendition())
    whole = people.join(waker(), Request(), 0)
    for requested in (
        Request(crop=Crop(0, 0, 1024, 600)),
        Request(crop=Crop(0, 0, 9999, 9999)),
        Request(average=True),
    ):
        assert people.join(waker(), requested, 0).feed is whole.feed


def test_past_the_bound_the_nearest_rendition_is_given() -> None:
    people = audience(Rendition())
    for step in (1, 2, 8, 16)[:MAX_RENDITIONS]:
        people.join(waker(), Request(step=step), 0)
    given = people.join(waker(), Request(step=7), 0)
    assert given.feed.rendition.step == 8
    assert len(people.feeds) == MAX_RENDITIONS


def test_a_place_among_the_renditions_is_freed_by_the_last_who_leaves() -> None:
    people, wakes = audience(), [waker(), waker()]
    for wake in wakes:
        people.join(wake, Request(step=8), 0)
    people.leave(wakes[0])
    assert len(people.feeds) == 1
    people.leave(wakes[1])
    assert not people.feeds
    assert not people.viewers


def test_a_viewer_may_change_its_mind() -> None:
    people, wake = audience(), waker()
    viewer = people.join(wake, Request(), 0)
    people.want(wake, Rendition(Crop(10, 10, 100, 100)), 1)
    assert viewer.feed.rendition == Rendition(Crop(10, 10, 100, 100))
    assert list(people.feeds.values()) == [viewer.feed]
    people.want(wake, Rendition(Crop(10, 10, 100, 100)), 1)
    assert list(viewer.feed.wakes) == [wake]


@pytest.mark.parametrize(
    ("requested", "given"),
    [
        (Rendition(), Rendition(step=4)),
        (Rendition(step=3), Rendition(step=4)),
        (Rendition(step=5), Rendition(step=5)),
        (Rendition(Crop(0, 0, 256, 150)), Rendition(Crop(0, 0, 256, 150))),
        (Rendition(Crop(0, 0, 257, 150)), Rendition(Crop(0, 0, 257, 150), 2)),
        (Rendition(Crop(1000, 0, 256, 150)), Rendition(Crop(1000, 0, 24, 150))),
        (Rendition(Crop(2000, 0, 256, 150)), Rendition(step=4)),
    ],
)
def test_no_viewer_gets_more_pixels_than_the_owner_of_the_device_chose(
    requested: Rendition, given: Rendition
) -> None:
    people, wake = audience(), waker()
    people.join(wake, Request(), 0)
    people.want(wake, requested, 0)
    assert people.viewers[wake].feed.rendition == given


def test_as_many_pictures_are_wanted_as_the_hungriest_viewer_may_have() -> None:
    people = audience(fps=30)
    assert people.fps() == 0
    people.join(waker(), Request(fps=0), 0)
    assert people.fps() == 0
    people.join(waker(), Request(fps=2), 0)
    assert people.fps() == 2
    people.join(waker(), Request(fps=500), 0)
    assert people.fps() == 30
    people.join(waker(), Request(), 0)
    people.limit(10, 1, saves_work=True)
    assert people.fps() == 10


def test_to_save_work_every_rendition_becomes_coarser_and_viewers_are_told() -> None:
    people = audience()
    viewer = people.join(waker(), Request(), 0)
    array = np.zeros((600, 1024), np.uint8)
    for coarser, step in ((1, 4), (2, 8), (8, 16), (1, 4)):
        people.limit(30, coarser, saves_work=coarser > 1)
        people.resize(1024, 600)
        viewer.feed.put(viewer.feed.maker.make(array, GRAY8, viewer.feed.making), 1)
        assert viewer.feed.announcement
        assert viewer.feed.announcement.step == step
        assert viewer.feed.saves_work == (coarser > 1)


def test_who_joins_a_failing_stream_is_told_why_there_is_nothing() -> None:
    people = audience()
    people.set_problem("the camera is gone")
    assert people.join(waker(), Request(), 0).feed.problem == "the camera is gone"

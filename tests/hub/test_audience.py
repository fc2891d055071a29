"""Who shares a picture, what each may have, and how much is wanted."""

import json
from dataclasses import replace
from random import Random
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import UsageError
from ws_stream.hub.audience import MAX_RENDITIONS, Audience, Limits, Shown
from ws_stream.hub.subscription import Subscription
from ws_stream.hub.wishes import Wish
from ws_stream.limits import MAX_NUMBER, MAX_STEP
from ws_stream.pixels.formats import GRAY8, RGB565
from ws_stream.pixels.rendition import KINDS, Crop, Rendition
from ws_stream.protocol.request import Request
from ws_stream.walk import NumpyWalk

from .viewer import BOTH_WALKS, NewWalk


class Peer:
    """Notes what is said to it."""

    may_operate = True

    def __init__(self) -> None:
        self.said: list[dict[str, object]] = []
        self.refused = ""

    def fileno(self) -> int:
        return -1

    def write(self, message: str) -> None:
        self.said.append(json.loads(message))

    def finish_picture(self) -> None: ...

    def fail(self) -> None: ...

    def refuse(self, sentence: str) -> None:
        self.refused = sentence

    def time_out(self) -> None: ...


def audience(
    default: Rendition | None = None, fps: float = 30, walk: NewWalk = NumpyWalk
) -> Audience:
    people = Audience("a", default or Rendition(step=4), fps, walk(fps))
    people.resize(GRAY8, 1024, 600, 0)
    return people


def join(people: Audience, request: Request | None = None) -> Subscription:
    return people.join(Peer(), request or Request(), 0)


def seen(people: Audience, subscription: Subscription) -> Shown:
    key = people.subscriptions[subscription]
    assert key
    return people.shown[key]


def move(people: Audience, subscription: Subscription, to: Rendition, now: float) -> None:
    """The viewer asks to see another rendition."""
    people.grant(
        subscription,
        Wish(subscription.request._replace(**{name: getattr(to, name) for name in KINDS})),
        now,
    )


class TestSharing:
    def test_viewers_with_equal_wishes_share_a_variant(self) -> None:
        people = audience()
        one = join(people, Request(step=8))
        other = join(people, Request(step=8, fps=2))
        third = join(people)
        assert seen(people, one) is seen(people, other) is not seen(people, third)

    def test_wishes_that_come_to_the_same_picture_share_a_variant(self) -> None:
        people = audience(Rendition())
        whole = seen(people, join(people))
        for requested in (
            Request(crop=Crop(0, 0, 1024, 600)),
            Request(crop=Crop(0, 0, 9999, 9999)),
            Request(average=True),
        ):
            assert seen(people, join(people, requested)) is whole

    def test_past_the_bound_the_nearest_rendition_is_given(self) -> None:
        people = audience(Rendition())
        for step in (1, 2, 8, 16)[:MAX_RENDITIONS]:
            join(people, Request(step=step))
        assert seen(people, join(people, Request(step=7))).rendition.step == 8
        assert len(people.shown) == MAX_RENDITIONS

    def test_a_place_among_the_renditions_is_freed_by_the_last_who_leaves(self) -> None:
        people = audience()
        viewers = [join(people, Request(step=8)) for _ in range(2)]
        people.leave(viewers[0])
        assert len(people.shown) == 1
        people.leave(viewers[1])
        assert not people.shown
        assert not people.subscriptions

    def test_who_comes_back_to_a_rendition_that_was_forgotten_finds_a_new_epoch(self) -> None:
        people, epochs = audience(), set()
        for _ in range(3):
            viewer = join(people)
            announcement = seen(people, viewer).announcement
            assert announcement
            epochs.add(announcement.epoch)
            people.leave(viewer)
        assert len(epochs) == 3


class TestNewSources:
    def test_a_crop_that_leaves_one_picture_is_granted_of_a_larger_one(self) -> None:
        people = audience(Rendition())
        people.resize(GRAY8, 640, 480, 0)
        viewer = join(people, Request(crop=Crop(0, 0, 800, 600)))
        assert seen(people, viewer).rendition == Rendition()
        people.resize(GRAY8, 1280, 960, 1)
        assert seen(people, viewer).rendition == Rendition(Crop(0, 0, 800, 600))

    def test_requests_made_before_the_size_is_known_share_a_variant_once_it_is(self) -> None:
        people = Audience("a", Rendition(step=4), 30, NumpyWalk(30))
        one, other = join(people, Request(step=1)), join(people)
        people.resize(GRAY8, 1024, 600, 1)
        assert seen(people, one) is seen(people, other)
        assert len(people.shown) == 1

    def test_a_variant_for_which_there_is_no_memory_leaves_nothing_behind(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        people = audience()
        with monkeypatch.context() as patch:
            patch.setattr(people.walk, "open", lambda *_: (_ for _ in ()).throw(MemoryError))
            with pytest.raises(MemoryError):
                join(people)
        assert not people.shown
        assert seen(people, join(people)).announcement

    def test_a_size_that_the_default_cannot_be_made_of_changes_nothing(self) -> None:
        people = audience(Rendition(crop=Crop(0, 0, 800, 600)))
        viewer = join(people)
        before = seen(people, viewer)
        for _ in range(2):
            with pytest.raises(UsageError, match="leaves the picture, which is 640x480"):
                people.resize(GRAY8, 640, 480, 1)
            assert seen(people, viewer) is before
        people.greet_all()
        people.leave(viewer)
        assert not people.shown

    def test_after_there_was_no_memory_for_a_new_size_it_is_tried_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        people = audience()
        viewer = join(people)
        with monkeypatch.context() as patch:
            patch.setattr(people.walk, "open", lambda *_: (_ for _ in ()).throw(MemoryError))
            with pytest.raises(MemoryError):
                people.resize(GRAY8, 640, 480, 1)
        people.greet_all()
        assert people.resize(GRAY8, 640, 480, 2)
        assert seen(people, viewer).announcement

    @BOTH_WALKS
    def test_while_the_size_is_not_known_reports_are_made_all_the_same(self, walk: NewWalk) -> None:
        people, peer = Audience("a", Rendition(), 30, walk(30)), Peer()
        people.join(peer, Request(), 0)
        people.report(1)
        assert [said["type"] for said in peer.said] == ["unchanged"]

    def test_a_viewer_that_cannot_join_leaves_no_variant(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        people = audience()
        monkeypatch.setattr(people.walk, "join", lambda *_: (_ for _ in ()).throw(OSError))
        with pytest.raises(OSError):
            join(people)
        assert not people.shown


class TestMoving:
    def test_a_viewer_may_change_its_mind(self) -> None:
        people = audience()
        viewer = join(people)
        part = Rendition(Crop(10, 10, 100, 100))
        move(people, viewer, part, 1)
        assert seen(people, viewer).rendition == part
        assert len(people.shown) == 1

    def test_one_for_which_there_is_no_memory_leaves_nothing_behind(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        people = audience()
        viewer = join(people)
        with monkeypatch.context() as patch:
            patch.setattr(people.walk, "open", lambda *_: (_ for _ in ()).throw(MemoryError))
            with pytest.raises(MemoryError):
                move(people, viewer, Rendition(step=8), 1)
        people.greet_all()
        people.report(2)
        people.leave(viewer)
        assert not people.shown
        assert not people.subscriptions

    async def test_to_ask_for_what_it_sees_changes_nothing(self) -> None:
        people, peer = audience(Rendition()), Peer()
        viewer = people.join(peer, Request(), 0)
        people.greet(viewer)
        before = seen(people, viewer)
        for same in (Rendition(), Rendition(average=True), Rendition(Crop(0, 0, 1024, 600))):
            move(people, viewer, same, 1)
        assert seen(people, viewer) is before
        assert len(peer.said) == 1

    async def test_it_is_told_what_it_sees_from_then_on_and_again_when_it_returns(self) -> None:
        people, peer = audience(Rendition()), Peer()
        join(people)
        viewer = people.join(peer, Request(), 0)
        people.greet(viewer)
        move(people, viewer, Rendition(step=2), 1)
        move(people, viewer, Rendition(), 2)
        assert [said["step"] for said in peer.said] == [1, 2, 1]
        assert peer.said[0]["epoch"] == peer.said[2]["epoch"]

    @BOTH_WALKS
    async def test_one_that_is_alone_may_move_also_when_all_places_are_taken(
        self, walk: NewWalk
    ) -> None:
        people = audience(Rendition(), walk=walk)
        viewers = [join(people, Request(step=step)) for step in range(1, MAX_RENDITIONS + 1)]
        for x in range(20):
            part = Rendition(Crop(x, 0, 16, 16))
            move(people, viewers[2], part, x)
            assert seen(people, viewers[2]).rendition == part
        assert len(people.shown) == MAX_RENDITIONS

    async def test_one_of_several_moves_to_the_nearest_there_is(self) -> None:
        people = audience(Rendition())
        viewers = [join(people, Request(step=step)) for step in range(1, MAX_RENDITIONS + 1)]
        companion = join(people, Request(step=1))
        move(people, companion, Rendition(step=16), 1)
        assert seen(people, companion) is seen(people, viewers[-1])


class TestGrants:
    @pytest.mark.parametrize(
        ("requested", "given"),
        [
            (Rendition(), Rendition(step=4)),
            (Rendition(step=3), Rendition(step=4)),
            (Rendition(step=5), Rendition(step=5)),
            (Rendition(Crop(0, 0, 256, 150)), Rendition(Crop(0, 0, 256, 150))),
            (Rendition(Crop(0, 0, 257, 150)), Rendition(Crop(0, 0, 257, 150), 2)),
            (Rendition(Crop(1000, 0, 256, 150)), Rendition(Crop(1000, 0, 24, 150))),
            (Rendition(Crop(2000, 0, 256, 150)), Rendition(Crop(1023, 0, 1, 150))),
            (Rendition(Crop(5, 601, 256, 1)), Rendition(Crop(5, 599, 256, 1))),
        ],
    )
    async def test_no_viewer_gets_more_pixels_than_the_owner_of_the_device_chose(
        self, requested: Rendition, given: Rendition
    ) -> None:
        people = audience()
        viewer = join(people)
        move(people, viewer, requested, 0)
        assert seen(people, viewer).rendition == given

    def test_before_the_size_is_known_wishes_are_kept_and_bounded_afterwards(self) -> None:
        people = Audience("a", Rendition(step=4), 30, NumpyWalk(30))
        viewer = join(people, Request(step=1))
        assert seen(people, viewer).announcement is None
        people.resize(GRAY8, 1024, 600, 0)
        assert seen(people, viewer).rendition == Rendition(step=4)

    def test_as_many_pictures_are_wanted_as_the_hungriest_viewer_may_have(self) -> None:
        people = audience(fps=30)
        assert people.fps() == 0
        for fps, wanted in ((0, 0), (2, 2), (500, 30)):
            join(people, Request(fps=fps))
            assert people.fps() == wanted
        join(people)
        people.limit(Limits(10))
        assert people.fps() == 10
        people.limit(Limits(500))
        assert people.fps() == 30


class TestSourcesAndLimits:
    @BOTH_WALKS
    def test_a_new_size_or_format_begins_an_epoch_and_an_equal_one_does_not(
        self, walk: NewWalk
    ) -> None:
        people = audience(walk=walk)
        viewer = join(people, Request(crop=Crop(0, 0, 8, 8)))
        epochs = []
        for pixel_format, size, is_new in (
            (GRAY8, (1024, 600), False),
            (GRAY8, (1024, 601), True),  # although what is shown is of the size it was
            (RGB565, (1024, 601), True),
            (RGB565, (1024, 601), False),
        ):
            assert people.resize(pixel_format, *size, 0) == is_new
            epochs.append(people.walk.state(seen(people, viewer).variant_id)[0])
            announcement = seen(people, viewer).announcement
            assert announcement
            assert announcement.epoch == epochs[-1], "what is announced is what the walk shows"
        assert len(set(epochs)) == 3

    def test_to_save_work_every_rendition_becomes_coarser(self) -> None:
        people = audience()
        viewer = join(people)
        for extra_step, step in ((1, 4), (2, 8), (4, 16), (MAX_STEP, MAX_STEP), (1, 4)):
            people.limit(Limits(30, extra_step))
            assert seen(people, viewer).rendition.step == step
            announcement = seen(people, viewer).announcement
            assert announcement
            assert announcement.step == step

    def test_what_limits_do_not_change_keeps_its_epoch(self) -> None:
        people = audience()
        coarsest = join(people, Request(step=MAX_STEP))
        before = seen(people, coarsest).announcement
        for limits in (Limits(5), Limits(5, 2), Limits(5, 4, throttled=True), Limits(30, 1)):
            people.limit(limits)
            assert seen(people, coarsest).announcement is before

    async def test_the_rate_announced_is_the_most_there_can_be_whatever_the_limit_is_now(
        self,
    ) -> None:
        people, peer = audience(fps=30), Peer()
        people.limit(Limits(5))
        people.greet(people.join(peer, Request(), 0))
        assert peer.said[0]["fps"] == 30

    async def test_who_joins_a_failing_stream_is_told_why_there_is_nothing(self) -> None:
        people, peer = audience(), Peer()
        people.figures.set_problem("the camera is gone")
        viewer = people.join(peer, Request(), 0)
        people.greet(viewer)
        people.greet(viewer)
        assert [said["type"] for said in peer.said] == ["stream", "problem"]
        assert peer.said[1]["reason"] == "the camera is gone"


@given(st.randoms(use_true_random=False), st.integers(1, 60))
def test_after_any_history_variants_are_those_watched_and_within_their_bound(
    random: Random, events: int
) -> None:
    people = Audience("a", Rendition(step=2), 30, NumpyWalk(30))
    viewers: list[Subscription] = []
    for now in range(events):
        step, width = random.choice([1, 2, 3, 8, MAX_STEP]), random.choice([1, 5, 64])
        match random.choice(["join", "join", "leave", "move", "resize", "limit"]):
            case "join":
                viewers.append(people.join(Peer(), Request(step=step), now))
            case "leave" if viewers:
                people.leave(viewers.pop(random.randrange(len(viewers))))
            case "move" if viewers:
                wish = Rendition(Crop(random.randrange(70), 0, width, 3), step)
                move(people, random.choice(viewers), wish, now)
            case "resize":
                people.resize(random.choice([GRAY8, RGB565]), width, 7, 0)
            case "limit":
                people.limit(Limits(random.choice([1, 30]), random.choice([1, 2])))
        assert set(people.subscriptions) == set(viewers)
        assert set(people.subscriptions.values()) == set(people.shown)
        variant_ids = {shown.variant_id for shown in people.shown.values()}
        assert len(variant_ids) == len(people.shown) <= MAX_RENDITIONS
        assert variant_ids <= set(range(MAX_RENDITIONS))
        for shown in people.shown.values():
            if shown.announcement:
                assert people.walk.state(shown.variant_id)[0] == shown.announcement.epoch


def test_an_epoch_that_begins_because_numbers_are_used_up_is_announced_with_the_next_report() -> (
    None
):
    people = audience()
    subscription = join(people)
    people.greet(subscription)
    before = seen(people, subscription).announcement
    variant = cast(NumpyWalk, people.walk)._variants[0]
    variant.picture = replace(variant.picture, number=MAX_NUMBER)
    variant.commit(1)
    people.report(1.0)
    after = seen(people, subscription).announcement
    assert before
    assert after == before._replace(epoch=variant.picture.epoch) != before
    assert people.walk.report(subscription.place)[0] == 1  # and its first picture was sent

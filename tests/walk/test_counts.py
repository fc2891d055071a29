"""What a stream has done so far: both walks count the same, and nothing is lost with a viewer that leaves."""

from dataclasses import astuple
from itertools import pairwise

import numpy as np

from ws_stream.pixels.formats import GRAY8
from ws_stream.pixels.rendition import Rendition
from ws_stream.walk.counts import Counts, Reason
from ws_stream.walk.numpy_walk import WHOLES

from .test_subscriber import EACH_WALK, EPOCH, Stage, gray, new_walk, wire


def counts(stage: Stage) -> Counts:
    found = stage.walk.counts()
    assert isinstance(found, Counts)
    return found


def skipped(stage: Stage) -> dict[Reason, int]:
    return {
        reason: counts(stage).skipped[reason] for reason in Reason if counts(stage).skipped[reason]
    }


def test_a_picture_counts_once_and_each_message_for_itself() -> None:
    stage = Stage()
    for _ in range(3):
        stage.join(acknowledges=False)
    for turn in range(4):
        stage.publish(turn)
    stage.walk.publish(gray(stage.value), None, 1, 5.0)
    assert (counts(stage).pictures, counts(stage).sent) == (4, 12)
    assert counts(stage).encodings == 4, "one for the three of them"


def test_viewers_at_other_bases_take_an_encoding_more() -> None:
    stage = Stage()
    stage.join(acknowledges=False)
    stage.publish(0)
    stage.join(acknowledges=False, now=1)
    stage.publish(1)
    assert counts(stage).encodings == 3


def test_a_picture_of_two_renditions_is_one_picture() -> None:
    stage = Stage()
    stage.walk.open(1, GRAY8, Rendition(step=2), (4, 3), EPOCH)
    stage.publish(0)
    assert counts(stage).pictures == 1


def test_what_a_rate_passes_over_is_counted_when_a_newer_one_is_sent() -> None:
    stage = Stage()
    stage.join(1, acknowledges=False)
    for turn in range(21):
        stage.publish(turn / 10)
    stage.flush(9)
    assert skipped(stage) == {Reason.RATE: counts(stage).pictures - counts(stage).sent}


def test_a_viewer_that_does_not_acknowledge_is_held_back_by_its_window() -> None:
    stage = Stage()
    place = stage.join()
    stage.publish(0)
    stage.publish(0.1)
    for turn in range(7):
        stage.publish(1 + turn / 10)
    stage.acknowledge(place, 2)
    stage.flush(2)
    assert skipped(stage) == {Reason.WINDOW: 6}


def test_one_that_asks_for_the_same_picture_again_has_skipped_none() -> None:
    stage = Stage()
    place = stage.join(acknowledges=False)
    stage.publish(0)
    for turn in range(5):
        stage.walk.forget(place, 1.0 + turn)
        stage.announce(place, 1.0 + turn)
        stage.flush(1.0 + turn)
    assert counts(stage).sent == 6
    assert skipped(stage) == {}


def test_one_that_waits_for_its_turn_of_a_whole_picture_has_a_reason_of_its_own() -> None:
    stage = Stage(8)
    now = 0.0
    place = stage.join(acknowledges=False)
    for _ in range(4 * WHOLES):
        now += 1 / 8
        stage.walk.forget(place, now)
        stage.announce(place, now)
        stage.publish(now)
    assert set(skipped(stage)) <= {Reason.WHOLES, Reason.RATE}
    assert skipped(stage)[Reason.WHOLES] > 0


@EACH_WALK
def test_a_socket_that_takes_no_more_is_a_reason(kind: str) -> None:
    with wire() as (device, _):
        walk = new_walk(kind)
        walk.open(0, GRAY8, Rendition(), (256, 256), EPOCH)
        walk.announced(place := walk.join(device.fileno(), 0, False, -1.0, 0.0), 0.0)
        noise = np.random.default_rng(1)
        for turn in range(10):
            walk.publish(noise.integers(0, 256, (256, 256), np.uint8), None, 1, float(turn))
        assert walk.handed_over() == [place]
        sent = walk.counts().sent
        assert sent < 10
        assert walk.counts().skipped == [0, 0, 0, 0]
        walk.take(place)
        walk.give(place)
        walk.flush(11.0)
        assert walk.counts().skipped[Reason.SOCKET] == 10 - sent - 1
        walk.leave(place)


def test_nothing_ever_becomes_less_whoever_comes_and_goes() -> None:
    stage = Stage()
    seen = [counts(stage)]
    for turn in range(30):
        place = stage.join(acknowledges=turn % 2 == 0, fps=(-1.0, 2.0)[turn % 2], now=float(turn))
        stage.publish(turn)
        stage.publish(turn + 0.5)
        seen.append(counts(stage))
        stage.walk.leave(place)
        seen.append(counts(stage))
    for before, after in pairwise(map(flat, seen)):
        assert all(one <= other for one, other in zip(before, after, strict=True))
    assert flat(seen[-1])[0] == 60


def flat(counted: Counts) -> list[int]:
    *numbers, skipped_by_reason = astuple(counted)
    return [*numbers, *skipped_by_reason]

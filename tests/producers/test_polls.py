"""What of a source goes into the walk and when it is asked again, by a clock that only the test moves."""

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hub.viewer import BOTH_WALKS, NewWalk
from ws_stream.errors import SourceError, UsageError
from ws_stream.hub.subscription import now_us
from ws_stream.pixels.damage import in_grid
from ws_stream.pixels.formats import GRAY8, RGB565, PixelFormat, Pixels
from ws_stream.pixels.kept import Sized
from ws_stream.pixels.raw import GRAY4, I420, NV12, XRGB2101010, YUYV422
from ws_stream.pixels.rendition import Rendition
from ws_stream.producers.polls import (
    LATE_TURNS,
    SAMPLE_EVERY,
    SOON,
    STILL_POLLS,
    TORN_TRIES,
    TORN_TURNS,
    Polls,
)
from ws_stream.sources import Picture
from ws_stream.walk import NumpyWalk, new_walk
from ws_stream.walk.phase_lock import LOOKS
from ws_stream.walk.variant import SETTLE_EVERY

INTERVAL = 1 / 30
PHASES = (0.0, 0.2, 0.4, 0.6, 0.8)


class Source:
    """Counts what it is asked; each picture is filled with the number of those given so far."""

    name = "fake"

    def __init__(self) -> None:
        self.format, self.width, self.height = GRAY8, 3, 2
        self.polls = self.given = 0
        self.version: object = 0
        self.still = False
        self.torn = 0

    def poll(self, seen: object = None) -> Picture | None:
        self.polls += 1
        if not self.still:
            self.version = self.polls
        elif seen is not None and seen == self.version:
            return None
        self.given += 1
        return Picture(self.pixels(), self.version, self.intact)

    def pixels(self) -> Pixels:
        return np.full((self.height, self.width), self.given, self.format.dtype)

    def intact(self) -> bool:
        self.torn -= 1
        return self.torn < 0

    def close(self) -> None: ...


class Nothing(Source):
    """It has no picture yet."""

    is_there = False

    def poll(self, seen: object = None) -> Picture | None:
        if self.is_there:
            return super().poll(seen)
        self.polls += 1
        return None


class Memory(Source):
    """A source without a counter: the same memory, polled again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.width, self.height = 5, 33
        self.array = np.zeros((33, 5), np.uint8)

    def poll(self, seen: object = None) -> Picture | None:
        assert seen is None
        self.given += 1
        return Picture(self.array, None, self.intact)


class Counted(Source):
    """The same memory at each poll, of which its writer says each time that it is another picture."""

    def __init__(self) -> None:
        super().__init__()
        self.width, self.height = 5, 33
        self.array = np.zeros((33, 5), np.uint8)

    def pixels(self) -> Pixels:
        return self.array


class Damaged(Source):
    """Its writer says which rows it has drawn, and may draw others without a word."""

    def __init__(self) -> None:
        super().__init__()
        self.width, self.height = 5, 33
        self.array = np.zeros((33, 5), np.uint8)
        self.drawn: list[int] = []
        self.asked: list[object] = []

    def draw(self, row: int, value: int) -> None:
        self.array[row] = value
        self.drawn.append(row)

    def poll(self, seen: object = None) -> Picture | None:
        self.asked.append(seen)
        version = len(self.drawn) + 1
        if seen == version:
            return None
        since = seen - 1 if isinstance(seen, int) else 0
        damage = [(0, row, 5, 1) for row in self.drawn[since:]]
        return Picture(self.array, version, self.intact, damage=damage)


class Room:
    """A source, a walk with one variant, and the time."""

    def __init__(
        self, source: Source, new: NewWalk = NumpyWalk, rendition: Rendition | None = None
    ) -> None:
        self.now = 100.0
        self.walk = new(1000)
        self.source = source
        self.sizes: list[tuple[PixelFormat, int, int]] = []
        self.polls = Polls(source, self.walk, self.resize)
        self.rendition = rendition or Rendition()
        self.resize(source.format, source.width, source.height)

    def resize(self, pixel_format: PixelFormat, width: int, height: int) -> None:
        size = pixel_format, width, height
        if size not in self.sizes[-1:]:
            self.sizes.append(size)
            self.walk.open(0, pixel_format, self.rendition, (width, height), len(self.sizes))

    def poll(self, interval: float = INTERVAL) -> float:
        """Poll at once: seconds until it is due again."""
        self.polls.due(interval, self.now)
        self.polls.poll(interval, self.now)
        return self.polls.due(interval, self.now) - self.now

    def follow(self, until: float, interval: float = INTERVAL, late: float = 0) -> None:
        """Poll whenever it is due, or so many seconds later."""
        while (due := self.polls.due(interval, self.now)) < until:
            self.now = max(self.now, due) + late
            self.polls.poll(interval, self.now)
            self.polls.keep_up(self.now)
            next_due = self.polls.due(interval, self.now)
            assert next_due > due, "it never asks to be called again at the same moment"

    @property
    def number(self) -> int:
        return self.walk.state(0)[1]

    @property
    def shown(self) -> Pixels:
        (pixel_format, width, height), step = self.sizes[-1], self.rendition.step
        shape = pixel_format.lying(-(-width // step), -(-height // step))
        return np.frombuffer(self.walk.picture(0), pixel_format.dtype).reshape(shape)


@BOTH_WALKS
class TestDamage:
    def test_only_rows_are_read_in_which_something_was_drawn(self, walk: NewWalk) -> None:
        source = Damaged()
        room = Room(source, walk)
        room.poll()
        source.array[7] = 70
        source.draw(9, 90)
        room.now += 1
        room.poll()
        assert (room.shown[9] == 90).all()
        assert not room.shown[7].any()

    @pytest.mark.parametrize(("rows", "is_whole"), [(8, False), (9, True)])
    def test_of_a_quarter_or_more_all_is_read_as_rows_may_have_scrolled(
        self, walk: NewWalk, rows: int, is_whole: bool
    ) -> None:
        source = Damaged()
        room = Room(source, walk)
        room.poll()
        for row in range(rows):
            source.draw(row, 90)
        source.array[32] = 70
        room.now += 1
        room.poll()
        assert (room.shown[:rows] == 90).all()
        assert room.shown[32].any() == is_whole

    def test_it_counts_for_nothing_where_nothing_was_seen(self, walk: NewWalk) -> None:
        source = Damaged()
        room = Room(source, walk)
        source.torn = TORN_TRIES  # what was read has no version
        source.draw(0, 10)
        room.poll()
        assert room.number == 0
        source.array[7] = 70
        room.now += 1
        room.poll()
        assert source.asked[-1] is None
        assert np.array_equal(room.shown, source.array)

    def test_a_picture_torn_while_its_rows_were_read_is_read_whole(self, walk: NewWalk) -> None:
        source = Damaged()
        room = Room(source, walk)
        room.poll()
        source.draw(9, 90)
        source.array[7] = 70
        source.torn = 1
        room.now += 1
        room.poll()
        assert np.array_equal(room.shown, source.array)

    @given(data=st.data())
    def test_what_is_shown_in_the_end_is_the_picture(
        self, walk: NewWalk, data: st.DataObject
    ) -> None:
        source = Damaged()
        room = Room(source, walk)
        for value in range(1, data.draw(st.integers(1, 12))):
            for row in data.draw(st.lists(st.integers(0, 32), max_size=4)):
                source.draw(row, value)
            source.torn = data.draw(st.integers(0, 2 * TORN_TRIES))
            room.now += data.draw(st.sampled_from([0.001, INTERVAL, 1]))
            room.polls.due(INTERVAL, room.now)
            room.polls.poll(INTERVAL, room.now)
        source.torn = 0
        for _ in range(2):  # one may have been left out by its phase
            room.now += 1
            room.poll()
        assert np.array_equal(room.shown, source.array)

    @pytest.mark.parametrize("pixel_format", [NV12, I420, YUYV422, XRGB2101010, GRAY4], ids=str)
    @given(rows=st.lists(st.integers(0, 39), min_size=1, max_size=3))
    def test_of_every_format_its_rows_are_those_of_the_picture(
        self, walk: NewWalk, pixel_format: PixelFormat, rows: list[int]
    ) -> None:
        source = Damaged()
        source.format, source.width, source.height = pixel_format, 4, 40
        source.array = pixel_format.blank(4, 40)
        room = Room(source, walk)
        room.poll()
        for row in rows:
            source.drawn.append(row)
            for y, count in in_grid([(row, 1)], Sized(pixel_format, 4, 40)):
                source.array[y : y + count] = row + 1
        room.now += 1
        room.poll()
        assert np.array_equal(room.shown, source.array)
        assert room.sizes == [(pixel_format, 4, 40)]

    def test_what_is_no_damage_is_refused_in_a_sentence(self, walk: NewWalk) -> None:
        source = Damaged()
        room = Room(source, walk)
        room.poll()
        source.drawn.append("x")  # type: ignore[arg-type]  # a source may be anybody's code
        room.now += 1
        with pytest.raises(UsageError, match="damage"):
            room.poll()


@BOTH_WALKS
class TestTornPictures:
    def test_one_is_read_again_and_never_shown(self, walk: NewWalk) -> None:
        for torn in range(TORN_TRIES):
            room = Room(Source(), walk)
            room.source.torn = torn
            room.poll()
            assert room.number == 1
            assert (room.shown == torn + 1).all()

    def test_a_writer_that_always_tears_is_given_up_for_this_turn(self, walk: NewWalk) -> None:
        room = Room(Source(), walk)
        room.source.torn = 10**9
        assert room.poll() == pytest.approx(INTERVAL)
        assert room.source.given == TORN_TRIES
        assert room.number == 0

    def test_what_was_shown_before_stays_until_there_is_a_whole_one(self, walk: NewWalk) -> None:
        room = Room(Source(), walk)
        room.poll()
        room.source.torn = TORN_TRIES
        room.now += 1
        room.poll()
        assert room.number == 1
        room.now += 1
        room.poll()
        assert room.number == 2
        assert (room.shown == room.source.given).all()

    def test_turn_after_turn_they_are_a_fault(self, walk: NewWalk) -> None:
        room = Room(Source(), walk)
        room.source.torn = TORN_TRIES * TORN_TURNS
        for _ in range(TORN_TURNS - 1):
            room.poll()
            room.now += 1
        with pytest.raises(SourceError, match="right would be more slots"):
            room.poll()
        room.now += 1
        room.poll()
        assert room.number == 1

    @pytest.mark.parametrize("interval", [0.01, INTERVAL, 1, 1000])
    def test_for_who_has_no_picture_yet_they_are_read_no_more_often_but_soon_again(
        self, walk: NewWalk, interval: float
    ) -> None:
        room = Room(Source(), walk)
        room.source.torn = 7 * TORN_TRIES
        assert room.poll(interval) == pytest.approx(min(interval, SOON))
        room.follow(room.now + 5 * SOON, interval)
        assert TORN_TRIES < room.source.given <= TORN_TRIES * (5 * SOON / min(interval, SOON) + 4)
        room.follow(room.now + 3 * SOON, interval)
        assert room.number >= 1

    def test_turns_with_a_whole_picture_between_are_none(self, walk: NewWalk) -> None:
        room = Room(Source(), walk)
        for _ in range(5):
            room.source.torn = TORN_TRIES * (TORN_TURNS - 1)
            for _ in range(TORN_TURNS):
                room.poll()
                room.now += 1
        assert room.number == 5


@BOTH_WALKS
class TestChanges:
    def test_a_source_that_has_not_changed_is_read_only_for_who_has_nothing(
        self, walk: NewWalk
    ) -> None:
        room = Room(Source(), walk)
        room.source.still = True
        for newcomers in (1, 2, 3):
            for _ in range(10):
                room.poll()
                room.now += 1
            assert room.source.given == newcomers
            room.walk.open(0, GRAY8, Rendition(), (3, 2), newcomers)

    @pytest.mark.parametrize("interval", [0.01, INTERVAL, 1, 1000])
    def test_a_source_without_a_picture_yet_is_asked_at_the_rate_and_soon_again(
        self, walk: NewWalk, interval: float
    ) -> None:
        source = Nothing()
        room = Room(source, walk)
        assert room.polls.due(interval, room.now) == room.now, "who comes need not wait"
        room.follow(room.now + 1, interval)
        assert 1 / min(interval, SOON) - 1 <= source.polls <= 1 / min(interval, SOON) + 2
        source.is_there = True
        room.follow(room.now + 1.1 * SOON, interval)
        assert room.number >= 1

    def test_one_whose_picture_went_while_it_was_read_has_none(self, walk: NewWalk) -> None:
        class Going(Nothing):
            def intact(self) -> bool:
                self.is_there = False
                return False

        source = Going()
        source.is_there = True
        room = Room(source, walk)
        room.poll()
        assert room.number == 0
        assert source.polls == 2

    def test_of_a_writer_that_began_anew_the_picture_with_the_number_of_one_seen_is_read(
        self, walk: NewWalk
    ) -> None:
        room = Room(Source(), walk)
        room.source.still = True
        for version, torn in ((5, 0), (1, TORN_TRIES), (5, 0)):
            room.source.version, room.source.torn = version, torn
            room.poll()
            room.now += 1
        assert room.number == 2
        assert (room.shown == 1 + TORN_TRIES + 1).all()

    def test_a_torn_one_is_read_again_though_its_number_is_that_of_one_seen(
        self, walk: NewWalk
    ) -> None:
        room = Room(Source(), walk)
        room.source.still = True
        room.poll()
        room.walk.open(0, GRAY8, Rendition(), (3, 2), 1)
        room.source.torn = TORN_TRIES
        room.poll()
        room.now += 1
        room.poll()
        assert (room.shown == 1 + TORN_TRIES + 1).all()

    def test_the_size_of_a_picture_is_told_before_it_is_shown(self, walk: NewWalk) -> None:
        class Growing(Source):
            def poll(self, seen: object = None) -> Picture | None:  # as a file: only now it knows
                self.width = 3 + self.polls % 5
                self.height = 2 + self.polls // 5 % 2
                self.format = (GRAY8, RGB565)[self.polls // 10 % 2]
                return super().poll(seen)

        room = Room(Growing(), walk)
        for _ in range(40):
            room.poll()
            room.now += 1
            assert room.shown.shape == (room.source.height, room.source.width)
            assert (room.shown == room.source.given).all()
        assert len(room.sizes) == 40

    def test_one_that_changes_size_while_it_is_taken_for_still_is_shown_wholly(
        self, walk: NewWalk
    ) -> None:
        source = Memory()
        room = Room(source, walk)
        for _ in range(STILL_POLLS + 3):
            room.poll()
            room.now += 1
        source.array = np.ones((20, 7), np.uint8)
        room.poll()
        assert np.array_equal(room.shown, source.array)

    def test_within_a_tolerance_one_whose_counter_stops_is_read_until_it_is_exact(
        self, walk: NewWalk
    ) -> None:
        class Gray(Source):
            shade = 0

            def pixels(self) -> Pixels:
                return np.full((self.height, self.width), self.shade, np.uint8)

        source = Gray()
        room = Room(source, walk, Rendition(tolerance=8))
        room.poll()
        source.shade = 5
        room.now += INTERVAL
        room.poll()
        assert not room.shown.any()
        source.still = True
        room.follow(room.now + 3 * SETTLE_EVERY)
        assert (room.shown == 5).all()
        given = source.given
        room.follow(room.now + 1)
        assert source.given == given, "an exact picture that stands still is not read"


def still(walk: NewWalk, step: int = 1) -> tuple[Memory, Room]:
    """A source that has been still for long enough to be sampled."""
    source = Memory()
    room = Room(source, walk, Rendition(step=step))
    for _ in range(STILL_POLLS + 3):
        room.poll()
        room.now += 1
    return source, room


class TestStillPictures:
    @pytest.mark.parametrize("step", [1, 2, 3])
    def test_only_a_sample_of_rows_is_read(
        self, monkeypatch: pytest.MonkeyPatch, step: int
    ) -> None:
        _, room = still(NumpyWalk, step)
        monkeypatch.setattr(room.walk, "update", None)  # it is not called
        for _ in range(20):
            room.poll()
            room.now += 1
        assert room.number == 1

    @BOTH_WALKS
    @pytest.mark.parametrize("step", [1, 2, 3])
    def test_a_change_as_high_as_a_line_of_text_is_seen_at_the_first_poll(
        self, walk: NewWalk, step: int
    ) -> None:
        for top in range(33 - SAMPLE_EVERY * step):
            source, room = still(walk, step)
            source.array[top : top + SAMPLE_EVERY * step, 0] = 9
            room.poll()
            assert np.array_equal(room.shown, source.array[::step, ::step])
            assert room.number == 2

    @BOTH_WALKS
    def test_a_change_of_a_single_row_is_seen_within_so_many_polls_as_rows_share_a_sample(
        self, walk: NewWalk
    ) -> None:
        for row in range(33):
            source, room = still(walk)
            source.array[row, 3] = 9
            for _ in range(SAMPLE_EVERY):
                room.poll()
                room.now += 1
            assert np.array_equal(room.shown, source.array)

    @BOTH_WALKS
    def test_after_a_change_the_whole_picture_is_read_again_for_a_while(
        self, walk: NewWalk
    ) -> None:
        source, room = still(walk)
        source.array[:] = 9
        for row in range(STILL_POLLS):
            room.poll()
            room.now += 1
            source.array[row] = row
        room.poll()
        assert np.array_equal(room.shown, source.array)

    @BOTH_WALKS
    def test_newcomers_see_it_wholly_at_once(self, walk: NewWalk) -> None:
        source, room = still(walk)
        source.array[0] = 9
        room.walk.open(1, GRAY8, Rendition(step=2), (5, 33), 1)
        room.poll()
        assert room.walk.picture(1) == source.array[::2, ::2].tobytes()

    @BOTH_WALKS
    def test_a_torn_sample_proves_nothing(self, walk: NewWalk) -> None:
        source, room = still(walk)
        given = source.given
        source.torn = 1
        room.poll()
        assert source.given == given + 2
        assert room.number == 1

    @BOTH_WALKS
    def test_a_change_within_the_tolerance_becomes_exact_also_when_only_samples_are_read(
        self, walk: NewWalk
    ) -> None:
        source = Memory()
        room = Room(source, walk, Rendition(tolerance=8))
        for _ in range(STILL_POLLS + 3):
            room.poll()
            room.now += 1
        source.array[:] = 5
        for _ in range(3):
            room.poll()
            room.now += 1
        assert (room.shown == 5).all()

    @BOTH_WALKS
    def test_a_row_that_changed_before_its_writer_stopped_counting_is_seen_all_the_same(
        self, walk: NewWalk
    ) -> None:
        for row in range(2 * SAMPLE_EVERY):
            source = Counted()
            room = Room(source, walk)
            for _ in range(STILL_POLLS + 3):
                room.poll()
                room.now += 1
            source.array[row] = 7
            room.poll()
            source.still = True
            for _ in range(SAMPLE_EVERY):
                room.now += 1
                room.poll()
            assert (room.shown == source.array).all()


class TestDevicesThatCannotKeepUp:
    def behind(self, late: list[float]) -> list[bool]:
        """What was thought after each turn that ended so late."""
        room, thought = Room(Source()), []
        for seconds in late:
            room.now = max(room.now, room.polls.due(INTERVAL, room.now))
            room.polls.poll(INTERVAL, room.now)
            room.now = room.polls.due(INTERVAL, room.now) + seconds
            room.polls.keep_up(room.now)
            thought.append(room.polls.is_behind)
        return thought

    def test_one_that_is_late_again_and_again_is_said_to_be_until_it_is_in_time(self) -> None:
        late = [0.001] * LATE_TURNS + [1] + [-0.01] + [0.001] * (LATE_TURNS - 1)
        wanted = [False] * (LATE_TURNS - 1) + [True, True] + [False] * LATE_TURNS
        assert self.behind(late) == wanted

    def test_now_and_then_a_late_turn_is_nothing(self) -> None:
        assert not any(self.behind([5, 0.001, -0.01] * 20))

    def test_what_was_missed_is_not_made_up_for(self) -> None:
        room = Room(Source())
        room.poll()
        room.polls.keep_up(room.now + 10)
        room.now += 10
        polls = room.source.polls
        room.follow(room.now + 1)
        assert room.source.polls - polls <= 1 / INTERVAL * 1.5

    def test_polls_in_vain_that_come_late_are_no_sign_of_it(self) -> None:
        writer = Writer(30, 0.5)
        while writer.room.now < 110:
            writer.room.follow(writer.room.now + INTERVAL, late=0.003)
            assert not writer.room.polls.is_behind
        assert np.median(writer.ages[10:]) < 0.005


class Writer(Source):
    """Completes a picture every so often."""

    def __init__(self, rate: float, phase: float, tolerance: int = 0) -> None:
        super().__init__()
        self.began, self.rate, self.end = 100 + phase / rate, rate, math.inf
        self.ages: list[float] = []
        self.room = Room(self, new_walk, Rendition(tolerance=tolerance))

    @property
    def count(self) -> int:
        return int((min(self.room.now, self.end) - self.began) * self.rate)

    def poll(self, seen: object = None) -> Picture | None:
        self.polls += 1
        return (
            None
            if seen == self.count
            else Picture(self.pixels(), self.count, self.intact, self.count)
        )

    def pixels(self) -> Pixels:
        return np.full((2, 3), self.count % 256, np.uint8)

    def intact(self) -> bool:
        self.ages.append(self.room.now - self.began - self.count / self.rate)
        return True


def followed(
    rate: float, fps: float, phase: float, seconds: float = 20, tolerance: int = 0
) -> Writer:
    """A writer that was polled whenever that was due."""
    writer = Writer(rate, phase, tolerance)
    writer.room.follow(100 + seconds, 1 / fps)
    return writer


class TestFreshPictures:
    @pytest.mark.parametrize("tolerance", [0, 8])
    def test_the_moment_at_which_they_are_complete_is_found_within_a_fifth_of_a_second(
        self, tolerance: int
    ) -> None:
        for phase in PHASES:
            writer = followed(30, 30, phase, seconds=5, tolerance=tolerance)
            assert max(writer.ages[6:]) < 0.005

    @pytest.mark.parametrize("phase", PHASES)
    @pytest.mark.parametrize("fps", [10, 25, 30, 60])
    def test_those_of_a_writer_of_the_wanted_rate_are_soon_found(
        self, fps: int, phase: float
    ) -> None:
        for drift in (0.99, 0.999, 1.0):  # two clocks are never quite the same
            writer = followed(drift * fps, fps, phase)
            assert max(writer.ages[-5 * fps :]) < 0.005

    @pytest.mark.parametrize("phase", PHASES)
    @pytest.mark.parametrize("fps", [10, 30, 60])
    @pytest.mark.parametrize(
        "drift", [0.97, 0.99, 0.999, 1, 1.001, 1.004, 1.008, 1.009, 1.02, 1.5, 2]
    )
    def test_the_search_costs_none(self, fps: float, phase: float, drift: float) -> None:
        writer = followed(drift * fps, fps, phase)
        assert len(writer.ages) >= 20 * fps * min(1, drift) - 2

    @pytest.mark.parametrize("phase", PHASES)
    @pytest.mark.parametrize("rate", [1, 7, 15, 20, 29.7, 30, 30.3, 45, 60, 1000])
    def test_the_search_polls_at_most_so_often_for_each_picture_and_turn(
        self, rate: float, phase: float
    ) -> None:
        writer = followed(rate, 30, phase)
        assert writer.polls <= 20 * 30 * 1.02 + LOOKS * len(writer.ages)

    def test_of_a_writer_that_stops_nothing_is_searched(self) -> None:
        writer = Writer(30, 0.5)
        writer.room.follow(105)
        writer.end = writer.room.now
        writer.room.follow(107)
        polls = writer.polls
        writer.room.follow(117)
        assert abs(writer.polls - polls - 300) <= 1

    def test_who_comes_back_later_is_as_soon_shown_fresh_ones(self) -> None:
        writer = Writer(30, 0.5)
        for away in (10.01, 10.02, 10.03):
            writer.ages.clear()
            writer.room.follow(writer.room.now + 4)
            assert max(writer.ages[60:]) < 0.005
            writer.room.now += away

    def test_who_wants_more_need_not_wait_for_the_turn_of_who_wanted_little(self) -> None:
        room = Room(Source())
        room.poll(1000)
        assert room.polls.due(0.01, room.now) <= room.now + 0.02


class Camera(Source):
    """It knows when its pictures were taken."""

    def poll(self, seen: object = None) -> Picture | None:
        picture = super().poll(seen)
        return picture and picture._replace(taken=self.taken)

    taken: float | None = None


def test_a_picture_is_as_old_as_its_source_says_and_never_of_the_future(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source, walk, times = Camera(), NumpyWalk(1 / INTERVAL), list[int]()
    walk.open(0, GRAY8, Rendition(), (3, 2), 1)
    monkeypatch.setattr(walk, "commit", lambda time_us, _: times.append(time_us))
    polls = Polls(source, walk, lambda *_: None)
    for ago in (None, 5.0, -5.0):
        source.taken = None if ago is None else time.monotonic() - ago
        before = now_us()
        polls.poll(INTERVAL, len(times) + 1.0)
        late = times[-1] - before
        assert abs(late + 1e6 * max(0.0, ago or 0.0)) < 2e6
        assert late <= now_us() - before

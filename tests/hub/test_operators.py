"""Who operates a stream, who hears that, and what goes up when one of them is gone."""

import logging
import sys
import threading
from collections.abc import Iterator

import pytest

from ws_stream.errors import UsageError
from ws_stream.hub.input import MAX_OF_VIEWER, InputEvent, InputEvents
from ws_stream.hub.stream import Stream
from ws_stream.protocol.input import Action, Key, Pointer, Text, Touch
from ws_stream.protocol.messages import Announcement, Input
from ws_stream.protocol.request import Request

from .viewer import BOTH_WALKS, UNHURRIED, NewWalk, Room, Viewer, in_a_thread, picture, until

PRESSED = Key("a", "KeyA", True)
RELEASED = Key("a", "KeyA", False)


@pytest.fixture
async def room() -> Room:
    """A stream of 8 x 6 pixels that hears input."""
    room = Room(Stream("screen", input=True))
    room.stream.publish(picture(1))
    return room


def do(viewer: Viewer, *actions: Action, number: int = 1) -> None:
    """What a viewer says of the picture of this number."""
    held = viewer.held
    said = Input(held.epoch if held else 0, number, actions)
    viewer._room.stream.operators.hear(viewer.subscription, said)


def waiting(events: InputEvents) -> Iterator[InputEvent]:
    """What waits for the program."""
    while events._waiting:
        yield events._take()


def actions(events: InputEvents) -> list[Action]:
    return [event.action for event in waiting(events)]


@pytest.mark.parametrize("hears", [False, True])
async def test_viewers_are_told_whether_the_stream_hears_them(hears: bool) -> None:
    room = Room(Stream("screen", input=hears))
    room.stream.publish(picture(1))
    (told,) = room.enter().heard(Announcement)
    assert isinstance(told, Announcement)
    assert told.input is hears


async def test_a_stream_that_does_not_hear_ignores_what_is_done_and_says_so_to_its_program() -> (
    None
):
    room = Room(Stream("screen"))
    room.stream.publish(picture(1))
    do(room.enter(), PRESSED)
    with pytest.raises(UsageError, match="hears no input; right would be to make it with input="):
        room.stream.input()


@BOTH_WALKS
async def test_an_event_tells_who_did_it_and_on_which_picture_taken_when(walk: NewWalk) -> None:
    room = Room(Stream("screen", input=True, fps=1000, walk=walk))
    room.stream.publish(picture(1), time_us=1000)
    one, other = room.enter(UNHURRIED), room.enter(UNHURRIED)
    events = room.stream.input()
    room.stream.publish(picture(2), time_us=2000)
    do(one, Text("a"), number=1)
    do(other, Text("b"), number=2)
    do(one, Text("c"), number=2)
    do(one, Text("d"), number=3)
    assert one.held
    seen = [(event.viewer, event.number, event.time) for event in waiting(events)]
    assert [time is not None for *_, time in seen] == [True, True, True, False]
    assert [(viewer, number) for viewer, number, _ in seen] == [(1, 1), (2, 2), (1, 2), (1, 3)]
    assert seen[1][2] == seen[2][2] != seen[0][2]


async def test_an_event_on_a_picture_of_an_epoch_before_is_heard_without_its_time(
    room: Room,
) -> None:
    viewer, events = room.enter(), room.stream.input()
    assert viewer.held
    epoch = viewer.held.epoch
    room.stream.publish(picture(1, 4, 3))
    assert viewer.held.epoch != epoch
    said = Input(epoch, 1, (Pointer(7, 5, 0),))
    room.stream.operators.hear(viewer.subscription, said)
    assert list(waiting(events)) == [InputEvent(1, epoch, 1, None, Pointer(4, 3, 0))]


async def test_places_are_those_of_the_source_whatever_the_rendition() -> None:
    room = Room(Stream("screen", input=True))
    room.stream.publish(picture(1, 80, 60))
    viewer, events = room.enter(Request(step=4, acknowledge=False)), room.stream.input()
    do(viewer, Pointer(79.5, 60, 0), Text("."), Pointer(-4, 1e9, 0))
    assert actions(events) == [Pointer(79.5, 60, 0), Text("."), Pointer(0, 60, 0)]


async def test_what_is_done_before_anything_is_announced_is_ignored() -> None:
    room = Room(Stream("screen", input=True))
    events = room.stream.input()
    do(room.enter(), PRESSED)
    assert not actions(events)


async def test_all_goes_up_when_a_viewer_leaves_and_nothing_of_others(room: Room) -> None:
    one, other, events = room.enter(), room.enter(), room.stream.input()
    do(one, PRESSED, Pointer(1, 2, 5))
    do(other, Touch(3, 1, 1, "start"), PRESSED)
    do(one, Touch(3, 1, 1, "start"), number=9)
    list(waiting(events))
    one.leave()
    gone = list(waiting(events))
    assert [(event.viewer, event.number) for event in gone] == [(1, 9)] * 3
    assert [event.action for event in gone] == [
        RELEASED,
        Pointer(1, 2, 0),
        Touch(3, 1, 1, "cancel"),
    ]
    other.leave()
    assert actions(events) == [RELEASED, Touch(3, 1, 1, "cancel")]
    assert not room.stream.operators._operators


async def test_a_viewer_that_comes_again_is_another_one(room: Room) -> None:
    events = room.stream.input()
    for _ in range(2):
        viewer = room.enter()
        do(viewer, Text("a"))
        viewer.leave()
    assert [event.viewer for event in waiting(events)] == [1, 2]


async def test_whoever_hears_next_ends_the_one_before_for_whom_all_goes_up(room: Room) -> None:
    viewer, first = room.enter(), room.stream.input()
    do(viewer, PRESSED)
    second = room.stream.input()
    assert [event.action async for event in first] == [PRESSED, RELEASED]
    do(viewer, RELEASED, Text("b"))
    first.close()
    do(viewer, Text("c"))
    assert actions(second) == [Text("b"), Text("c")]


async def test_closing_ends_what_is_heard_after_all_went_up(room: Room) -> None:
    viewer, events = room.enter(), room.stream.input()
    do(viewer, PRESSED)
    in_a_thread(events.close)
    do(viewer, Text("a"))
    assert [event.action async for event in events] == [PRESSED, RELEASED]


async def test_events_that_the_program_has_forgotten_are_kept_nowhere(room: Room) -> None:
    viewer = room.enter()
    room.stream.input()
    do(viewer, PRESSED)
    events = room.stream.input()
    do(viewer, RELEASED)
    assert not actions(events)


async def test_a_closed_stream_ends_what_is_heard_until_another_server_has_it(room: Room) -> None:
    viewer, events = room.enter(), room.stream.input()
    do(viewer, PRESSED)
    viewer.leave()
    room.stream.close()
    assert [event.action async for event in events] == [PRESSED, RELEASED]
    assert [event async for event in room.stream.input()] == []
    room.stream.adopt(object())
    viewer, events = room.enter(), room.stream.input()
    do(viewer, Text("a"))
    assert actions(events) == [Text("a")]


# A slow program.


async def test_a_program_that_hears_nothing_for_long_is_left_with_nothing_down(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    viewer, events = room.enter(), room.stream.input()
    with caplog.at_level(logging.WARNING):
        for number in range(3 * MAX_OF_VIEWER):
            code = f"Key{number % 7}"
            do(viewer, Pointer(number % 8, 1, number % 3), Key("a", code, number % 2 == 0))
    viewer.leave()
    heard = actions(events)
    assert len(heard) < MAX_OF_VIEWER + 200
    down = set[str]()
    for action in heard:
        if isinstance(action, Key):
            down ^= {action.code}
            assert (action.code in down) == action.down
    assert not down
    assert [action.buttons for action in heard if isinstance(action, Pointer)][-1] == 0
    assert [record.getMessage() for record in caplog.records] == [
        "stream screen: the program takes what viewers do too slowly, so some of it is lost"
    ]


async def test_one_viewer_that_floods_does_not_keep_others_from_being_heard(room: Room) -> None:
    flood, other, events = room.enter(), room.enter(), room.stream.input()
    for _ in range(2 * MAX_OF_VIEWER):
        do(flood, Text("x"))
    do(other, Text("y"))
    assert [event.action for event in waiting(events) if event.viewer == 2] == [Text("y")]


# A function.


class Heard:
    """A function of a program, and the thread it was called in."""

    def __init__(self) -> None:
        self.actions: list[Action] = []
        self.threads: set[str] = set()

    def __call__(self, event: InputEvent) -> None:
        self.actions.append(event.action)
        self.threads.add(threading.current_thread().name)


async def test_a_function_is_called_in_a_thread_of_its_own_once_somebody_does_something() -> None:
    heard = Heard()
    room = Room(Stream("screen", input=heard))
    room.stream.publish(picture(1))
    viewer, before = room.enter(), threading.active_count()
    assert threading.active_count() == before
    do(viewer, PRESSED)
    await until(lambda: heard.actions == [PRESSED])
    assert heard.threads == {"ws-stream input of screen"}
    viewer.leave()
    room.stream.close()
    assert heard.actions == [PRESSED, RELEASED]
    assert threading.active_count() == before


async def test_a_function_that_fails_is_told_of_once_for_each_kind_and_called_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard: list[Action] = []

    def fail(event: InputEvent) -> None:
        heard.append(event.action)
        match event.action:
            case Text("key"):
                raise KeyError("a\nb")
            case Text("exit"):
                sys.exit(3)
        raise OSError("\u202e" + "x" * 1000)

    room = Room(Stream("screen", input=fail))
    room.stream.publish(picture(1))
    viewer = room.enter()
    with caplog.at_level(logging.WARNING):
        for text in ("key", "key", "exit", "other", "exit", "other"):
            do(viewer, Text(text))
        await until(lambda: len(heard) == 6)
        room.stream.close()
    lines = [record.getMessage() for record in caplog.records]
    assert [line.partition("failed: ")[2][:8] for line in lines] == [
        "KeyError",
        "SystemEx",
        "OSError(",
    ]
    assert all(line.isprintable() and len(line) < 500 for line in lines)
    assert all("test_operators.py:" in line for line in lines[:2])
    assert not viewer.refused


async def test_a_function_that_is_stuck_holds_up_neither_pictures_nor_the_end_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ws_stream.hub.caller.LAST_WORDS", 0.01)
    release = threading.Event()
    room = Room(Stream("screen", input=lambda _: release.wait(20)))
    room.stream.publish(picture(1))
    viewer = room.enter()
    do(viewer, PRESSED)
    room.stream.publish(picture(2))
    await viewer.sees(2)
    room.stream.close()
    release.set()


async def test_a_function_hears_one_thing_at_a_time_and_in_order_whoever_took_over_meanwhile() -> (
    None
):
    heard = Heard()
    later = threading.Event()

    def slow(event: InputEvent) -> None:
        if event.action == PRESSED:
            later.wait(0.2)
        heard(event)
        later.set()

    room = Room(Stream("screen", input=slow))
    room.stream.publish(picture(1))
    viewer = room.enter()
    do(viewer, PRESSED)
    room.stream.input()  # and forget it
    do(viewer, Text("a"))
    await until(lambda: len(heard.actions) == 3)
    assert heard.actions == [PRESSED, RELEASED, Text("a")]
    room.stream.close()


async def test_an_iterator_takes_over_from_a_function_and_gives_back_when_it_is_forgotten() -> None:
    heard = Heard()
    room = Room(Stream("screen", input=heard))
    room.stream.publish(picture(1))
    viewer = room.enter()
    do(viewer, PRESSED)
    events = room.stream.input()
    do(viewer, Text("a"))
    assert actions(events) == [Text("a")]
    del events
    do(viewer, Text("b"))
    await until(lambda: heard.actions == [PRESSED, RELEASED, Text("b")])
    room.stream.close()

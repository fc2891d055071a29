"""What waits for the device's program, and how that takes it: by `for`, by `async for`, slowly, or no more."""

import _thread
import asyncio
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import UsageError
from ws_stream.hub.errands import Errands
from ws_stream.hub.held import Mover
from ws_stream.hub.input import MAX_OF_VIEWER, MAX_WAITING, InputEvent, InputEvents
from ws_stream.protocol.input import MAX_WHEEL, Action, Key, Pointer, Text, Touch

from .viewer import beside, until

POINTER: Mover = ("pointer", 0)


def events() -> InputEvents:
    return InputEvents(Errands(), InputEvents.finish)


def done(action: Action, viewer: int = 1) -> InputEvent:
    return InputEvent(viewer, 7, 3, None, action)


def put(to: InputEvents, *actions: Action, viewer: int = 1) -> None:
    """Pointers are moves, all else is not."""
    for action in actions:
        to.put(done(action, viewer), POINTER if isinstance(action, Pointer) else None)


def taken(of: InputEvents) -> list[Action]:
    """All that waits."""
    of.finish()
    return [event.action for event in of]


def test_all_is_heard_in_order_and_then_it_ends() -> None:
    some = events()
    said = Text("a"), Key("b", "KeyB", True), Pointer(1, 2, 0), Key("b", "KeyB", False)
    put(some, *said)
    some.close()
    assert list(some) == [done(action) for action in said]
    assert list(some) == []


def test_of_moves_that_wait_the_newest_counts_and_the_wheel_is_added_up() -> None:
    some = events()
    put(
        some, Pointer(1, 1, 0), Pointer(2, 2, 0, (0, 5)), Pointer(3, 3, 0), Pointer(4, 4, 0, (1, 7))
    )
    put(some, Text("a"), Pointer(5, 5, 0), Pointer(6, 6, 0))
    assert taken(some) == [Pointer(4, 4, 0, (1, 12)), Text("a"), Pointer(6, 6, 0)]


def test_a_wheel_that_turns_while_the_program_sleeps_stays_within_bounds() -> None:
    some = events()
    put(some, *[Pointer(1, 1, 0, (-MAX_WHEEL, MAX_WHEEL))] * 9)
    assert taken(some) == [Pointer(1, 1, 0, (-MAX_WHEEL, MAX_WHEEL))]


def test_a_move_that_was_taken_is_not_changed_any_more() -> None:
    some = events()
    put(some, Pointer(1, 1, 0))
    first = next(some)
    put(some, Pointer(2, 2, 0))
    assert (first.action, taken(some)) == (Pointer(1, 1, 0), [Pointer(2, 2, 0)])


def test_each_finger_and_each_viewer_moves_for_itself() -> None:
    some = events()
    for at in range(3):
        for touch in range(2):
            some.put(done(Touch(touch, at, at, "move")), ("touch", touch))
        put(some, Pointer(at, at, 0), viewer=2)
    assert taken(some) == [Touch(0, 2, 2, "move"), Touch(1, 2, 2, "move"), Pointer(2, 2, 0)]


def test_no_viewer_and_not_all_together_have_more_waiting_than_may_be() -> None:
    some = events()
    for viewer in range(1, MAX_WAITING // MAX_OF_VIEWER + 1):
        for _ in range(MAX_OF_VIEWER):
            assert not some.is_full(viewer)
            put(some, Text("a"), viewer=viewer)
        assert some.is_full(viewer)
    assert some.is_full(99)
    next(some)
    assert not some.is_full(1)
    assert some.is_full(2)


@given(st.lists(st.tuples(st.integers(1, 2), st.sampled_from("mt")) | st.none()))
def test_whatever_the_order_nothing_but_moves_is_left_out(
    steps: list[tuple[int, str] | None],
) -> None:
    some, pressed, heard = events(), list[InputEvent](), list[InputEvent]()
    for number, step in enumerate(steps):
        if step is None:
            if some._waiting:
                heard.append(next(some))
        elif step[1] == "t":
            pressed.append(done(Text(str(number)), step[0]))
            put(some, Text(str(number)), viewer=step[0])
        else:
            put(some, Pointer(number, 0, 0), viewer=step[0])
    some.finish()
    heard += list(some)
    assert [event for event in heard if isinstance(event.action, Text)] == pressed
    for viewer in (1, 2):
        at = [number for number, step in enumerate(steps) if step == (viewer, "m")]
        places = [
            event.action.x
            for event in heard
            if event.viewer == viewer and isinstance(event.action, Pointer)
        ]
        assert places == sorted(set(places))
        assert places[-1:] == at[-1:]
    assert not (some._counts or some._moves)


def test_a_thread_that_waits_is_woken_by_an_event_and_by_the_end() -> None:
    some, heard = events(), list[InputEvent]()

    def hear() -> None:
        heard.extend(some)

    with beside(hear):
        put(some, Text("a"))
        put(some, Text("b"))
        some.close()
    assert heard == [done(Text("a")), done(Text("b"))]


async def test_a_task_waits_without_holding_up_others_and_is_woken_from_another_thread() -> None:
    some = events()
    threading.Timer(0.01, put, [some, Text("a")]).start()
    assert (await anext(some)).action == Text("a")
    threading.Timer(0.01, some.close).start()
    assert [event async for event in some] == []


async def test_tasks_that_stop_waiting_leave_nothing_behind_and_lose_nothing() -> None:
    some = events()
    waiting = [asyncio.ensure_future(anext(some)) for _ in range(9)]
    await asyncio.sleep(0)
    for task in waiting[:8]:
        task.cancel()
    await asyncio.sleep(0)
    put(some, Text("a"))
    assert (await waiting[8]).action == Text("a")
    assert not some._wakers


def test_a_loop_that_was_closed_while_a_task_waited_is_no_fault() -> None:
    some, loop = events(), asyncio.new_event_loop()
    task = loop.create_task(anext(some))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    put(some, Text("a"))
    task._log_destroy_pending = False  # type: ignore[attr-defined]  # that is the test
    assert next(some).action == Text("a")


async def test_for_is_refused_on_the_stream_s_own_event_loop_which_it_would_stop() -> None:
    errands = Errands()
    errands.open()
    some = InputEvents(errands, InputEvents.finish)
    with pytest.raises(UsageError, match="right would be `async for`, or another thread"):
        next(some)
    put(some, Text("a"))
    assert (await anext(some)).action == Text("a")


async def test_the_end_is_heard_by_all_who_wait() -> None:
    some = events()
    waiting = [asyncio.ensure_future(anext(some, None)) for _ in range(3)]
    await asyncio.sleep(0)
    some.finish()
    await until(lambda: all(task.done() for task in waiting))
    assert [task.result() for task in waiting] == [None] * 3


@pytest.mark.usefixtures("ctrl_c")
def test_a_program_that_waits_is_interrupted_also_by_what_came_just_before() -> None:
    """As `interrupt_main` has it: the interrupt is noted, and wakes nobody."""
    threading.Timer(0.05, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        next(events())

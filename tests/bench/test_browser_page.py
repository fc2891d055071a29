"""bench/browser_page.py: what a trace says."""

from typing import Any

from bench.browser_page import Traced, durations

PAGE, OTHER = 10, 20
WORKER = 11


def event(
    name: str, at: int, *, thread: int = PAGE, process: int = PAGE, **more: object
) -> dict[str, Any]:
    return {"name": name, "ts": at, "tid": thread, "pid": process, **more}


def received(at: int, **more: int) -> dict[str, Any]:
    return event("WebSocketReceive", at, **more)


def test_a_handler_is_what_a_message_calls_first() -> None:
    events = [
        event("RunTask", 0, dur=9000),
        received(1),
        event("FunctionCall", 2, dur=3000),
        event("FunctionCall", 3, dur=1000),  # something else
    ]
    assert durations(events, PAGE) == Traced(handlers=(3.0,), tasks=(9.0,))


def test_events_come_in_any_order() -> None:
    events = [event("FunctionCall", 2, dur=3000), received(1)]
    assert durations(events, PAGE).handlers == (3.0,)


def test_a_worker_has_handlers_but_no_tasks_of_the_main_thread() -> None:
    events = [
        event("RunTask", 0, thread=WORKER, dur=7000),
        received(1, thread=WORKER),
        event("FunctionCall", 2, dur=100),  # the main thread meanwhile
        event("FunctionCall", 3, thread=WORKER, dur=4000),
    ]
    assert durations(events, PAGE) == Traced(handlers=(4.0,), tasks=())


def test_other_processes_do_not_count() -> None:
    events = [received(1, process=OTHER), event("FunctionCall", 2, process=OTHER, dur=9)]
    assert durations(events, PAGE) == Traced((), ())


def test_what_had_not_ended_when_the_trace_did_has_no_duration() -> None:
    assert durations([received(1), event("FunctionCall", 2)], PAGE) == Traced((), ())

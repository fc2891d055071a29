"""What viewers hear of a source that fails is one of a few sentences; all else is the log's."""

import logging
import time

import pytest

from ws_stream.errors import Failure, SourceError, UsageError
from ws_stream.hub.stream import Stream
from ws_stream.producers.failure import LINES_A_MINUTE, Failures, Told, told

SECRET = "rtsp://admin:password@10.0.0.5/1"

ERRORS = [
    SourceError(f"cannot open {SECRET}"),
    SourceError(f"{SECRET} is gone", Failure.UNREADABLE),
    UsageError(f"{SECRET} is too short"),
    OSError(2, "No such file", SECRET),
    RuntimeError(SECRET),
    SystemExit(SECRET),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__[:9])
def test_viewers_hear_the_kind_of_failure_and_the_log_hears_all(error: BaseException) -> None:
    viewers, log, details = told(error)
    assert viewers in set(Failure)
    assert "password" in log + details


def test_that_there_is_no_memory_is_said_without_a_place_in_some_code() -> None:
    viewers, log, details = told(MemoryError("Unable to allocate 24. MiB"))
    assert viewers == Failure.NO_MEMORY
    assert "right would be more of it" in log
    assert details == ""


def test_the_log_shows_where_a_source_s_own_code_failed() -> None:
    try:
        raise ZeroDivisionError("oops")
    except ZeroDivisionError as error:
        failure = told(error)
    assert failure.log == "the source failed: ZeroDivisionError('oops')"
    assert "in test_the_log_shows_where" in failure.details
    assert told(SourceError("the cable is out")).details == ""


def test_no_sentence_for_viewers_has_a_place_for_anything_else() -> None:
    assert not [sentence for sentence in Failure if set(sentence) & set("/{}%:")]


def test_one_failure_is_logged_once_and_again_when_there_were_pictures_between(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stream, failures = Stream("camera"), Failures()
    failure, other = Told("viewers", "the cable is out"), Told("viewers", "the lens is dark")
    for told_now in (failure, failure, other, other, None, other):
        failures.tell(stream, told_now)
        assert stream.problem == (told_now and "viewers")
    said = ["the cable is out", "the lens is dark", "the lens is dark"]
    assert caplog.messages == [f"stream camera: {sentence}" for sentence in said]


def test_of_failures_that_are_never_the_same_few_are_logged_and_all_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A time or an address in memory is in many exceptions' texts."""
    stream, failures = Stream("camera"), Failures()
    for number in range(10 * LINES_A_MINUTE):
        failures.tell(stream, Told(f"kind {number}", f"failed at {number}"))
        assert stream.problem == f"kind {number}"
    assert len(caplog.messages) == LINES_A_MINUTE


def test_that_there_are_pictures_again_is_logged_once_where_it_was_that_there_were_none(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    stream, failures = Stream("camera"), Failures()
    failure = Told("viewers", "the cable is out")
    for told_now in (None, failure, failure, None, None, failure, None):
        failures.tell(stream, told_now)
    begin, end = "stream camera: the cable is out", "stream camera: there are pictures again"
    assert caplog.messages == [begin, end, begin, end]


def test_a_source_that_comes_and_goes_has_few_lines_and_no_end_without_its_begin(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    stream, failures = Stream("camera"), Failures()
    for number in range(10 * LINES_A_MINUTE):
        failures.tell(stream, Told("viewers", f"failed at {number}"))
        failures.tell(stream, None)
    assert len(caplog.messages) == 2 * LINES_A_MINUTE
    assert all(said.endswith("again") == bool(i % 2) for i, said in enumerate(caplog.messages))


def test_what_could_not_be_logged_is_when_there_is_room(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, failures = Stream("camera"), Failures()
    for number in range(LINES_A_MINUTE):
        failures.tell(stream, Told("viewers", f"failed at {number}"))
    last = Told("viewers", "the cable is out")
    failures.tell(stream, last)
    later = time.monotonic() + 60
    monkeypatch.setattr(time, "monotonic", lambda: later)
    failures.tell(stream, last)
    failures.tell(stream, last)
    assert caplog.messages.count("stream camera: the cable is out") == 1

"""What viewers hear of a source that fails is one of a few sentences; all else is the log's."""

import pytest

from ws_stream.errors import Failure, SourceError, UsageError
from ws_stream.producers.failure import told

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

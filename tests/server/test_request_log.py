"""The log of requests, by a clock of its own: whatever peers do, it stays short, and says everything once."""

import logging

import pytest

from ws_stream.server.request_log import LINES_A_MINUTE, REMEMBERED, RequestLog


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(clock: Clock) -> RequestLog:
    return RequestLog(logging.getLogger("requests"), clock)


def test_a_sentence_is_said_once(
    log: RequestLog, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(100):
        log.warning("the host %s is refused", "a")
        log.warning("the host %s is refused", "b")
        clock.now += 60
    assert caplog.messages == ["the host a is refused", "the host b is refused"]


def test_of_ever_new_sentences_a_bounded_number_a_minute_is_said(
    log: RequestLog, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for second in range(600):
        for number in range(100):
            log.warning("the host %s is refused", second * 100 + number)
        clock.now += 1
    assert LINES_A_MINUTE * 10 <= len(caplog.records) <= LINES_A_MINUTE * 11
    assert len(log._said) <= REMEMBERED


def test_what_could_not_be_said_is_said_when_there_is_room(
    log: RequestLog, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(LINES_A_MINUTE):
        log.warning("noise %d", number)
    log.warning("needed")
    clock.now += 60
    log.warning("needed")
    assert caplog.messages.count("needed") == 1


def test_a_fault_is_one_line_with_its_kind_and_place_and_no_traceback(
    log: RequestLog, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        raise ZeroDivisionError("a\nfake: line")
    except ZeroDivisionError:
        log.error("handler failed", exc_info=True)
        log.exception("handler failed")
    (record,) = caplog.records
    assert record.getMessage().startswith(
        r"handler failed: ZeroDivisionError('a\nfake: line') at test_request_log.py:"
    )
    assert not record.exc_info


def test_a_request_can_write_no_line_of_its_own(
    log: RequestLog, caplog: pytest.LogCaptureFixture
) -> None:
    log.warning("host %s", "a\n2026 root: all is well\x1b[2J" + "a" * 9999)
    (message,) = caplog.messages
    assert message.isprintable()
    assert len(message) <= 300


def test_who_wants_to_debug_hears_all(log: RequestLog, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "requests"):
        for _ in range(50):
            log.debug("> frame")
    assert len(caplog.records) == 50

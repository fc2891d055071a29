"""What a viewer holds and says, state by state: docs/protocol.md, "States". The clock is the test's."""

from dataclasses import replace

import numpy as np
import pytest

from ws_stream.codec import encode
from ws_stream.errors import ChecksumError, ProtocolError
from ws_stream.limits import MAX_SERVER_MESSAGE
from ws_stream.pixels.formats import GRAY8
from ws_stream.pixels.frame import Frame, blank
from ws_stream.protocol import control, messages
from ws_stream.session import SILENT_AT_MOST, Outcome, Session

from .strategies import with_checksum

EPOCH = 7
TOLD = messages.Announcement("a", EPOCH, GRAY8, 6, 4, (6, 4), 1, None, False, 0, 30, False)
REPORTS: list[messages.ServerMessage] = [
    messages.Pace(1, 0, 30, False),
    messages.Unchanged(1, 5),
    messages.Waiting(1, 5),
    messages.Problem("gone"),
    messages.Problem(None),
]

OTHERS: list[messages.ServerMessage] = [messages.Granted(1, 30), messages.ClockAnswer(1, 5)]


def frame(number: int, value: int, epoch: int = EPOCH) -> Frame:
    return Frame(epoch, number, 1, GRAY8, np.full((4, 6), value, np.uint8))


FIRST, SECOND = frame(1, 10), frame(2, 20)
STRANGE = [
    encode(frame(3, 30), frame(2, 20)),
    encode(frame(1, 10, EPOCH + 1)),
    with_checksum(encode(FIRST), 1),
    b"",
    b"rubbish" * 9,
]


class Viewer:
    """A session and the time."""

    def __init__(self, *heard: messages.ServerMessage | bytes) -> None:
        self.session, self.now = Session(), 100.0
        for message in heard:
            self.hears(message)

    def hears(self, message: messages.ServerMessage | str | bytes) -> messages.ViewerMessage | None:
        """What it says."""
        return self.outcome(message).reply

    def outcome(self, message: messages.ServerMessage | str | bytes) -> Outcome:
        sent = message if isinstance(message, str | bytes) else control.serialize(message)
        return self.session.receive(sent, self.now)

    @property
    def shows(self) -> int:
        """The number of the picture held."""
        assert self.session.held
        return self.session.held.number


class TestUnannounced:
    def test_whatever_is_said_may_come_first(self) -> None:
        viewer = Viewer()
        for message in (*REPORTS, *OTHERS):
            viewer.hears(message)
        assert viewer.session.held is None

    def test_a_picture_may_not(self) -> None:
        with pytest.raises(ProtocolError, match="before the announcement"):
            Viewer().hears(encode(FIRST))

    def test_a_binary_type_of_a_later_version_may(self) -> None:
        assert Viewer().outcome(b"\0\0\1\0") == (None, None, None)


class TestAnnounced:
    def test_the_blank_picture_is_held(self) -> None:
        held = Viewer(TOLD).session.held
        assert held
        assert np.array_equal(held.pixels, blank(EPOCH, GRAY8, 6, 4).pixels)
        assert held.number == 0

    def test_a_delta_against_what_is_held_is_applied(self) -> None:
        viewer = Viewer(TOLD, encode(FIRST))
        made = viewer.outcome(encode(SECOND, FIRST)).frame
        assert made
        assert (made.number, int(made.pixels[0, 0])) == (2, 20)

    def test_a_delta_against_blank_is_taken_whatever_is_held(self) -> None:
        viewer = Viewer(TOLD, encode(SECOND))
        for again in (SECOND, FIRST):
            assert viewer.outcome(encode(again)).frame
            assert viewer.shows == again.number

    def test_another_announcement_makes_it_void(self) -> None:
        viewer = Viewer(TOLD, encode(FIRST), TOLD._replace(epoch=8))
        assert viewer.shows == 0
        assert isinstance(viewer.hears(encode(SECOND, FIRST)), messages.Resync)

    def test_a_later_version_s_binary_message_changes_nothing(self) -> None:
        viewer = Viewer(TOLD, encode(FIRST), b"\0\0")
        assert viewer.shows == 1


@pytest.mark.parametrize("strange", STRANGE, ids=["base", "epoch", "checksum", "empty", "rubbish"])
class TestRefused:
    def test_the_picture_is_blank_and_another_is_asked_for_once(self, strange: bytes) -> None:
        viewer = Viewer(TOLD, encode(FIRST))
        refused = viewer.outcome(strange)
        assert refused.frame is None
        assert refused.refused
        assert refused.reply == messages.Resync()
        assert viewer.shows == 0
        assert viewer.hears(strange) is None
        assert viewer.shows == 0

    @pytest.mark.parametrize("report", REPORTS, ids=lambda report: type(report).__name__)
    def test_it_is_asked_for_again_after_each_report(
        self, strange: bytes, report: messages.ServerMessage
    ) -> None:
        viewer = Viewer(TOLD, strange)
        for _ in range(2):
            assert viewer.hears(report) == messages.Resync()
            assert viewer.hears(strange) is None
        assert viewer.outcome(encode(FIRST)).frame
        assert viewer.hears(report) is None

    def test_nothing_else_asks_again(self, strange: bytes) -> None:
        viewer = Viewer(TOLD, strange)
        for message in OTHERS:
            assert viewer.hears(message) is None

    def test_an_announcement_ends_it(self, strange: bytes) -> None:
        viewer = Viewer(TOLD, strange, TOLD)
        assert viewer.hears(REPORTS[0]) is None


def test_a_wrong_checksum_is_one() -> None:
    assert isinstance(Viewer(TOLD).outcome(STRANGE[2]).refused, ChecksumError)


def test_a_resync_of_its_own_may_be_answered_by_the_very_picture_that_was_held() -> None:
    viewer = Viewer(TOLD, encode(FIRST))
    assert viewer.session.resync(viewer.now) == messages.Resync()
    assert viewer.shows == 0
    assert viewer.outcome(encode(FIRST)).frame
    assert viewer.shows == 1


class TestSignsOfLife:
    @pytest.mark.parametrize("report", REPORTS, ids=lambda report: type(report).__name__)
    def test_one_is_given_when_a_report_comes_and_nothing_was_said_for_long(
        self, report: messages.ServerMessage
    ) -> None:
        viewer = Viewer(TOLD)
        viewer.session.ask_clock(viewer.now)
        viewer.now += SILENT_AT_MOST - 0.001
        assert viewer.hears(report) is None
        viewer.now += 0.001
        assert viewer.hears(report) == messages.ClockQuestion(int(viewer.now * 1e6))
        assert viewer.hears(report) is None

    def test_who_has_drawn_a_picture_acknowledges_it_again(self) -> None:
        viewer = Viewer(TOLD)
        first = encode(FIRST)
        made = viewer.outcome(first).frame
        assert made
        said = messages.Acknowledge(1, EPOCH)
        assert viewer.session.acknowledge(made, first, viewer.now) == said
        viewer.now += SILENT_AT_MOST
        assert viewer.hears(REPORTS[1]) == said


def test_a_no_ack_picture_is_not_acknowledged() -> None:
    viewer = Viewer(TOLD)
    data = bytearray(encode(FIRST))
    data[3] |= 2
    made = viewer.outcome(bytes(data)).frame
    assert made
    assert viewer.session.acknowledge(made, bytes(data), viewer.now) is None


def test_a_question_of_the_time_is_answered_with_its_own_value() -> None:
    viewer = Viewer(TOLD)
    question = viewer.session.ask_clock(viewer.now)
    assert question
    viewer.now += 0.002
    viewer.hears(messages.ClockAnswer(question.viewer_time, 5_000_000))
    age = viewer.session.clock.age(4_000_000, viewer.now)
    assert age
    assert age.seconds == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        control.serialize(TOLD).replace('"width":6', '"width":99999'),
        control.serialize(TOLD._replace(width=16384, height=16384)),
        " " * MAX_SERVER_MESSAGE + "{}",
    ],
)
def test_words_that_break_the_tables_end_the_connection(text: str) -> None:
    with pytest.raises(ProtocolError):
        Viewer().hears(text)


def test_side_data_goes_with_its_picture() -> None:
    told = {"exposure": 0.01, "pointer": [3, 4]}
    viewer = Viewer(TOLD)
    made = viewer.outcome(encode(replace(FIRST, meta=told))).frame
    assert made
    assert made.meta == told
    after = viewer.outcome(encode(SECOND, FIRST)).frame
    assert after
    assert after.meta is None

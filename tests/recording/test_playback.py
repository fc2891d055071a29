"""What each chunk makes of the picture that is held."""

import pytest

from tests.recording.recorded import announced, frames, received, same
from ws_stream.codec import encode
from ws_stream.errors import ProtocolError
from ws_stream.protocol import control, messages
from ws_stream.recording.chunk import Chunk, Kind
from ws_stream.recording.playback import Playback, play, stands_alone

ONE, TWO = frames([10, 20])
ANNOUNCED = Chunk(Kind.ANNOUNCEMENT, 0, 0, announced(ONE).encode())


def test_pictures_are_those_that_were_sent() -> None:
    chunks = [ANNOUNCED, Chunk(2, 0, 0, encode(ONE)), Chunk(2, 1, 1, encode(TWO, ONE))]
    found = [frame for _, frame in play(chunks)]
    assert found[0] is None
    assert found[1] and same(found[1], ONE)
    assert found[2] and same(found[2], TWO)


def test_a_whole_picture_is_shown_where_playing_begins_and_nowhere_else() -> None:
    whole = Chunk(Kind.WHOLE, 0, 0, encode(ONE))
    later = Chunk(Kind.PICTURE, 1, 1, encode(TWO, ONE))
    begun = [frame for _, frame in play([ANNOUNCED, whole, later])]
    gone_on = [frame for _, frame in play([ANNOUNCED, whole._replace(kind=2), whole, later])]
    assert [bool(frame) for frame in begun] == [False, True, True]
    assert [bool(frame) for frame in gone_on] == [False, True, False, True]


@pytest.mark.parametrize("kind", [129, 130, 131, 132, 133, 227])
def test_other_kinds_change_nothing(kind: int) -> None:
    playback = Playback()
    playback.apply(ANNOUNCED)
    playback.apply(Chunk(2, 0, 0, encode(ONE)))
    assert playback.apply(Chunk(kind, 0, 0, encode(TWO))) is None
    assert playback.held and same(playback.held, ONE)


@pytest.mark.parametrize(
    ("chunks", "sentence"),
    [
        ([Chunk(2, 0, 0, encode(ONE))], "a picture before the announcement"),
        ([Chunk(1, 0, 0, b"{}")], "not an object with a type"),
        (
            [Chunk(1, 0, 0, control.serialize(messages.Problem(None)).encode())],
            "an announcement of something else",
        ),
        ([ANNOUNCED, Chunk(2, 0, 0, encode(TWO, ONE))], "a delta against picture 1, not 0"),
        ([ANNOUNCED, Chunk(2, 0, 0, b"")], "shorter than its header"),
    ],
)
def test_what_cannot_follow_is_refused(chunks: list[Chunk], sentence: str) -> None:
    with pytest.raises(ProtocolError, match=sentence):
        list(play(chunks))


def test_a_stream_over_the_limit_takes_no_memory() -> None:
    told = announced(ONE).replace('"width":4', '"width":16384').replace(':3,"s', ':16384,"s')
    with pytest.raises(ProtocolError, match="16384x16384 is over the limit"):
        Playback().apply(Chunk(1, 0, 0, told.encode()))


def test_a_message_stands_alone_if_its_base_is_blank() -> None:
    messages = [m.message for m in received([ONE, TWO]) if isinstance(m.message, bytes)]
    assert [stands_alone(message) for message in messages] == [True, False]
    assert not stands_alone(b"short")

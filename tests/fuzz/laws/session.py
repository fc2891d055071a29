"""Whatever a server sends, a viewer has the picture that was sent, a blank one, or no connection.

A refusal is a ProtocolError, and leaves the picture that was held as it was. What is shown can be sent on.
"""

from collections.abc import Iterator

import numpy as np

from tests.fuzz.laws.events import read
from tests.fuzz.laws.sentence import check_sentence
from ws_stream.codec import decode, encode
from ws_stream.errors import ProtocolError
from ws_stream.limits import MAX_PICTURE_BYTES, MAX_SIDE_DATA
from ws_stream.pixels.frame import Frame, blank
from ws_stream.protocol import control, messages
from ws_stream.protocol.extension import rewritten
from ws_stream.session import Session

MOST_PIXELS = 2**16
"""Of a picture that is played: a larger one is right, and slow."""


def check(data: bytes) -> None:
    session = Session()
    for message in _messages(data):
        if not _take(session, message):
            return


def _messages(data: bytes) -> Iterator[str | bytes]:
    """Up to a text that is none: a WebSocket ends there."""
    for is_binary, message in read(data):
        try:
            yield message if is_binary else message.decode()
        except UnicodeDecodeError:
            return


def is_played(announcement: messages.Announcement) -> bool:
    """Whether its pictures are small, or none at all."""
    pixels = announcement.width * announcement.height
    is_refused = pixels * announcement.format.bytes_per_pixel > MAX_PICTURE_BYTES
    return is_refused or pixels <= MOST_PIXELS


def _take(session: Session, message: str | bytes) -> bool:
    """Whether the connection goes on."""
    held = session.held
    before = held.pixels.copy() if held else None
    try:
        if isinstance(message, str) and not _is_small(message):
            return False
        outcome = session.receive(message, 0)
    except ProtocolError as error:
        check_sentence(error)
        return False
    if outcome.reply:
        assert control.parse_from_viewer(control.serialize(outcome.reply)) == outcome.reply
    if outcome.refused:
        check_sentence(outcome.refused)
        assert session.held and session.held.number == 0
    if held and before is not None:
        assert np.array_equal(held.pixels, before)
    if outcome.frame:
        assert isinstance(message, bytes)
        assert held
        _check_frame(outcome.frame, held)
        session.acknowledge(outcome.frame, message, 0)
    return True


def _is_small(text: str) -> bool:
    told = control.parse_from_server(text)
    return not isinstance(told, messages.Announcement) or is_played(told)


def _check_frame(frame: Frame, held: Frame) -> None:
    assert (frame.epoch, frame.format) == (held.epoch, held.format)
    assert frame.pixels.shape == held.pixels.shape
    assert not frame.pixels.flags.writeable
    assert len(rewritten(frame.meta)) <= MAX_SIDE_DATA
    again = decode(encode(frame), blank(frame.epoch, frame.format, frame.width, frame.height))
    assert np.array_equal(again.pixels, frame.pixels)

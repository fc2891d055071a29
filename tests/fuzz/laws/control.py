"""Whatever is said, it is a message, one of a later version, or a ProtocolError; a message can be said again."""

from collections.abc import Callable

from tests.fuzz.laws.sentence import check_sentence
from ws_stream.errors import ProtocolError
from ws_stream.protocol.control import parse_from_server, parse_from_viewer, serialize
from ws_stream.protocol.messages import Input, ServerMessage, ViewerMessage


def check(data: bytes) -> None:
    for parse in (parse_from_server, parse_from_viewer):
        _check(data, parse)


def _check(
    data: bytes, parse: Callable[[str | bytes], ServerMessage | ViewerMessage | None]
) -> None:
    try:
        message = parse(data)
    except ProtocolError as error:
        check_sentence(error)
        return
    is_empty = isinstance(message, Input) and not message.events  # all were of a later version
    if message is not None and not is_empty:
        assert parse(serialize(message)) == message

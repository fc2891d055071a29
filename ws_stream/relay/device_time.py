"""The device's time, passed on by whoever knows it within bounds. Pure; docs/nats.md is the authority.

An answer says how uncertain it is, so bounds add up from hop to hop, and none is ever too narrow.
"""

import json
from math import ceil

from ..clock import Age
from ..errors import ProtocolError
from ..limits import MAX_TIME
from ..pixels.frame import Frame
from ..protocol import control
from ..protocol.json_text import decode_json
from ..protocol.messages import ClockAnswer, ClockQuestion


def clock_question(viewer_time: int) -> bytes:
    """The question, as in the protocol; `viewer_time` are microseconds of the asker's clock."""
    return control.serialize(ClockQuestion(viewer_time)).encode()


def clock_answer(question: bytes, frame: Frame, age: Age) -> bytes:
    """The answer of whoever has just found a picture to be so old. Raises ProtocolError for what is no question."""
    asked = control.parse_from_viewer(question)
    if not isinstance(asked, ClockQuestion):
        raise ProtocolError("a question of the time that is none")
    known = {
        "type": "clock",
        "viewer_time": asked.viewer_time,
        "time": frame.time + round(age.seconds * 1e6),
        "uncertainty": ceil(age.uncertainty * 1e6) + 1,  # rounded
    }
    return json.dumps(known, separators=(",", ":")).encode()


def parse_clock_answer(answer: bytes, viewer_time: int) -> tuple[int, float]:
    """The device's time in microseconds, and within how many seconds. Raises ProtocolError for no answer to that."""
    said = control.parse_from_server(answer)
    if not isinstance(said, ClockAnswer) or said.viewer_time != viewer_time:
        raise ProtocolError("an answer to another question")
    uncertainty = decode_json(answer).get("uncertainty")
    if type(uncertainty) is not int or not 0 <= uncertainty < MAX_TIME:
        raise ProtocolError("an answer without a valid 'uncertainty'")
    return said.time, uncertainty / 1e6

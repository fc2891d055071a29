"""How much Python runs for a picture: on a small device each function is cold, and costs microseconds."""

import sys
from types import FrameType

import numpy as np

from ws_stream.hub.stream import Stream
from ws_stream.protocol.request import Request


class Nobody:
    """A peer without a socket."""

    may_operate = True

    def fileno(self) -> int:
        return -1

    def write(self, message: str) -> None: ...

    def finish_picture(self) -> None: ...

    def fail(self) -> None: ...

    def refuse(self, sentence: str) -> None: ...

    def time_out(self) -> None: ...


async def test_a_published_picture_takes_at_most_45_calls() -> None:
    stream = Stream("cheap")
    stream.publish(np.zeros((60, 100, 4), np.uint8))
    stream.begin(stream.join(Nobody(), Request()))
    calls: list[str] = []

    def count(_: FrameType, event: str, argument: object) -> None:
        if event in ("call", "c_call"):
            calls.append(str(argument))

    for shade in range(1, 4):  # the first ones learn the format
        picture = np.full((60, 100, 4), shade, np.uint8)
        calls.clear()
        sys.setprofile(count)
        stream.publish(picture)
        sys.setprofile(None)
    assert len(calls) <= (45 if "CompiledWalk" in type(stream.walk).__name__ else 400)
    stream.close()

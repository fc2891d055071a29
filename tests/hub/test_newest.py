"""Pictures that are published, where there is no memory to send them."""

from typing import Any

import pytest

from ws_stream.hub import newest as newest_module
from ws_stream.hub import subscription as subscription_module
from ws_stream.hub.stream import Stream
from ws_stream.walk import Walk

from .viewer import BOTH_WALKS, NewWalk, Room, picture


class Scarce:
    """A walk's call that fails by the lack of memory, so many times."""

    def __init__(self, patch: pytest.MonkeyPatch, walk: Walk, name: str, times: int = 2) -> None:
        self._call = getattr(walk, name)
        self.times = times
        patch.setattr(walk, name, self)

    def __call__(self, *arguments: Any) -> Any:  # noqa: ANN401 - as the call
        if self.times:
            self.times -= 1
            raise MemoryError
        return self._call(*arguments)


@BOTH_WALKS
@pytest.mark.parametrize("call", ["flush_one", "next_turn"])
async def test_a_picture_for_which_there_was_no_memory_follows_when_there_is_some(
    walk: NewWalk, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (newest_module, subscription_module):
        monkeypatch.setattr(module, "TRY_AGAIN", 0.001)
    stream = Stream("camera", walk=walk)
    stream.publish(picture(7))
    viewer = Room(stream).come()
    scarce = Scarce(monkeypatch, stream.walk, call)
    stream.audience.greet(viewer.subscription)
    stream.newest.flush()
    await viewer.sees(7)
    assert scarce.times < 2


async def test_who_comes_while_there_is_no_memory_fails_by_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = Stream("camera")
    stream.publish(picture(7))
    viewer = Room(stream).come()
    Scarce(monkeypatch, stream.walk, "next_turn")
    with pytest.raises(MemoryError):
        stream.begin(viewer.subscription)

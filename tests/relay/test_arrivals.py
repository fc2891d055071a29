"""Messages that wait: in their order, and never many."""

import pytest

from ws_stream.relay import arrivals
from ws_stream.relay.arrivals import MOST, Arrivals
from ws_stream.relay.following import Numbered

ONE = "0123456789abcdef"


async def test_they_come_in_their_order_and_none_is_waited_for_no_longer_than_said() -> None:
    waiting = Arrivals()
    assert await waiting.next(0.0) is None
    said = [Numbered(ONE, number, b"x") for number in range(3)]
    assert waiting.put(said)
    assert [await waiting.next(1) for _ in said] == said
    assert await waiting.next(0.0) is None


async def test_of_too_many_none_is_there() -> None:
    waiting = Arrivals()
    assert waiting.put([Numbered(ONE, 1, b"x")] * MOST)
    assert not waiting.put([Numbered(ONE, 1, b"x")])
    assert await waiting.next(0.0) is None
    assert waiting.put([Numbered(ONE, 2, b"x")])


async def test_of_too_many_bytes_none_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "MAX_MESSAGE", 10)
    waiting = Arrivals()
    assert not waiting.put([Numbered(ONE, 1, bytes(21))])
    assert await waiting.next(0.0) is None

"""Which addresses are other servers' streams, and what they are called here."""

import pytest

from ws_stream import Server, UsageError, connect
from ws_stream.relay.addresses import name_of, open_upstream
from ws_stream.relay.schemes import is_elsewhere


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("ws://device:8000/stream/camera", "camera"),
        ("wss://device/stream/caf%C3%A9%201", "caf-1"),
        ("ws://device:8000/stream", "device"),
        ("http://device:8000/?stream=camera", "camera"),
        ("https://device/cam/?stream=b", "b"),
        ("http://192.168.1.7:8000", "192.168.1.7"),
        ("ws://[fe80::1]:8000/stream", "fe80-1"),
        ("WS://device:8000/stream/b", "b"),
        ("NATS://hub/lab.camera", "camera"),
        ("ws://device:8000/stream/camera#token=abcdefghijklmnopqrstuvwxyz012345", "camera"),
    ],
)
def test_a_stream_is_called_as_it_is_there_else_as_the_device(address: str, name: str) -> None:
    upstream = open_upstream(address)
    assert upstream
    assert name_of(upstream) == name
    assert "token" not in upstream.url


@pytest.mark.parametrize("other", ["test:", "ws.wss", "/tmp/ws://x.wss", "shm:ws", "", 7, None])
def test_other_sources_are_not_taken_for_one(other: object) -> None:
    assert not is_elsewhere(other)
    assert open_upstream(other) is None


@pytest.mark.parametrize("address", ["ws://", "ws://:80/stream/a", "ws://x:0/stream/a"])
def test_a_wrong_address_is_refused_before_anything_is_connected(address: str) -> None:
    with pytest.raises(UsageError, match="right would be ws://HOST:PORT/stream/NAME"):
        Server(port=0).serve(address)


def test_a_connection_may_stand_for_its_address() -> None:
    server = Server(port=0)
    assert server.serve(connect("ws://127.0.0.1:1/stream/camera")).name == "camera"

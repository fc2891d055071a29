"""What is let in, by sockets that the system has no room for."""

import errno
import os
import resource
import socket
from collections.abc import Iterator

import pytest

from ws_stream.server.gate import PAUSE, SPARE, Gate, leaves_spare


@pytest.fixture
def listening() -> Iterator[Gate]:
    with Gate(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.admits = lambda *_: True
        yield listening


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM])
def test_that_there_is_no_room_is_said_once_in_a_pause_however_often_it_is_tried(
    listening: Gate, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fails(_: socket.socket) -> None:
        raise OSError(number, os.strerror(number))

    now = 1000.0
    monkeypatch.setattr(socket.socket, "accept", fails)
    monkeypatch.setattr("ws_stream.server.gate.time.monotonic", lambda: now)
    for _ in range(3):
        with pytest.raises(OSError, match=os.strerror(number)):
            listening.accept()
        for _ in range(100):
            with pytest.raises(BlockingIOError):
                listening.accept()
        now += PAUSE


def test_any_other_failure_is_what_it_is(listening: Gate) -> None:
    listening.setblocking(False)
    with pytest.raises(BlockingIOError):
        listening.accept()
    listening.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        listening.accept()


@pytest.mark.parametrize(
    ("most", "highest"),
    [(1024, 1023 - SPARE), (64, 63 - SPARE), (32, 31 - 8), (resource.RLIM_INFINITY, 10**9)],
)
def test_the_last_descriptors_are_not_for_connections(
    monkeypatch: pytest.MonkeyPatch, most: int, highest: int
) -> None:
    monkeypatch.setattr("ws_stream.server.gate.resource.getrlimit", lambda _: (most, most))
    assert leaves_spare(highest)
    assert most == resource.RLIM_INFINITY or not leaves_spare(highest + 1)

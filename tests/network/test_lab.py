"""The lab itself: what it promises of its network is so, and nothing of it stays."""

import os
import subprocess

import pytest

from tests.network import lab
from tests.network.content import Noise
from tests.network.lab import CONGESTION_CONTROLS, DEVICE, LabError, Link, network

ECHO = f"""
import socket
listening = socket.create_server(("{DEVICE}", 9))
print("ready", flush=True)
peer = listening.accept()[0]
print(peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).rstrip(b"\\0").decode(), flush=True)
while data := peer.recv(1):
    peer.send(data)
"""
ASK = f"""
import socket, time
peer = socket.create_connection(("{DEVICE}", 9))
times = []
for _ in range(10):
    began = time.monotonic()
    peer.send(b"?")
    peer.recv(1)
    times.append(time.monotonic() - began)
print(min(times))
"""


def namespaces() -> str:
    return subprocess.run(["ip", "netns"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("congestion_control", CONGESTION_CONTROLS)
@pytest.mark.parametrize("delay", [0, 0.02])
def test_a_connection_has_the_delay_and_the_congestion_control_asked_for(
    congestion_control: str, delay: float
) -> None:
    with (
        network(Link(delay=delay), congestion_control) as hosts,
        hosts.device.program(ECHO) as echo,
    ):
        assert echo.readline() == "ready\n"
        with hosts.viewer.program(ASK) as asking:
            round_trip = float(asking.readline())
        assert echo.readline() == f"{congestion_control}\n"
    assert 2 * delay <= round_trip < 2 * delay + 0.02


def test_nothing_of_a_network_stays_when_its_test_fails() -> None:
    before = namespaces()
    with pytest.raises(ZeroDivisionError), network(Link(mbit=20), "cubic"):
        assert namespaces() != before
        raise ZeroDivisionError
    assert namespaces() == before


def test_without_root_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(LabError, match="right would be to run it as root"), network(Link(), "bbr"):
        pass


def test_a_congestion_control_the_kernel_lacks_is_named() -> None:
    with (
        pytest.raises(LabError, match=r"this kernel has no vegas2, only .*cubic"),
        network(Link(), "vegas2"),
    ):
        pass


def test_a_program_that_is_missing_is_named_by_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(lab.PROGRAMS, "no-such-program", "some-package")
    with (
        pytest.raises(LabError, match=r"needs some-package; tests/install\.sh"),
        network(Link(), "bbr"),
    ):
        pass


def test_noise_knows_its_own_pictures_and_no_other() -> None:
    noise = Noise(56)
    for index in (0, 1, 2**40):
        picture = noise.picture(index)
        assert noise.is_true(picture)
        picture[-1, -1] ^= 1
        assert not noise.is_true(picture)

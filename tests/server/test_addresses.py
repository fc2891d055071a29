"""Addresses are asked of the sockets, so each of them answers."""

import socket
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from ws_stream import Server
from ws_stream.server import addresses as module
from ws_stream.server.addresses import addresses


def listening(family: int, host: str, *, only_ipv6: bool = True) -> socket.socket:
    found = socket.socket(family, socket.SOCK_STREAM)
    if family == socket.AF_INET6:
        found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only_ipv6)
    found.bind((host, 0))
    found.listen()
    return found


def has_ipv6() -> bool:
    try:
        listening(socket.AF_INET6, "::1").close()
    except OSError:
        return False
    return True


ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_an_address_is_the_socket_s_own(stack: ExitStack) -> None:
    one = stack.enter_context(listening(socket.AF_INET, "127.0.0.1"))
    assert addresses([one]) == [f"127.0.0.1:{one.getsockname()[1]}"]


@ipv6
def test_each_socket_has_its_own_port_and_ipv6_its_brackets(stack: ExitStack) -> None:
    one = stack.enter_context(listening(socket.AF_INET, "127.0.0.1"))
    other = stack.enter_context(listening(socket.AF_INET6, "::1"))
    assert set(addresses([other, one])) == {
        f"127.0.0.1:{one.getsockname()[1]}",
        f"[::1]:{other.getsockname()[1]}",
    }


def hosts(listening: socket.socket) -> list[str]:
    port = f":{listening.getsockname()[1]}"
    return [address.removesuffix(port) for address in addresses([listening])]


def test_all_addresses_are_those_of_this_machine_of_the_families_that_are_heard(
    stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ipv4", lambda: iter(["127.0.0.2", "192.0.2.77", "127.0.0.1"]))
    monkeypatch.setattr(module, "_way_out", lambda _: iter(["127.0.0.1"]))
    one = stack.enter_context(listening(socket.AF_INET, "0.0.0.0"))
    assert hosts(one) == ["127.0.0.2", "127.0.0.1"]  # 192.0.2.77 is not here


@ipv6
@pytest.mark.parametrize("only_ipv6", [True, False])
def test_a_socket_of_ipv6_may_hear_both_families(stack: ExitStack, only_ipv6: bool) -> None:
    one = stack.enter_context(listening(socket.AF_INET6, "::", only_ipv6=only_ipv6))
    found = hosts(one)
    assert "[::1]" in found
    assert ("127.0.0.1" in found) is not only_ipv6


def test_loopback_comes_first_as_it_always_answers(stack: ExitStack) -> None:
    one = stack.enter_context(listening(socket.AF_INET, "0.0.0.0"))
    assert hosts(one)[0].startswith("127.")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "", socket.gethostname()])
def test_every_printed_address_answers_with_the_page(host: str) -> None:
    fetch_each(host)


@ipv6
@pytest.mark.parametrize("host", ["::1", "::"])
def test_every_printed_address_of_ipv6_answers_with_the_page(host: str) -> None:
    fetch_each(host)


def fetch_each(host: str) -> None:
    with Server(host, 0) as server:
        stream = server.stream("camera")
        urls = [*server.urls(), *server.urls(stream)]
        families = {listening.family for listening in server._listener.sockets}
        with ThreadPoolExecutor() as pool:
            assert set(pool.map(fetch, urls)) == {200}
        assert families == {
            socket.AF_INET6 if "[" in url else socket.AF_INET for url in server.urls()
        }
    assert server.urls() == []


def fetch(url: str) -> int:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=5) as response:
        assert b"ws-stream" in response.read()
        return int(response.status)


def test_a_unix_socket_has_a_path_and_no_port() -> None:
    with ExitStack() as stack:
        tcp = stack.enter_context(listening(socket.AF_INET, "127.0.0.1"))
        unix = stack.enter_context(socket.socket(socket.AF_UNIX))
        unix.bind("\0ws-stream-test")
        port = tcp.getsockname()[1]
        assert module.urls([unix, tcp], "http", "?stream=a") == [
            f"http://127.0.0.1:{port}/?stream=a",
            "unix:@ws-stream-test",
        ]
        assert module.port_of([unix, tcp]) == port
        assert module.port_of([unix]) == 0


def test_while_nothing_listens_there_is_no_address() -> None:
    assert Server(port=0).urls() == []

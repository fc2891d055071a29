"""Where a server listens beside a host and its port: at a Unix socket's path, and on sockets that others opened."""

import asyncio
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import connect, unix_connect
from websockets.exceptions import ConnectionClosed

from ws_stream import Server, UsageError
from ws_stream.server import peers

from .test_server import PROTOCOL, picture, receive_frame


@contextmanager
def listening_at(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.fspath(path))
        listening.listen(0)
        yield listening


def fetch(path: Path, target: str = "/healthz", headers: str = "Host: localhost\r\n") -> str:
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(10)
        one.connect(os.fspath(path))
        one.sendall(f"GET {target} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: one.recv(65536), b"")).decode()


def viewing(path: Path, **headers: str) -> connect:
    return unix_connect(
        os.fspath(path),
        "ws://localhost/stream/camera",
        subprotocols=PROTOCOL,
        compression=None,
        additional_headers={name.replace("_", "-"): said for name, said in headers.items()},
    )


@pytest.mark.parametrize("umask", [0, 0o22, 0o77, 0o777])
def test_its_owner_and_its_group_may_connect_and_no_one_else(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "socket"
    before = os.umask(umask)
    try:
        with Server(unix=path):
            assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert os.umask(umask) == umask
    finally:
        os.umask(before)


def test_it_never_had_another_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes = []
    before = socket.socket.bind

    def bind(self: socket.socket, address: str) -> None:
        before(self, address)
        modes.append(stat.S_IMODE(Path(address).stat().st_mode))

    monkeypatch.setattr(socket.socket, "bind", bind)
    with Server(unix=tmp_path / "socket"):
        assert modes == [0o660]


async def test_it_answers_there_and_only_there_in_any_event_loop(tmp_path: Path) -> None:
    async with Server(unix=tmp_path / "one") as one:
        with Server(unix=tmp_path / "two") as two:
            for server, path in ((one, tmp_path / "one"), (two, tmp_path / "two")):
                assert (server.port, server.urls()) == (0, [f"unix:{path}"])
                assert (await asyncio.to_thread(fetch, path)).startswith("HTTP/1.1 200")
                server.stream("camera").publish(picture(7))
                async with viewing(path) as websocket:
                    assert ((await receive_frame(websocket)).pixels == 7).all()
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - of names


async def test_a_name_that_is_pointed_here_is_not_answered_there_either(tmp_path: Path) -> None:
    async with Server(unix=tmp_path / "socket"):
        for host, status in (("camera.example", 403), ("localhost", 200), ("192.168.1.7", 200)):
            reply = await asyncio.to_thread(fetch, tmp_path / "socket", headers=f"Host: {host}\r\n")
            assert reply.startswith(f"HTTP/1.1 {status}")


def test_the_socket_of_a_server_that_was_killed_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with listening_at(path):
        pass
    assert path.is_socket()
    with Server(unix=path):
        assert fetch(path).startswith("HTTP/1.1 200")


def test_one_at_which_somebody_listens_stays(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with Server(unix=path), pytest.raises(UsageError) as refused, Server(unix=path):
        pass
    assert str(refused.value) == (
        f"cannot listen on unix:{path}: Address already in use; right would be a path in a folder that is there, "
        "of nothing or of the socket of a server that has ended"
    )
    with Server(unix=path):
        with pytest.raises(UsageError), Server(unix=path):
            pass
        assert fetch(path).startswith("HTTP/1.1 200")


def test_so_does_one_that_has_no_place_for_one_more(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with listening_at(path), socket.socket(socket.AF_UNIX) as one:
        one.connect(os.fspath(path))
        with pytest.raises(UsageError, match="in use"), Server(unix=path):
            pass
        assert path.is_socket()


@pytest.mark.parametrize("kind", ["file", "folder", "pipe", "link", "dead link", "datagrams"])
def test_what_is_no_such_socket_stays(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "socket", tmp_path / "other"
    with listening_at(other):
        pass
    one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    match kind:
        case "file":
            path.write_text("mine")
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "link":
            path.symlink_to(other)
        case "dead link":
            path.symlink_to(tmp_path / "nothing")
        case "datagrams":
            one.bind(os.fspath(path))
    before = path.lstat()
    with one, pytest.raises(UsageError, match="Address already in use"), Server(unix=path):
        pass
    assert path.lstat() == before


@pytest.mark.parametrize(
    ("name", "why"), [("none/socket", "No such file or directory"), ("a" * 200, "path too long")]
)
def test_a_path_where_there_can_be_none_is_told(tmp_path: Path, name: str, why: str) -> None:
    with (
        pytest.raises(UsageError, match=f"cannot listen on unix:.*: .*{why}; right would be"),
        Server(unix=tmp_path / name),
    ):
        pass
    assert not list(tmp_path.iterdir())


def test_what_another_has_put_there_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with Server(unix=path):
        path.unlink()
        with listening_at(path):
            pass
    assert path.is_socket()


def test_that_its_file_is_gone_is_no_fault(tmp_path: Path) -> None:
    with Server(unix=tmp_path / "socket"):
        (tmp_path / "socket").unlink()


def test_its_path_is_the_one_it_had_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Server(unix="socket") as server:
        monkeypatch.chdir("/")
        assert server.urls() == [f"unix:{tmp_path / 'socket'}"]
    assert not list(tmp_path.iterdir())


async def test_whoever_connects_there_is_one_address_unless_it_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "MAX_ADDRESS_VIEWERS", 1)
    for trusted, first, second, is_let_in in (
        ([], "203.0.113.1", "203.0.113.2", False),
        (["127.0.0.1"], "203.0.113.1", "203.0.113.2", False),
        (["unix"], "203.0.113.1", "203.0.113.2", True),
        (["unix"], "203.0.113.1", "203.0.113.1", False),
    ):
        path = tmp_path / "socket"
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(Server(unix=path, trusted_proxies=trusted))
            server.stream("camera").publish(picture(7))
            await receive_frame(
                await stack.enter_async_context(viewing(path, X_Forwarded_For=first))
            )
            one = await stack.enter_async_context(viewing(path, X_Forwarded_For=second))
            if is_let_in:
                await receive_frame(one)
            else:
                with pytest.raises(ConnectionClosed, match="1 viewers are connected from your"):
                    await receive_frame(one)


async def test_proxies_open_as_many_connections_as_they_have_visitors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "ARRIVALS_AT_ONCE", 2)
    monkeypatch.setattr(peers, "MAX_ADDRESS_CONNECTIONS", 2)
    path = tmp_path / "socket"
    async with Server(unix=path, trusted_proxies=["unix"]):
        opened = [await asyncio.open_unix_connection(path) for _ in range(10)]
        for number, (reader, writer) in enumerate(opened):
            who = f"X-Forwarded-For: 192.0.2.{number // 2}\r\n".encode()
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + who + b"\r\n")
            async with asyncio.timeout(10):
                assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        for _, writer in opened:
            writer.close()


async def test_what_a_proxy_says_wrong_is_told_once_and_nothing_is_answered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "socket"
    said = "Host: localhost\r\nX-Forwarded-For: unknown\r\n"
    async with Server(unix=path, trusted_proxies=["unix"], root_path="/camera1"):
        for _ in range(2):
            reply = await asyncio.to_thread(fetch, path, headers=said)
            assert reply.startswith("HTTP/1.1 400")
            assert "Content-Security-Policy" in reply
            sentence = reply.rpartition("\r\n\r\n")[2].strip()
        assert sentence == (
            "X-Forwarded-For 'unknown' cannot be, as the proxy says it; "
            "right would be the address of who asks the proxy"
        )
    assert caplog.messages == [sentence]
    async with Server(unix=path):
        assert (await asyncio.to_thread(fetch, path, headers=said)).startswith("HTTP/1.1 200")


async def test_what_is_told_so_has_no_body_where_none_is_read(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    wrong = b" / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: unknown\r\n\r\n"
    async with Server(unix=path, trusted_proxies=["unix"]):
        reader, writer = await asyncio.open_unix_connection(path)
        async with asyncio.timeout(10):
            for method in (b"HEAD", b"GET", b"HEAD"):
                writer.write(method + wrong)
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 400")
                if method == b"GET":
                    await reader.readline()
        writer.close()


async def test_the_host_that_a_proxy_was_asked_for_is_judged(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    for trusted, status in ((["unix"], 403), ([], 200)):
        async with Server(unix=path, trusted_proxies=trusted):
            said = "Host: localhost\r\nX-Forwarded-Host: evil.example\r\n"
            reply = await asyncio.to_thread(fetch, path, headers=said)
            assert reply.startswith(f"HTTP/1.1 {status}")


async def test_by_https_pages_are_kept_from_others_windows_also_under_a_name(
    tmp_path: Path,
) -> None:
    path = tmp_path / "socket"
    async with Server(unix=path, trusted_proxies=["unix"], allow_hosts=["camera.example"]):
        for scheme, is_kept in (("https", True), ("http", False)):
            said = f"Host: camera.example\r\nX-Forwarded-Proto: {scheme}\r\n"
            reply = await asyncio.to_thread(fetch, path, "/", said)
            assert ("Cross-Origin-Opener-Policy: same-origin" in reply) is is_kept


@pytest.mark.parametrize("path", ["/stream", "/streams", "/stream/camera", "/page", "/wire.js/a"])
def test_a_path_at_which_there_is_something_here_cannot_be_a_proxy_s(path: str) -> None:
    with pytest.raises(UsageError, match=f"root_path='{path}' cannot be.* such as /camera1"):
        Server(root_path=path)


def test_sockets_that_listen_already_are_served_and_stay_their_owner_s(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.create_server(("127.0.0.1", 0)) as tcp, listening_at(path) as unix:
        for _ in range(2):
            with Server(sockets=[unix, tcp], unix=tmp_path / "other") as server:
                port = tcp.getsockname()[1]
                assert server.port == port
                assert server.urls() == [f"http://127.0.0.1:{port}/", f"unix:{path}"]
                assert fetch(path).startswith("HTTP/1.1 200")
                with socket.create_connection(("127.0.0.1", port)) as one:
                    one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    assert one.recv(12) == b"HTTP/1.1 200"
        assert {entry.name for entry in tmp_path.iterdir()} == {"socket"}


@pytest.mark.parametrize("kind", ["does not listen", "datagrams", "closed", "a number", "one"])
def test_sockets_at_which_nobody_can_come_in_are_refused(kind: str) -> None:
    with (
        socket.socket() as mute,
        socket.socket(type=socket.SOCK_DGRAM) as datagrams,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        closed = socket.socket()
        closed.close()
        given: dict[str, object] = {
            "does not listen": [listening, mute],
            "datagrams": [datagrams],
            "closed": [closed],
            "a number": [3],
            "one": listening,
        }
        with pytest.raises(UsageError, match="right would be a list of TCP or Unix sockets that"):
            Server(sockets=given[kind])  # type: ignore[arg-type]  # the mistake


@pytest.mark.parametrize("hosts", ["", "Host: a\r\n", "Host: a\r\nHost: b\r\n"])
def test_the_host_that_a_proxy_names_is_asked_for_whatever_the_request_names(
    tmp_path: Path, hosts: str
) -> None:
    path = tmp_path / "socket"
    with Server(unix=path, trusted_proxies=["unix"]):
        assert "200 OK" in fetch(path, headers=f"{hosts}X-Forwarded-Host: localhost\r\n")
        assert "403 " in fetch(path, headers=f"{hosts}X-Forwarded-Host: evil.example\r\n")

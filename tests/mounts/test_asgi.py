"""A mount answers as the server's own port does; and what ASGI asks of an application besides."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.server.test_server import fetch, picture
from ws_stream import Server, UsageError, asgi
from ws_stream.mounts.asgi import Application, Message, Scope
from ws_stream.protocol.picture import SUBPROTOCOL

TOKEN = "a" * 32
OURS = {"connection", "keep-alive", "x-epoch"}
"""Headers that are the connection's, or another each time that somebody begins to watch."""


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(port=0, tokens=[f"view:{TOKEN}"], trusted_proxies=["10.0.0.1"]) as server:
        server.stream("camera").publish(picture(1))
        yield server


def scope(kind: str, path: str, headers: Mapping[str, str], **more: object) -> Scope:
    root = more.pop("root", "/cam")
    path, _, query = path.partition("?")
    return {
        "type": kind,
        "http_version": "1.1",
        "scheme": "http" if kind == "http" else "ws",
        "path": f"{root}{path}",
        "query_string": query.encode(),
        "root_path": root,
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        **more,
    }


class Host:
    """Whoever runs an application: what it hears, and what it is told."""

    def __init__(self, *heard: Message) -> None:
        self.told: list[Message] = []
        self.queue: asyncio.Queue[Message] = asyncio.Queue()
        for message in heard:
            self.queue.put_nowait(message)

    async def run(self, application: Application, asked: Scope) -> None:
        async def send(message: Message) -> None:
            self.told.append(message)

        async with asyncio.timeout(60):
            await application(asked, self.queue.get, send)

    def kinds(self) -> list[str]:
        return [message["type"] for message in self.told]


async def ask(
    application: Application, path: str, method: str, headers: Mapping[str, str], **more: object
) -> tuple[int, dict[str, str], bytes]:
    host = Host()
    await host.run(application, scope("http", path, headers, method=method, **more))
    start, body = host.told
    said = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], said, body["body"]


async def visit(
    application: Application, path: str, headers: Mapping[str, str], *heard: Message, **more: object
) -> Host:
    host = Host({"type": "websocket.connect"}, *heard)
    more = {"subprotocols": [SUBPROTOCOL], **more}
    await host.run(application, scope("websocket", path, headers, **more))
    return host


ASKED: Sequence[tuple[str, Mapping[str, str]]] = (
    ("/", {}),
    ("/viewer.js", {"Accept-Encoding": "gzip"}),
    ("/streams", {}),
    ("/streams", {"Authorization": f"Bearer {TOKEN}"}),
    ("/streams", {"Authorization": "Bearer wrong"}),
    ("/healthz", {}),
    ("/stream/camera", {"Authorization": f"Bearer {TOKEN}"}),
    ("/stream/camera?step=99", {"Authorization": f"Bearer {TOKEN}"}),
    ("/snapshot/camera.raw", {"Authorization": f"Bearer {TOKEN}"}),
    ("/snapshot/camera.gif", {"Authorization": f"Bearer {TOKEN}"}),
    ("/snapshot/camera.png", {}),
    ("/mjpeg/camera", {}),
    ("/mjpeg/camera?fps=0", {"Authorization": f"Bearer {TOKEN}"}),
    ("/mjpeg/nothing", {"Authorization": f"Bearer {TOKEN}"}),
    ("/streams", {"Host": "evil.example"}),
    ("/streams", {"Origin": "http://evil.example"}),
    ("/streams", {"Host": "localhost, evil.example"}),
    ("/../../etc/passwd", {}),
    ("/page/../viewer.js", {}),
    ("/nothing", {"Host": ""}),
)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
async def test_a_request_has_the_reply_that_it_has_at_the_server_s_own_port(
    server: Server, method: str
) -> None:
    for path, more in ASKED:
        headers = {"Host": f"127.0.0.1:{server.port}", **more}
        status, said, body = await ask(asgi(server), path, method, headers)
        own_status, own_headers, own_body = await fetch(server, path, method, **headers)
        own = {name.lower(): value for name, value in own_headers.items()}
        own = {name: value for name, value in own.items() if name not in OURS}
        said.pop("x-epoch", None)
        assert (status, said, body) == (own_status, own, own_body), (path, more)


@pytest.mark.parametrize("written", ["/stream/%3Fa", "/%2e%2e/streams", "/café", "/a b%0d%0a"])
async def test_a_path_that_was_decoded_asks_for_nothing_else(server: Server, written: str) -> None:
    headers = {"Host": "localhost", "Authorization": f"Bearer {TOKEN}"}
    status, said, body = await ask(asgi(server), written, "GET", headers)
    assert status == 404
    assert "\n" not in body.decode()[:-1]
    assert said["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("path", "headers", "code"),
    [
        ("/stream/camera", {}, 4401),
        ("/stream/camera", {"Authorization": "Bearer wrong"}, 4401),
        ("/stream/camera", {"Host": "evil.example"}, 1008),
        ("/stream/camera", {"Origin": "http://evil.example"}, 1008),
        ("/stream/nothing", {"Authorization": f"Bearer {TOKEN}"}, 4004),
        ("/stream/camera?step=99", {"Authorization": f"Bearer {TOKEN}"}, 1008),
    ],
)
async def test_a_viewer_is_refused_by_the_code_of_the_server_s_own_port(
    server: Server, path: str, headers: Mapping[str, str], code: int
) -> None:
    host = await visit(asgi(server), path, {"Host": "localhost", **headers})
    accepted, closed = host.told
    assert accepted == {"type": "websocket.accept", "subprotocol": SUBPROTOCOL}
    assert (closed["type"], closed["code"]) == ("websocket.close", code)
    assert closed["reason"]
    assert not server.streams["camera"].watched


async def test_a_viewer_is_followed_until_it_goes(server: Server) -> None:
    headers = {"Host": "localhost", "Authorization": f"Bearer {TOKEN}"}
    gone = {"type": "websocket.disconnect", "code": 1006}
    clock = {"type": "websocket.receive", "text": '{"type":"clock","viewer_time":5}'}
    host = await visit(asgi(server), "/stream/camera", headers, clock, gone)
    assert host.kinds()[0] == "websocket.accept"
    assert set(host.kinds()[1:]) <= {"websocket.send"}
    assert not server.streams["camera"].watched


@pytest.mark.parametrize("extensions", [{}, None, {"websocket.http.response": {}}])
async def test_who_is_no_viewer_has_no_handshake(
    server: Server, extensions: dict[str, object] | None
) -> None:
    headers = {"Host": "localhost", "Authorization": f"Bearer {TOKEN}"}
    host = await visit(
        asgi(server), "/stream/camera", headers, subprotocols=["chat"], extensions=extensions
    )
    if extensions:
        start, body = host.told
        assert (start["type"], start["status"]) == ("websocket.http.response.start", 400)
        assert b"must offer the WebSocket subprotocol" in body["body"]
    else:
        assert host.kinds() == ["websocket.close"]


async def test_a_host_without_websockets_says_that_there_is_one(server: Server) -> None:
    headers = {"Host": "localhost", "Authorization": f"Bearer {TOKEN}", "Upgrade": "websocket"}
    headers["Sec-WebSocket-Protocol"] = SUBPROTOCOL
    status, _, body = await ask(asgi(server), "/stream/camera", "GET", headers)
    assert (status, body) == (426, b"/stream/camera is a WebSocket; the viewer is at /\n")


async def test_the_mount_without_its_last_stroke_leads_to_the_page(server: Server) -> None:
    status, said, _ = await ask(asgi(server), "?stream=camera", "GET", {"Host": "localhost"})
    assert (status, said["location"]) == (307, "cam/?stream=camera")


async def test_a_browser_signs_in_for_the_path_of_the_mount_alone(server: Server) -> None:
    headers = {"Host": "localhost:5000", "Authorization": f"Bearer {TOKEN}"}
    for root, shown in (("/cam", "/cam/"), ("", "/"), ("/a;b c", "/a;b%20c/")):
        _, said, _ = await ask(asgi(server), "/signin", "GET", headers, root=root)
        assert f"ws-stream-5000={TOKEN}; Path={shown.replace(';', '%3B')};" in said["set-cookie"]


async def test_what_proxies_say_is_believed_of_those_that_are(server: Server) -> None:
    said = {"Host": "inside", "X-Forwarded-Host": "127.0.0.1", "X-Forwarded-Proto": "https"}
    for peer, status in (("10.0.0.1", 200), ("10.0.0.2", 403)):
        assert (await ask(asgi(server), "/", "GET", said, client=(peer, 1)))[0] == status
    wrong = {**said, "X-Forwarded-Proto": "gopher"}
    status, _, body = await ask(asgi(server), "/", "GET", wrong, client=("10.0.0.1", 1))
    assert (status, b"right would be http or https" in body) == (400, True)


async def test_without_an_address_a_peer_is_one_of_a_unix_socket(server: Server) -> None:
    for client in (None, ("", 0)):
        assert (await ask(asgi(server), "/", "GET", {"Host": "localhost"}, client=client))[0] == 200


async def test_where_the_program_hands_on_its_life_the_server_lives_as_long() -> None:
    server = Server()
    application = asgi(server)
    host = Host({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    await host.run(application, {"type": "lifespan"})
    assert host.kinds() == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    with pytest.raises(UsageError, match="this server was closed"):
        server.stream("camera")
    again = Host({"type": "lifespan.startup"})
    await again.run(application, {"type": "lifespan"})
    assert again.kinds() == ["lifespan.startup.failed"]
    with pytest.raises(UsageError, match="this server was closed"):
        asgi(server)


async def test_a_program_that_cannot_serve_it_does_not_start() -> None:
    server = Server()
    application = asgi(server)
    await server.close()
    host = Host({"type": "lifespan.startup"})
    await host.run(application, {"type": "lifespan"})
    (failed,) = host.told
    assert failed["type"] == "lifespan.startup.failed"
    assert "this server was closed; right would be a new one" in failed["message"]


def test_a_server_in_a_thread_of_its_own_is_mounted_nowhere() -> None:
    with Server(port=0) as server, pytest.raises(UsageError, match="another event loop"):
        asgi(server)


async def test_a_server_started_elsewhere_afterwards_is_a_reply_that_says_so() -> None:
    server = Server(port=0)
    application = asgi(server)
    with server:
        status, _, body = await ask(application, "/", "GET", {"Host": "localhost"})
    assert status == 503
    assert b"right would be to start it there (`async with`), or not at all" in body


async def test_what_is_no_request_is_refused(server: Server) -> None:
    with pytest.raises(UsageError, match="not 'telnet'"):
        await Host().run(asgi(server), {"type": "telnet"})


def test_a_program_whose_event_loop_is_another_in_each_of_its_tests_is_served_in_each() -> None:
    server = Server(cpu_budget=50)
    application = asgi(server)
    server.stream("camera").publish(picture(1))
    gone = {"type": "websocket.disconnect", "code": 1006}

    async def look(*, is_last: bool) -> None:
        assert (await ask(application, "/streams", "GET", {"Host": "localhost"}))[0] == 200
        host = await visit(application, "/stream/camera", {"Host": "localhost"}, gone)
        assert host.kinds()[0] == "websocket.accept"
        assert server._budgeting._task
        assert not server._budgeting._task.done(), "a budget is kept in a mount as well"
        if is_last:
            await server.close()

    for number in range(3):
        asyncio.run(look(is_last=number == 2))


async def test_tokens_that_are_read_anew_count_for_who_watches_by_a_mount(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"view:{TOKEN}\n")
    file.chmod(0o600)
    server = Server(token_file=file)
    server.stream("camera").publish(picture(1))
    headers = {"Host": "localhost", "Authorization": f"Bearer {TOKEN}"}
    host = Host({"type": "websocket.connect"})
    asked = scope("websocket", "/stream/camera", headers, subprotocols=[SUBPROTOCOL])
    watching = asyncio.create_task(host.run(asgi(server), asked))
    while not server.streams["camera"].watched:
        await asyncio.sleep(0)
    file.write_text(f"view:{'b' * 32}\n")
    server.reload()
    await watching
    assert host.told[-1]["code"] == 1012
    await server.close()

import json
import re
import tempfile
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

import numpy as np
import pytest

from tests.hub.test_audience import Peer
from ws_stream import Server
from ws_stream.hub.stream import Stream
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.protocol.request import parse_request
from ws_stream.server import pages
from ws_stream.server.access import AccessPolicy
from ws_stream.server.files import files
from ws_stream.server.judgement import Judge
from ws_stream.server.request import HttpRequest

STREAMS = {"camera": Stream("camera"), "screen": Stream("screen")}
PAGE, FRAME = "http://panel.example:3000", "https://wall.example"
POLICY = AccessPolicy(["kiosk.example"], [PAGE], [FRAME])
GOOD = {"method": "GET", "target": "/", "version": "HTTP/1.1"}
HEADERS = {
    "host": "host",
    "origin": "origin",
    "upgrade": "upgrade",
    "subprotocols": "sec-websocket-protocol",
    "encodings": "accept-encoding",
    "known": "if-none-match",
    "authorization": "authorization",
    "cookies": "cookie",
}


def request(**parts: str | None) -> HttpRequest:
    parts = {"host": "127.0.0.1:8000", **parts}
    headers = {
        HEADERS[name]: value
        for name, value in parts.items()
        if name in HEADERS and value is not None
    }
    method, target, version = (parts.get(name, value) or "" for name, value in GOOD.items())
    return HttpRequest(method, target, version, headers)


UPGRADE = {"target": "/stream/camera", "upgrade": "WebSocket", "subprotocols": "chat, ws-stream.v1"}


def ask(**parts: str | None) -> pages.Reply | None:
    return answer(request(**parts), STREAMS)


def answer(asked: HttpRequest, streams: dict[str, Stream]) -> pages.Reply | None:
    reply = pages.answer(asked, Judge(POLICY).judge(asked, "", 0.0), streams)
    assert reply is None or isinstance(reply, pages.Reply)
    return reply


def status(**parts: str | None) -> int:
    reply = ask(**parts)
    assert reply
    return reply.status


def test_the_page_and_all_it_loads_are_served() -> None:
    page = ask(target="/?stream=camera")
    assert page
    assert page.content_type.startswith("text/html")
    for target, kind in (("/viewer.js", "text/javascript"), ("/viewer.css", "text/css")):
        reply = ask(target=target)
        assert reply
        assert reply.content_type.startswith(kind)


@pytest.mark.parametrize(
    "token",
    ["", "short", f"{'t' * 30}; Domain=example.org", f"{'t' * 30}\xff", f"{'t' * 30},", "t" * 129],
)
def test_what_can_be_no_token_goes_into_no_cookie_also_where_none_is_asked_for(token: str) -> None:
    reply = ask(target="/signin", authorization=f"Bearer {token}")
    assert reply
    assert (reply.status, dict(reply.headers)) == (HTTPStatus.OK, {})


@pytest.mark.parametrize(
    "parts",
    [
        {"target": "/\x1b[31mred"},
        {"target": "/" + "long" * 1000},
        {"target": "/stream/\x1b]0;title\x07"},
        {"target": "/stream/\u202egnp.exe"},
        {"target": "/stream?step=\x1b[31m"},
        {"target": "/stream/camera", "host": "\x1b.example"},
        {"method": "G\x1b[2JT"},
        {"method": "G\x00T", "target": "/stream"},
    ],
)
def test_what_a_reply_repeats_of_a_request_can_be_printed(parts: dict[str, str]) -> None:
    reply = ask(**parts)
    assert reply
    sentence = reply.body.decode().removesuffix("\n")
    assert sentence.isprintable()
    assert len(sentence) < 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "get"])
@pytest.mark.parametrize("target", ["/", "/streams", "/stream/camera", "/nothing"])
def test_no_request_changes_anything_and_one_that_would_is_told_which_do_not(
    method: str, target: str
) -> None:
    reply = ask(method=method, target=target)
    assert reply
    assert reply.status == HTTPStatus.METHOD_NOT_ALLOWED
    assert reply.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_a_page_that_asks_what_it_may_do_is_told_if_it_may_ask() -> None:
    for origin in (None, "http://127.0.0.1:5000", PAGE):
        reply = ask(method="OPTIONS", target="*", origin=origin)
        assert reply
        assert (reply.status, reply.body) == (HTTPStatus.NO_CONTENT, b"")
        assert reply.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert status(method="OPTIONS", origin="http://evil.example") == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    ("method", "target", "version", "host", "origin", "status_"),
    [
        ("GET", "/healthz", "HTTP/1.0", None, None, HTTPStatus.OK),
        ("HEAD", "/healthz?a", "HTTP/1.0", None, None, HTTPStatus.OK),
        ("OPTIONS", "/", "HTTP/1.0", None, None, HTTPStatus.NO_CONTENT),
        ("POST", "/healthz", "HTTP/1.0", None, None, HTTPStatus.METHOD_NOT_ALLOWED),
        ("GET", "/healthz", "HTTP/1.1", None, None, HTTPStatus.FORBIDDEN),
        ("GET", "/healthz", "HTTP/1.0", "evil.example", None, HTTPStatus.FORBIDDEN),
        ("GET", "/healthz", "HTTP/1.0", None, "http://evil.example", HTTPStatus.FORBIDDEN),
        ("GET", "/", "HTTP/1.0", None, None, HTTPStatus.FORBIDDEN),
        ("GET", "/streams", "HTTP/1.0", None, None, HTTPStatus.FORBIDDEN),
        ("GET", "/healthz/../streams", "HTTP/1.0", None, None, HTTPStatus.FORBIDDEN),
        ("GET", "/stream/camera", "HTTP/1.0", None, None, HTTPStatus.FORBIDDEN),
    ],
)
def test_a_load_balancer_that_names_no_host_hears_whether_the_server_is_well_and_nothing_else(
    method: str, target: str, version: str, host: str | None, origin: str | None, status_: int
) -> None:
    asked = {"method": method, "target": target, "version": version, "host": host}
    assert status(**asked, origin=origin) == status_


MOST_OPENED = 150_000
"""Bytes of what a page needs before its first picture, not packed."""
MOST_SENT = 130_000
"""Bytes of all files together, as they are sent; half of them are tools, signing in and the element."""
_IMPORT = re.compile(r'^(?:import|export)\b[^;]*?"(\.{1,2}/[^"]+)";', re.MULTILINE)
"""What is imported when a module is, not when a line of it runs."""


def imported(module: str) -> set[str]:
    """What a module names itself."""
    source = files()[module].plain.content.decode()
    return {urljoin(module, name) for name in _IMPORT.findall(source)}


def closure(module: str) -> set[str]:
    """What must be there before the first line of a module runs, but for itself."""
    found, new = set[str](), {module}
    while new:
        found |= new
        new = {other for one in new for other in imported(one)} - found
    return found - {module}


def test_the_page_is_small_and_needs_no_inline_script_or_style() -> None:
    others = {"/index.html", "/viewer.css", "/favicon.svg", "/kernel/kernel.wasm"}
    scripts = {"/viewer.js", *closure("/viewer.js"), "/worker.js", *closure("/worker.js")}
    sizes = {path: len(files()[path].plain.content) for path in others | scripts}
    assert sum(sizes.values()) < MOST_OPENED, sizes
    assert sum(len(file.packed.content) for file in files().values()) < MOST_SENT
    page = files()["/index.html"].plain.content.decode()
    assert "<style" not in page
    assert 'class="off"' in page
    assert "connecting" not in page, "before the script runs nothing connects"
    assert "style=" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_the_page_names_each_module_that_it_needs_at_first_so_that_none_waits_for_another() -> None:
    page = files()["/index.html"].plain.content.decode()
    (script,) = re.findall(r'<script type="module" src="([^"]+)"></script>', page)
    named = re.findall(r'<link rel="modulepreload" href="([^"]+)" />', page)
    assert sorted(f"/{name}" for name in named) == sorted(closure(f"/{script}"))


def test_a_worker_imports_itself_each_module_that_it_needs() -> None:
    for worker in (path for path in files() if path.endswith("worker.js")):
        assert imported(worker) == closure(worker)


def test_what_few_users_need_is_not_loaded_before_they_do() -> None:
    at_first = closure("/viewer.js") | closure("/worker.js")
    tools = {path for path in files() if path.startswith(("/page/tools/", "/engine/"))}
    assert len(tools) > 10
    assert not at_first & {"/operate.js", "/input.js", *tools - {"/engine/held.js"}}


def test_a_browser_that_has_a_file_is_told_so_and_sent_nothing() -> None:
    for encodings in ("", "gzip"):
        first = ask(target="/viewer.js", encodings=encodings)
        assert first
        assert first.headers.get("Content-Encoding", "") == encodings
        again = ask(target="/viewer.js", encodings=encodings, known=first.headers["ETag"])
        assert again
        assert (again.status, again.body) == (HTTPStatus.NOT_MODIFIED, b"")
        for reply in (first, again):
            assert reply.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize(
    "target",
    [
        "/nothing",
        "/../pyproject.toml",
        "/%2e%2e/pyproject.toml",
        "//viewer.js",
        "/viewer.js/",
        "/page/../viewer.js",
        "/page/../../pyproject.toml",
        "/page",
        "/package.json",
        "/types.d.ts",
        "/web/viewer.js",
        "viewer.js",
        "*",
        "",
        "http://127.0.0.1/viewer.js",
    ],
)
def test_nothing_else_is_served(target: str) -> None:
    assert status(target=target) == HTTPStatus.NOT_FOUND


def test_a_stream_is_opened_by_its_name_and_the_first_without() -> None:
    assert ask(**UPGRADE) is None
    assert ask(**{**UPGRADE, "target": "/stream?step=4&crop=1,2,30,40"}) is None
    assert pages.stream_at("/stream", STREAMS) is STREAMS["camera"]
    assert pages.stream_at("/stream/", STREAMS) is STREAMS["camera"]
    assert pages.stream_at("/stream/screen?step=1", STREAMS) is STREAMS["screen"]


def test_a_stream_there_is_not_is_refused_naming_those_there_are() -> None:
    reply = ask(**{**UPGRADE, "target": "/stream/kamera"})
    assert reply
    assert reply.status == HTTPStatus.NOT_FOUND
    assert b"camera, screen" in reply.body


def test_a_stream_wants_a_websocket_and_the_subprotocol() -> None:
    assert status(**{**UPGRADE, "upgrade": None}) == HTTPStatus.UPGRADE_REQUIRED
    assert status(**{**UPGRADE, "subprotocols": "ws-stream.v2"}) == HTTPStatus.BAD_REQUEST


def listed(*streams: Stream) -> list[dict[str, Any]]:
    reply = answer(request(target="/streams"), {stream.name: stream for stream in streams})
    assert reply
    found: list[dict[str, Any]] = json.loads(reply.body)
    return found


def test_the_streams_are_listed() -> None:
    nothing = {"format": None, "width": None, "height": None}
    assert listed(*STREAMS.values()) == [
        {"name": "camera", **nothing, "viewers": 0},
        {"name": "screen", **nothing, "viewers": 0},
    ]


def test_sizes_are_listed_before_anybody_watches_once_a_picture_was_published() -> None:
    camera = Stream("camera", rendition=Rendition(step=4, depth=16, crop=Crop(0, 0, 100, 50)))
    camera.publish(np.zeros((60, 120, 3), np.uint8))
    size = {"format": "rgb565", "width": 25, "height": 13}
    assert listed(camera) == [{"name": "camera", **size, "viewers": 0}]
    camera.publish(np.zeros((80, 160), np.uint8))
    size["format"] = "gray8"
    assert listed(camera) == [{"name": "camera", **size, "viewers": 0}]


def test_they_are_those_of_a_viewer_that_asks_for_nothing_whatever_others_ask_for() -> None:
    camera = Stream("camera", rendition=Rendition(step=2))
    camera.publish(np.zeros((60, 120, 3), np.uint8))
    before = listed(camera)
    camera.audience.join(Peer(), parse_request("step=8&depth=8"), 0)
    assert listed(camera) == [{**before[0], "viewers": 1}]


def test_and_those_of_a_source_before_any_of_its_pictures_was_taken() -> None:
    server = Server()
    server.serve("test:?width=320&height=200", step=2)
    ring = "width=64&height=48&format=bgr565&slots=3&index=0:u32le&offset=16"
    with tempfile.NamedTemporaryFile() as memory:
        memory.truncate(16 + 3 * 64 * 48 * 2)
        server.serve(f"mmap:{memory.name}?{ring}", name="ring")
        server.serve(lambda: iter([]), name="function")
    sizes = [
        (one["format"], one["width"], one["height"]) for one in listed(*server.streams.values())
    ]
    assert sizes == [("rgbx8888", 160, 100), ("rgb565", 64, 48), (None, None, None)]


@pytest.mark.parametrize(
    "query", ["step=0", "step=a", "crop=1,2", "fps=-1", "average=maybe", "step=1&" * 99]
)
def test_a_request_that_cannot_be_is_refused_with_a_sentence_even_to_plain_http(query: str) -> None:
    for upgrade in ("websocket", None):
        reply = ask(**{**UPGRADE, "target": f"/stream/camera?{query}", "upgrade": upgrade})
        assert reply
        assert reply.status == HTTPStatus.BAD_REQUEST
        assert b"right would be" in reply.body

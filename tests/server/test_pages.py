import json
from http import HTTPStatus
from typing import Any

import pytest

from ws_stream.hub.stream import Stream
from ws_stream.server import pages
from ws_stream.server.access import AccessPolicy

STREAMS = {"camera": Stream("camera"), "screen": Stream("screen")}
POLICY = AccessPolicy(frozenset({"kiosk.example"}))
GOOD: dict[str, Any] = {
    "method": "GET",
    "target": "/",
    "host": "127.0.0.1:8000",
    "origin": None,
    "upgrade": False,
    "subprotocols": "",
}
UPGRADE = {"target": "/stream/camera", "upgrade": True, "subprotocols": "chat, ws-stream.v1"}


def ask(**parts: object) -> pages.Reply | None:
    return pages.answer(pages.HttpRequest(**{**GOOD, **parts}), POLICY, STREAMS)


def status(**parts: object) -> int:
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


LATER = {"/operate.js", "/input.js"}
"""Loaded when the user operates the device, which few devices allow."""


def test_the_page_opens_with_under_70_kb_and_needs_no_inline_script_or_style() -> None:
    files = pages._page()
    sizes = {path: len(reply.body) for path, reply in files.items() if path != "/"}
    assert sum(size for path, size in sizes.items() if path not in LATER) < 70_000, sizes
    assert sum(sizes[path] for path in LATER) < 9_000, sizes
    scripts = [reply.body.decode() for path, reply in files.items() if path not in LATER]
    assert sum('import("./operate.js")' in script for script in scripts) == 1
    assert not any(f' from ".{path}"' in script for script in scripts for path in LATER)
    page = files["/index.html"].body.decode()
    assert "<style" not in page
    assert 'class="off"' in page
    assert "connecting" not in page, "before the script runs nothing connects"
    assert "style=" not in page
    assert "http://" not in page
    assert "https://" not in page


@pytest.mark.parametrize(
    "target",
    [
        "/nothing",
        "/../pyproject.toml",
        "/%2e%2e/pyproject.toml",
        "//viewer.js",
        "/viewer.js/",
        "/web/viewer.js",
        "viewer.js",
        "*",
        "",
        "http://127.0.0.1/viewer.js",
    ],
)
def test_nothing_else_is_served(target: str) -> None:
    assert status(target=target) == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "CONNECT", "get"])
def test_other_methods_are_refused(method: str) -> None:
    assert status(method=method) == HTTPStatus.METHOD_NOT_ALLOWED


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
    assert status(**{**UPGRADE, "upgrade": False}) == HTTPStatus.UPGRADE_REQUIRED
    assert status(**{**UPGRADE, "subprotocols": "ws-stream.v2"}) == HTTPStatus.BAD_REQUEST


def test_the_streams_are_listed() -> None:
    reply = ask(target="/streams")
    assert reply
    camera, _ = json.loads(reply.body)
    nothing = {"format": None, "width": None, "height": None}
    assert camera == {"name": "camera", **nothing, "viewers": 0}


@pytest.mark.parametrize(
    "query", ["step=0", "step=a", "crop=1,2", "fps=-1", "average=maybe", "step=1&" * 99]
)
def test_a_request_that_cannot_be_is_refused_with_a_sentence_even_to_plain_http(query: str) -> None:
    for upgrade in (True, False):
        reply = ask(**{**UPGRADE, "target": f"/stream/camera?{query}", "upgrade": upgrade})
        assert reply
        assert reply.status == HTTPStatus.BAD_REQUEST
        assert b"right would be" in reply.body

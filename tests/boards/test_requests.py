"""Who is answered by a board, and how: as by the server in Python, with less of everything."""

import gzip
import json
import re
from http.client import HTTPConnection, HTTPMessage

import pytest

from tests.boards.board import EXAMPLE, SANITIZED, Board, Viewer, conformance, make
from tests.boards.wire import ACCEPT, UPGRADE, close_code, handshake, raw, until_its_end
from ws_stream import Server
from ws_stream.server.files import files

LEFT_OUT = {"Date", "Server", "Keep-Alive", "Connection", "Vary"}


def ask(
    port: int, path: str, method: str = "GET", **headers: str
) -> tuple[int, HTTPMessage, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(
            method, path, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def test_it_passes_the_vectors_of_what_viewers_say() -> None:
    program = make("conformance", "tests/boards/conformance.c", f"FLAGS={SANITIZED}")
    conformance(program)


def test_its_memory_is_what_its_readme_says(board: Board) -> None:
    assert board.memory <= 256_000
    told = (EXAMPLE / "README.md").read_text()
    parts = re.findall(r"^\| ([\d,]+) \| \D", told, re.MULTILINE)
    assert f"{board.memory:,} bytes" in told
    assert sum(int(part.replace(",", "")) for part in parts) == board.memory


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "192.168.1.7:8000"},
        {"Host": "LOCALHOST", "Origin": "http://127.0.0.1:9"},
        {"Host": "192.168.1.7:8000", "Origin": "http://192.168.1.7:3000"},
        {"Host": "[fe80::1]:8000"},
        {"Host": "evil.example"},
        {"Host": "192.168.1.7", "Origin": "http://evil.example"},
    ],
    ids=lambda headers: " from ".join(headers.values()) or "loopback",
)
def test_replies_have_the_headers_of_the_server_in_python(
    board: Board, headers: dict[str, str]
) -> None:
    with Server(port=0) as server:
        theirs = ask(server.port, "/viewer.js", Accept_Encoding="gzip", **headers)
    ours = ask(board.port, "/viewer.js", Accept_Encoding="gzip", **headers)
    told, right = (
        {n: v for n, v in headers.items() if n not in LEFT_OUT} for _, headers, _ in (ours, theirs)
    )
    assert ours[0] == theirs[0]
    if ours[0] != 200:
        told.pop("Content-Length")
        right.pop("Content-Length")
    assert told == right
    if ours[0] == 200:
        assert ours[2] == theirs[2]


def test_every_file_of_the_page_is_there(board: Board) -> None:
    connection = HTTPConnection("127.0.0.1", board.port, timeout=20)
    for path, file in files().items():
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        assert (answer.status, answer.headers["Content-Type"]) == (200, file.content_type)
        assert answer.headers["ETag"] == file.packed.tag
        if answer.headers["Content-Encoding"]:
            body = gzip.decompress(body)
        assert body == file.plain.content
    connection.close()


def test_what_a_browser_has_is_not_sent_again(board: Board) -> None:
    status, headers, body = ask(board.port, "/", If_None_Match=f'"a", W/{files()["/"].packed.tag}')
    assert (status, body, headers["Content-Length"]) == (304, b"", "0")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/nothing", {}, 404),
        ("GET", "/stream/screen", {}, 426),
        ("GET", "/stream/other", {}, 404),
        ("POST", "/", {}, 405),
        ("GET", "/", {"Host": "evil.example"}, 403),
        ("GET", "/", {"Host": "panel.local:8000"}, 200),
        ("GET", "/", {"Host": "PANEL"}, 200),
        ("GET", "/", {"Host": "panel.example"}, 403),
        ("GET", "/", {"Host": "127.0.0.1.evil.example"}, 403),
        ("GET", "/", {"Host": "1.2.3"}, 403),
        ("GET", "/", {"Host": "1.2.3.04"}, 403),
        ("GET", "/", {"Host": ""}, 403),
        ("GET", "/", {"Origin": "null"}, 403),
        ("GET", "/", {"Origin": "http://127.0.0.1.evil.example"}, 403),
        ("GET", "/", {"Content-Length": "5"}, 400),
        ("GET", "/", {"Cookie": "a" * 3000}, 431),
        ("GET", "/stream/screen", {**UPGRADE, "Sec-WebSocket-Protocol": "other"}, 400),
        ("GET", "/stream/screen", {**UPGRADE, "Sec-WebSocket-Key": "short"}, 400),
        ("GET", "/stream/screen", {**UPGRADE, "Sec-WebSocket-Version": "8"}, 400),
    ],
)  # fmt: skip
def test_requests_are_answered(
    board: Board, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    assert ask(board.port, path, method, **headers)[0] == status


def test_streams_and_health_are_told_as_by_the_server_in_python(board: Board) -> None:
    told = {"name": "screen", "format": "rgb565", "width": 320, "height": 240}
    with Viewer(board) as viewer:
        viewer.until_it_shows(board.mirror)
        status, headers, body = ask(board.port, "/streams")
        assert (status, headers["Content-Type"]) == (200, "application/json")
        assert json.loads(body) == [told | {"viewers": 1}]
        assert ask(board.port, "/healthz")[2] == b'{"status": "ok"}'
        assert ask(board.port, "/streams", "HEAD")[2] == b""


@pytest.mark.parametrize(
    ("path", "headers", "code"),
    [
        ("/stream/other", {}, 4004),
        ("/elsewhere", {}, 4004),
        ("/stream/screen", {"Host": "evil.example"}, 1008),
        ("/stream/screen", {"Origin": "http://evil.example"}, 1008),
        ("/stream/screen?step=17", {}, 1008),
        ("/stream/screen?fit=240x135", {}, 4406),
        ("/stream/screen?formats=gray8", {}, 4406),
        ("/stream/screen?max_picture=100000", {}, 4406),
    ],
)
def test_a_viewer_that_has_nothing_to_see_is_let_in_and_told_why(
    board: Board, path: str, headers: dict[str, str], code: int
) -> None:
    data = until_its_end(raw(board.port, handshake(path, **headers)))
    assert data.startswith(b"HTTP/1.1 101 ")
    assert f"Sec-WebSocket-Accept: {ACCEPT}\r\n".encode() in data
    assert close_code(data) == code


def test_another_step_is_not_given_and_that_is_said(board: Board) -> None:
    with Viewer(board, "?step=4&crop=0,0,10,10&tolerance=3&depth=8&average=1") as viewer:
        viewer.until_it_shows(board.mirror)
        told = viewer.session.announcement
        assert told
        assert (told.step, told.crop, told.tolerance, told.average) == (1, None, 0, False)
        viewer.say('{"type":"request","id":3,"step":2}')
        assert json.loads(viewer.until_said("granted")) == {"type": "granted", "id": 3, "fps": 30}
        viewer.say('{"type":"request","fit":[100,100]}')
        assert viewer.closed()[0] == 4406

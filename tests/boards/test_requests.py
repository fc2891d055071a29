"""Who is answered by a board, and how: as by the server in Python, with less of everything."""

import gzip
import json
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path

import pytest

from tests.boards.board import EXAMPLE, SANITIZED, Board, Viewer, conformance, make, running
from ws_stream import Server
from ws_stream.server.files import files

UPGRADE = {
    "Connection": "keep-alive, Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "other, ws-stream.v1",
}
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""RFC 6455, section 1.3."""
LEFT_OUT = {"Date", "Server", "Keep-Alive", "Connection", "Vary"}


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, HTTPMessage, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
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
    told, right = ({n: v for n, v in headers.items() if n not in LEFT_OUT} for _, headers, _ in (ours, theirs))
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


def raw(port: int, *sent: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    for part in sent:
        connection.sendall(part)
    return connection


def handshake(path: str = "/stream/screen", **headers: str) -> bytes:
    lines = {"Host": "127.0.0.1", **UPGRADE, **headers}
    return f"GET {path} HTTP/1.1\r\n".encode() + b"".join(
        f"{name}: {value}\r\n".encode() for name, value in lines.items()
    ) + b"\r\n"


def until_its_end(connection: socket.socket) -> bytes:
    with connection:
        data = b""
        while part := connection.recv(65536):
            data += part
        return data


def watching(board: Board) -> socket.socket:
    """A viewer that was told what it sees."""
    connection = raw(board.port, handshake())
    while b"stream" not in connection.recv(65536).rpartition(b"\r\n\r\n")[2]:
        pass
    return connection


def close_code(data: bytes) -> int:
    """Of the frame with which it ends."""
    at = data.rindex(b"\x88")
    assert len(data) == at + 2 + data[at + 1]
    return int.from_bytes(data[at + 2 : at + 4], "big")


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


def masked(opcode: int, payload: bytes, head: bytes = b"") -> bytes:
    length = head or bytes([0x80 | len(payload)])
    key = b"\x01\x02\x03\x04"
    return bytes([opcode]) + length + key + bytes(b ^ key[i % 4] for i, b in enumerate(payload))


LONG = (4097).to_bytes(2, "big")
FAULTS: dict[str, tuple[Sequence[bytes], int]] = {
    "no mask": ([b"\x81\x02{}"], 1002),
    "a reserved bit": ([masked(0xC1, b"{}")], 1002),
    "an opcode that is none": ([masked(0x83, b"{}")], 1002),
    "a control opcode that is none": ([masked(0x8B, b"")], 1002),
    "a picture": ([masked(0x82, b"{}")], 1003),
    "a continuation of nothing": ([masked(0x80, b"{}")], 1002),
    "a text within a text": ([masked(0x01, b"{"), masked(0x81, b"}")], 1002),
    "a ping in parts": ([masked(0x09, b"")], 1002),
    "a long ping": ([masked(0x89, b"", b"\xfe\x00\x7e")], 1002),
    "a long text": ([masked(0x81, b"", b"\xfe" + LONG)], 1009),
    "a text of 2^63": ([masked(0x81, b"", b"\xff" + b"\xff" * 8)], 1009),
    "a long text in parts": (
        [masked(0x01, b"a" * 4000, b"\xfe\x0f\xa0"), masked(0x80, b"a" * 97)], 1009
    ),
    "no UTF-8": ([masked(0x81, b"\xc0\xaf")], 1007),
    "no JSON": ([masked(0x81, b"{")], 1008),
    "no type": ([masked(0x81, b"{}")], 1008),
    "a broken table": ([masked(0x81, b'{"type":"acknowledge"}')], 1008),
    "a close of one byte": ([masked(0x88, b"\x03")], 1002),
    "a goodbye": ([masked(0x88, b"\x03\xe9")], 1001),
    "a goodbye without a code": ([masked(0x88, b"")], 1000),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_viewer_that_breaks_the_rules_is_closed_by_their_code(board: Board, fault: str) -> None:
    frames, code = FAULTS[fault]
    connection = watching(board)
    for frame in (*frames, masked(0x89, b"nobody takes what comes behind")):
        connection.sendall(frame)
    assert close_code(until_its_end(connection)) == code


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_frames_may_come_in_any_parts(board: Board, size: int) -> None:
    text = b'{"type":"clock","viewer_time":77}'
    frames = masked(0x01, text[:9]) + masked(0x89, b"hi") + masked(0x00, text[9:20]) + masked(0x80, text[20:])
    sent = frames + masked(0x88, b"\x03\xe8")
    with watching(board) as connection:
        for at in range(0, len(sent), size):
            connection.sendall(sent[at : at + size])
        data = until_its_end(connection)
    assert b"\x8a\x02hi" in data
    assert b'{"type":"clock","viewer_time":77,"time":' in data


def test_one_viewer_more_is_told_to_come_later(board: Board) -> None:
    with Viewer(board), Viewer(board):
        assert close_code(until_its_end(raw(board.port, handshake()))) == 1013
    with Viewer(board) as viewer:
        viewer.until_it_shows(board.mirror)


@pytest.fixture
def hanging(board: Board) -> Iterator[None]:
    """Connections of which none ever asks for anything, more than there are places."""
    with ExitStack() as stack:
        for _ in range(9):
            stack.enter_context(raw(board.port, b"GET / HT"))
        yield


@pytest.mark.usefixtures("hanging")
def test_who_hangs_keeps_nobody_out(board: Board) -> None:
    assert ask(board.port, "/healthz")[0] == 200
    with Viewer(board) as viewer:
        viewer.until_it_shows(board.mirror)


def test_who_says_more_than_it_may_is_heard_later_and_others_are_not_held_up(board: Board) -> None:
    with Viewer(board) as loud, Viewer(board) as quiet:
        quiet.until_it_shows(board.mirror)
        for number in range(1000):  # over 40 kB
            loud.say('{"type":"acknowledge","number":%d}' % number)
        board.flush(0, 0, board.mirror[:20] + 5)
        quiet.until_it_shows(board.mirror)
        loud.until_it_shows(board.mirror)


def test_who_reads_nothing_is_not_answered_without_end(board: Board) -> None:
    questions = masked(0x81, b'{"type":"clock","viewer_time":123456789}') * 600  # under 32 kB: heard at once
    with watching(board) as connection, Viewer(board) as viewer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        connection.sendall(questions)
        viewer.until_it_shows(board.mirror)


@pytest.mark.parametrize("rubbish", [b"\x16\x03\x01", b"\0" * 2000, b"GET /\r\n\r\n", b"\r\n" * 40])
def test_what_is_no_request_is_told_so_or_left(board: Board, rubbish: bytes) -> None:
    with raw(board.port, rubbish + b"\r\n\r\n") as connection:
        assert until_its_end(connection).startswith(b"HTTP/1.1 400 ")
    assert ask(board.port, "/healthz")[0] == 200


def say_input(viewer: Viewer, *events: object) -> None:
    viewer.say(json.dumps({"type": "input", "epoch": 1, "number": 1, "events": events}))


def test_what_users_do_reaches_the_program_in_whole_sequences(board: Board) -> None:
    with Viewer(board) as viewer:
        viewer.until_it_shows(board.mirror)
        say_input(
            viewer,
            {"kind": "touch", "touch": 5, "x": 9, "y": 9, "phase": "move"},
            {"kind": "touch", "touch": 5, "x": 1.5, "y": 2, "phase": "start"},
            {"kind": "touch", "touch": 5, "x": -7, "y": 999, "phase": "start"},
            {"kind": "later"},
            {"kind": "pointer", "x": 3, "y": 4, "buttons": 1, "wheel": [0, -99999]},
            {"kind": "key", "key": "a", "code": "KeyA", "down": True},
            {"kind": "key", "key": "A", "code": "KeyA", "down": False},
            {"kind": "key", "key": "A", "code": "KeyA", "down": False},
            {"kind": "key", "key": "\u00e9", "code": "", "down": True},
            {"kind": "text", "text": 'a"\u00e9'},
            {"kind": "custom", "name": "zoom", "data": "2.5"},
        )
        assert board.heard(8) == [
            "viewer 0 touch 5 start 1.5 2.0",
            "viewer 0 touch 5 move 0.0 240.0",
            "viewer 0 pointer 3.0 4.0 1",
            "viewer 0 key down key=a code=KeyA",
            "viewer 0 key up key=a code=KeyA",
            "viewer 0 key down key=\u00e9 code=",
            'viewer 0 text text=a"\u00e9',
            "viewer 0 custom name=zoom data=2.5",
        ]
    assert board.heard(3) == [
        "viewer 0 key up key=\u00e9 code=",
        "viewer 0 pointer 3.0 4.0 0",
        "viewer 0 touch 5 cancel 0.0 240.0",
    ]


def test_a_board_that_hears_nobody_says_so(driver: Path) -> None:


    with running(driver, "0", "deaf") as board, Viewer(board) as viewer:
        viewer.until_it_shows(board.mirror)
        assert viewer.session.announcement
        assert not viewer.session.announcement.input
        say_input(viewer, {"kind": "text", "text": "a"})
        viewer.say('{"type":"clock","viewer_time":1}')
        viewer.until_said("clock")

"""What viewers say to a board, by the rules and against them, too much and too little; what its program hears."""

import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.boards.board import Board, Viewer, running
from tests.boards.test_requests import ask
from tests.boards.wire import close_code, handshake, masked, raw, until_its_end, watching

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
    frames = (
        masked(0x01, text[:9])
        + masked(0x89, b"hi")
        + masked(0x00, text[9:20])
        + masked(0x80, text[20:])
    )
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
            loud.say(json.dumps({"type": "acknowledge", "number": number}))
        board.flush(0, 0, board.mirror[:20] + 5)
        quiet.until_it_shows(board.mirror)
        loud.until_it_shows(board.mirror)


def test_who_reads_nothing_is_not_answered_without_end(board: Board) -> None:
    questions = (
        masked(0x81, b'{"type":"clock","viewer_time":123456789}') * 600
    )  # under 32 kB: heard at once
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

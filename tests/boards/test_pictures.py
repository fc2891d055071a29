"""What a board's viewers see: every pixel that was flushed, whatever they do meanwhile."""

import struct
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.boards.board import NO_MEMORY, Board, Pixels, Viewer, make, running
from ws_stream import connect

WIDTH, HEIGHT = 320, 240
PLACES = st.tuples(
    *(st.integers(0, most) for most in (WIDTH + 3, HEIGHT + 3)),
    *(st.one_of(st.integers(1, 40), st.just(most)) for most in (WIDTH, HEIGHT)),
)
KINDS = st.sampled_from(["flat", "noise", "blank", "columns"])
OFFERS = st.sampled_from(
    ["", "?kinds=marked", "?max_message=8192", "?max_segment=1024", "?acknowledge=no", "?fps=60"]
)
STEPS = st.one_of(
    st.tuples(st.just("flush"), PLACES, KINDS, st.integers(0, 2**16 - 1)),
    st.tuples(st.just("join"), OFFERS),
    st.tuples(st.sampled_from(["leave", "resync", "read", "acknowledge"]), st.integers(0, 1)),
)
HISTORIES = st.lists(STEPS, min_size=5, max_size=40)


def drawn(kind: str, seed: int, width: int, height: int) -> Pixels:
    """An area of the display."""
    if kind == "noise":
        return np.random.default_rng(seed).integers(0, 2**16, (height, width)).astype(np.uint16)
    columns = np.arange(width, dtype=np.uint16) * 7 + seed % 1000
    row = {"flat": np.full(width, seed, np.uint16), "blank": np.zeros(width, np.uint16)}
    return np.tile(row.get(kind, columns), (height, 1))


def play(board: Board, viewers: list[Viewer], step: tuple[object, ...], stack: ExitStack) -> None:
    match step:
        case ("flush", (int(x), int(y), int(width), int(height)), str(kind), int(seed)):
            board.flush(x, y, drawn(kind, seed, width, height))
        case ("join", str(query)) if len(viewers) < 2:
            viewers.append(stack.enter_context(Viewer(board, query)))
        case ("leave", int(index)) if index < len(viewers):
            viewers.pop(index).close()
        case ("resync", int(index)) if index < len(viewers):
            viewers[index].resync()
        case ("read", int(index)) if index < len(viewers):
            while viewers[index].read():
                pass
        case ("acknowledge", int(index)) if index < len(viewers):
            viewers[index].acknowledge()


@settings(max_examples=12)
@given(steps=HISTORIES)
def test_viewers_that_are_late_lost_or_new_end_with_every_pixel(
    driver: Path, steps: list[tuple[object, ...]]
) -> None:
    check((driver,), steps)


@pytest.mark.long
@settings(max_examples=1000)
@given(steps=HISTORIES)
def test_so_they_do_in_a_thousand_histories(driver: Path, steps: list[tuple[object, ...]]) -> None:
    check((driver,), steps)


def check(command: Sequence[str | Path], steps: list[tuple[object, ...]]) -> None:
    """Play a history; then each viewer comes to show what the display does."""
    with running(*command) as board, ExitStack() as stack:
        viewers: list[Viewer] = []
        for step in [("join", ""), *steps]:
            play(board, viewers, step, stack)
        for viewer in viewers:
            viewer.until_it_shows(board.mirror)


def segments(message: bytes) -> list[tuple[int, int, int, int]]:
    """First row, rows, kind, length."""
    head, count = struct.unpack_from("<H", message)[0], struct.unpack_from("<I", message, 32)[0]
    entries = (struct.unpack_from("<HHHhI", message, head + 12 * i) for i in range(count))
    return [(first, rows, kind, length) for first, rows, kind, _, length in entries]


@pytest.mark.parametrize("kind", ["flat", "noise"])
def test_nothing_is_sent_that_was_not_offered(board: Board, kind: str) -> None:
    board.flush(0, 0, drawn(kind, 7, WIDTH, HEIGHT))
    with Viewer(board, "?kinds=marked&max_message=8192&max_segment=1500") as viewer:
        viewer.until_it_shows(board.mirror)
    assert max(map(len, viewer.messages)) <= 8192
    sent = [segment for message in viewer.messages for segment in segments(message)]
    assert {kind for _, _, kind, _ in sent} == {0}
    assert max(rows for _, rows, _, _ in sent) == 2  # 725 bytes of longest content each


def test_a_large_change_is_several_pictures_and_a_small_one_is_one(board: Board) -> None:
    with Viewer(board) as viewer:
        viewer.until_it_shows(board.mirror)
        assert len(viewer.messages) == 1
        board.flush(0, 0, drawn("noise", 1, WIDTH, HEIGHT))
        viewer.until_it_shows(board.mirror)
        assert len(viewer.messages) > 12
        count = len(viewer.messages)
        board.flush(17, 100, drawn("noise", 2, 40, 60))
        viewer.until_it_shows(board.mirror)
        assert len(viewer.messages) == count + 1


def test_what_changes_all_the_time_does_not_hold_up_the_rest(board: Board) -> None:
    with Viewer(board) as viewer:
        viewer.until_it_shows(board.mirror)
        board.flush(0, HEIGHT - 2, drawn("flat", 99, WIDTH, 2))
        for seed in range(200):  # more above than one message takes
            board.flush(0, 0, drawn("noise", seed, WIDTH, 60))
            while viewer.read():
                viewer.acknowledge()
            held = viewer.session.held
            if held and np.array_equal(held.pixels[-2:], board.mirror[-2:]):
                return
    raise AssertionError("the lower rows never came")


def test_a_whole_picture_has_a_checksum_about_once_a_second(board: Board) -> None:
    with Viewer(board) as viewer:
        viewer.until_it_shows(board.mirror)
        assert viewer.messages[0][3] & 1
        board.flush(5, 5, drawn("noise", 1, 9, 9))
        viewer.until_it_shows(board.mirror)
        assert not viewer.messages[1][3] & 1


def test_viewers_at_one_picture_share_what_is_packed(board: Board) -> None:
    with Viewer(board) as one, Viewer(board) as other:
        for viewer in (one, other):
            viewer.until_it_shows(board.mirror)
        board.flush(0, 0, drawn("noise", 5, 200, 16))
        for viewer in (one, other):
            viewer.until_it_shows(board.mirror)
    assert one.messages[-1][36:] == other.messages[-1][36:]
    assert one.messages[-1][4:8] != other.messages[-1][4:8]  # an epoch of its own


def test_who_asks_anew_again_and_again_is_given_whole_pictures_at_a_rate(board: Board) -> None:
    board.flush(0, 0, drawn("flat", 3, WIDTH, HEIGHT))
    with Viewer(board) as viewer:
        viewer.until_it_shows(board.mirror)
        for _ in range(60):
            viewer.say('{"type":"resync"}')
        viewer.until_said('"(unchanged|waiting|pace)"')
    wholes = [message for message in viewer.messages if message[12:16] == bytes(4)]
    assert 2 <= len(wholes) <= 14  # 8 at once, then an eighth of 30 a second


def test_a_viewer_of_rate_0_is_sent_nothing_until_it_asks(board: Board) -> None:
    with Viewer(board, "?fps=0") as viewer:
        viewer.until_said('"waiting"')
        assert not viewer.messages
        viewer.say('{"type":"request","id":7,"fps":12.5}')
        assert viewer.until_said("granted") == '{"type":"granted","id":7,"fps":12.5}'
        viewer.until_it_shows(board.mirror)


def test_the_python_client_sees_what_is_flushed(board: Board) -> None:
    board.flush(3, 4, drawn("noise", 8, 50, 60))
    with connect(board.url()) as screen:
        assert screen.wait_for(lambda frame: np.array_equal(frame.pixels, board.mirror), 10)


@pytest.mark.long
def test_another_size_is_as_right(tmp_path: Path) -> None:
    sizes = "SIZES=-DDEVICE_WIDTH=37 -DDEVICE_HEIGHT=11 -DDEVICE_VIEWERS=1 -DDEVICE_MESSAGE=1024"
    small = make(
        "driver", "tests/boards/driver.c", sizes, "FLAGS=-O0", f"LINK={NO_MEMORY}", build=tmp_path
    )
    with running(small) as board, Viewer(board, "?kinds=marked") as viewer:
        for seed in range(20):
            board.flush(seed, seed % 5, drawn("noise", seed, 30, 9))
            with suppress(TimeoutError):
                viewer.read(0.01)
            viewer.acknowledge()
        viewer.until_it_shows(board.mirror)

"""The parts of a board's server that know no sockets: in C, by clocks and bytes of their own."""

import subprocess

from tests.boards.board import SANITIZED, make


def test_a_viewer_s_clock() -> None:
    program = make("test_viewer", "tests/boards/test_viewer.c", f"FLAGS={SANITIZED}")
    done = subprocess.run([program], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

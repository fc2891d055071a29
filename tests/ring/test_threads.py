"""A writer and a reader as two threads: under ThreadSanitizer, and as fast as they can.

ThreadSanitizer proves of the code as it is that each plain word that is read was handed over by a release and an
acquire; of fences it knows nothing: test_orders.py has them. Threads that wait for nobody prove it for this processor.
"""

import subprocess
from pathlib import Path

import pytest

from tests.ring.written import ROOT, compiled

HERE = Path(__file__).parent
FLAGS = ("-std=c99", "-D_GNU_SOURCE", "-g", "-O2", "-Wall", "-Wextra", HERE / "threads_reader.c")
TSAN = "-fsanitize=thread"


def run(program: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [str(program), *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=100)


def threads(folder: Path, *flags: str, source: Path = HERE / "threads.c") -> Path:
    return compiled(source, folder, *FLAGS, ROOT / "core/ring.c", *flags, compiler="clang")


def test_what_is_drawn_is_handed_over(tmp_path: Path) -> None:
    done = run(threads(tmp_path, TSAN), "handed", 300, tmp_path / "ring")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert int(done.stdout) > 10


def test_without_the_release_it_would_be_noticed(tmp_path: Path) -> None:
    header = (ROOT / "clients/c/ws_stream_ring.h").read_text()
    assert header.count("value, __ATOMIC_RELEASE") == 1
    broken = header.replace("value, __ATOMIC_RELEASE", "value, __ATOMIC_RELAXED")
    (tmp_path / "ws_stream_ring.h").write_text(broken)
    source = tmp_path / "threads.c"
    text = (HERE / "threads.c").read_text()
    source.write_text(text.replace("../../clients/c/ws_stream_ring.h", "ws_stream_ring.h"))
    program = threads(tmp_path, TSAN, f"-I{HERE}", source=source)
    done = run(program, "handed", 300, tmp_path / "ring")
    assert done.returncode != 0
    assert "WARNING: ThreadSanitizer: data race" in done.stderr


@pytest.mark.parametrize(
    "count", [300_000, pytest.param(30_000_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])]
)
def test_a_reader_beside_a_writer_that_waits_for_nobody_takes_no_torn_picture(
    tmp_path: Path, count: int
) -> None:
    done = run(threads(tmp_path), "free", count, tmp_path / "ring")
    assert done.returncode == 0, done.stdout
    assert (
        int(done.stdout) >= 1
    )  # on a busy machine the writer may be done before the reader begins

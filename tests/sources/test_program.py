"""Pictures of real programs: those that go on, and those that do whatever a program may."""

import errno
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.leftovers import nothing_left_behind
from ws_stream import Server, connect
from ws_stream.errors import Failure, SourceError, UsageError
from ws_stream.pixels.formats import GRAY8
from ws_stream.sources import Picture, Source, known_address, open_source, process, program
from ws_stream.sources.program import ProgramSource

from . import x_server
from .newest import newest

SIZE = "?width=4&height=2&format=gray8"
WHOLE = "import os, signal, sys, time\nsay = lambda *parts: os.write(1, bytes(parts) * 8)\n"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "START_EVERY", 0.05)
    monkeypatch.setattr(program, "LINGER", 0.0)
    monkeypatch.setattr(process, "END_WITHIN", 0.2)


Opened = Callable[..., ProgramSource]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Makes the source of a program in Python; afterwards nothing of it is left."""
    sources: list[ProgramSource] = []

    def open_it(code: str, size: str = SIZE) -> ProgramSource:
        file = tmp_path / "a program.py"
        file.write_text(f"{WHOLE}{code}")
        source = open_source(f"cmd:{sys.executable} '{file}'{size}")
        assert isinstance(source, ProgramSource)
        sources.append(source)
        return source

    with nothing_left_behind():
        yield open_it
        for source in sources:
            source.close()


def until(source: Source, is_it: Callable[[Picture], bool] = bool, seen: object = None) -> Picture:
    """The first picture that is as it is wanted, over failures."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            picture = source.poll(seen)
        except SourceError:
            picture = None
        if picture and is_it(picture):
            return picture
        time.sleep(0.002)
    raise AssertionError("there was no such picture")


def failure(source: Source) -> SourceError:
    """The first one."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            source.poll()
        except SourceError as error:
            return error
        time.sleep(0.002)
    raise AssertionError("it did not fail")


def is_running(pid: int) -> bool:
    """Whether there is such a process that is more than an entry in a table."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def until_gone(pid: int) -> None:
    while is_running(pid):
        time.sleep(0.01)


def test_without_descriptors_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []

    def none_left(*_: object) -> tuple[int, int]:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(os, "pipe2", none_left)
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: started.append(1))
    with pytest.raises(SourceError, match="cannot be started: Too many open files"):
        process.Process(["true"])
    assert not started


class TestAddress:
    def test_a_command_ends_at_the_last_question_mark_and_is_its_own(self) -> None:
        words = "ffmpeg -i 'http://cam/x?a=1&b=%20' frame%03d \"two words\""
        address = known_address(f"CMD:{words}?width=4&height=0x2&format=gray8")
        assert (address.scheme, address.path) == ("cmd", words)
        assert address.options == {"width": "4", "height": "0x2", "format": "gray8"}

    @given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"])), min_size=1, max_size=5))
    def test_any_words_that_a_shell_would_quote_arrive(self, words: list[str]) -> None:
        address = known_address(f"cmd:{shlex.join(words)}{SIZE}")
        assert shlex.split(address.path) == words

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("cmd:", "a cmd: source needs a program; right would be cmd:PROGRAM WORDS?width=WIDTH"),
            (f"cmd:''{SIZE}", "a cmd: source needs a program"),
            (f"cmd:cat 'x{SIZE}", "is no command: No closing quotation; right would be cmd:PROG"),
            ("cmd:cat x", "needs the option 'width'; right would be cmd:...?width=1024"),
            (f"cmd:no-such-program{SIZE}", "the program 'no-such-program' cannot be found; right"),
            (f"cmd:/etc/passwd{SIZE}", "the program '/etc/passwd' cannot be found"),
            (f"cmd:cat\nx{SIZE}", "letters that can be printed"),
            (f"cmd:cat{SIZE}&stride=4", "unknown option 'stride' of a cmd: source"),
            ("cmd:cat?width=9999&height=9999&format=gray8", "too large; right would be up to"),
        ],
    )
    def test_a_wrong_one_is_answered_with_what_would_be_right(
        self, text: str, sentence: str
    ) -> None:
        with pytest.raises(UsageError) as refusal:
            open_source(text)
        assert sentence in str(refusal.value)


def test_it_is_not_started_before_somebody_watches(opened: Opened, tmp_path: Path) -> None:
    source = opened(f"open({str(tmp_path / 'here')!r}, 'w'); say(7); time.sleep(99)")
    assert (source.width, source.height, source.format.name) == (4, 2, "gray8")
    assert not (tmp_path / "here").exists()
    assert until(source).pixels.tolist() == [[7] * 4] * 2


def test_the_newest_whole_picture_is_shown_however_it_comes_in_parts(opened: Opened) -> None:
    source = opened(
        "for n in range(1, 40):\n"
        "    for part in range(8):\n"
        "        os.write(1, bytes([n])); time.sleep(0.0005)\n"
        "time.sleep(99)"
    )
    seen, last = None, 0
    while last < 39:
        picture = until(source, seen=seen)
        shade = int(picture.pixels[0, 0])
        assert (picture.pixels == shade).all()
        assert shade > last
        assert picture.intact()
        seen, last = picture.version, shade
    assert source.poll(seen) is None


def test_pictures_that_nobody_asks_for_are_dropped_and_keep_no_program_waiting(
    opened: Opened,
) -> None:
    """More of them than any pipe holds."""
    size = "?width=1000&height=1000&format=gray8"
    source = opened("for n in range(1, 9): os.write(1, bytes([n]) * 10**6)\ntime.sleep(99)", size)
    assert source.poll() is None
    until(source, lambda picture: picture.version == 8)


def test_words_are_in_its_own_letters_and_other_formats_are_words(opened: Opened) -> None:
    source = opened("say(0, 0xF8)\nsay(0, 0xF8)\ntime.sleep(99)", "?width=4&height=2&format=rgb565")
    assert until(source).pixels.tolist() == [[0xF800] * 4] * 2


@pytest.mark.parametrize(
    ("name", "shape"),
    [("nv12", (6, 8)), ("i420", (6, 8)), ("yuyv422", (4, 8, 2)), ("mono_msb", (4, 1))],
)
def test_pictures_of_sensors_and_panels_are_as_many_bytes_as_they_take(
    opened: Opened, name: str, shape: tuple[int, ...]
) -> None:
    size = np.prod(shape)
    code = f"os.write(1, bytes(range(100, 100 + {size})))\ntime.sleep(99)"
    source = opened(code, f"?width=8&height=4&format={name}")
    picture = until(source)
    assert (source.width, source.height, picture.pixels.shape) == (8, 4, shape)
    assert picture.pixels.tobytes() == bytes(range(100, 100 + size))


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("sys.exit(3)", "ended with exit code 3; right would be whole pictures of 8 bytes"),
        (
            "print('first', file=sys.stderr); sys.exit('a \\x1b[31m lie \\u202e')",
            'that it said: "a \N{REPLACEMENT CHARACTER}[31m lie \N{REPLACEMENT CHARACTER}"; right',
        ),
        ("os.write(2, b'1 %\\r2 %\\r'); os.write(1, b'half'); os._exit(0)", '"2 %", 4 bytes into'),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "was ended by SIGSEGV"),
        ("os.close(1); time.sleep(99)", "closed its output"),
        ("os.write(2, b'x' * 10**6 + b'\\xff end\\n'); sys.exit(1)", " end"),
    ],
)
def test_how_it_ended_is_said_in_one_sentence_that_acts_on_no_terminal(
    opened: Opened, code: str, sentence: str
) -> None:
    error = failure(opened(code))
    assert sentence in str(error)
    assert str(error).isprintable()
    assert error.failure is Failure.ENDED


def test_a_picture_that_came_before_the_end_is_shown_and_it_is_started_again(
    opened: Opened, tmp_path: Path
) -> None:
    source = opened(
        f"n = os.path.getsize({str(tmp_path / 'runs')!r}) + 1\n"
        f"open({str(tmp_path / 'runs')!r}, 'ab').write(b'.')\nsay(n); os.write(1, b'half')"
    )
    (tmp_path / "runs").touch()
    until(source, lambda picture: int(picture.pixels[0, 0]) == 1)
    assert "4 bytes into a picture" in str(failure(source))
    assert (until(source, lambda picture: picture.pixels[0, 0] > 2).pixels > 2).all()


def test_one_that_fails_at_once_is_not_started_all_the_time(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "START_EVERY", 3600.0)
    runs = tmp_path / "runs"
    source = opened(f"open({str(runs)!r}, 'ab').write(b'.'); sys.exit(1)")
    failure(source)
    for _ in range(100):
        with pytest.raises(SourceError, match="exit code 1"):
            source.poll()
    assert runs.read_text() == "."


def test_one_that_is_gone_by_now_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "once"
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    source = open_source(f"cmd:{file}{SIZE}")
    file.unlink()
    error = failure(source)
    assert "once" in str(error)
    assert "No such file" in str(error)
    source.close()


def test_one_without_the_helper_that_ends_it_with_us_is_run_all_the_same(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_leash", tuple)
    assert until(opened("say(7); time.sleep(99)"))
    source = ProgramSource(["/nonexistent"], GRAY8, 4, 2)
    error = failure(source)
    assert "'/nonexistent' cannot be started: No such file or directory" in str(error)
    assert error.failure is Failure.UNREADABLE


def test_one_that_writes_too_slowly_is_said_so_until_a_picture_comes(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(program, "STALL", 0.05)
    go = tmp_path / "go"
    source = opened(
        f"os.write(1, b'abc')\nwhile not os.path.exists({str(go)!r}): time.sleep(0.01)\n"
        "os.write(1, b'defgh'); time.sleep(99)"
    )
    while "(3 of the 8 bytes of the next one came)" not in str(error := failure(source)):
        pass
    assert "has given no picture for 0.05 s" in str(error)
    assert error.failure is Failure.NO_PICTURE
    go.touch()
    assert until(source).pixels.tobytes() == b"abcdefgh"


@pytest.mark.parametrize("way", ["close", "rest"])
def test_it_ends_with_all_that_it_started_even_if_it_will_not(
    opened: Opened, tmp_path: Path, way: str
) -> None:
    pids = tmp_path / "pids"
    source = opened(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nchild = os.fork()\n"
        f"if child: open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child}}'); say(7)\n"
        "time.sleep(99)"
    )
    until(source)
    parent, child = map(int, pids.read_text().split())
    assert is_running(parent)
    assert is_running(child)
    getattr(source, way)()
    until_gone(parent)
    until_gone(child)


def test_it_is_asked_to_end_first(opened: Opened, tmp_path: Path) -> None:
    note = tmp_path / "note"
    source = opened(
        f"signal.signal(signal.SIGTERM, lambda *_: (open({str(note)!r}, 'w'), sys.exit()))\n"
        "say(7); time.sleep(99)"
    )
    until(source)
    source.close()
    assert note.exists()


def test_while_nobody_watches_it_ends_and_what_it_left_is_not_shown_to_who_comes(
    opened: Opened, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    source = opened(
        f"open({str(pid)!r}, 'w').write(str(os.getpid()))\n"
        "while True: say(int(time.time() * 10) % 256); time.sleep(0.01)"
    )
    old = until(source, lambda picture: bool(picture.pixels[0, 0]))
    source.rest()
    until_gone(int(pid.read_text()))
    assert isinstance(old.version, int)
    new = until(source)
    assert isinstance(new.version, int)
    assert new.version > old.version
    assert until(source, lambda picture: picture.version != new.version)


def test_one_that_is_wanted_again_in_time_runs_on(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "LINGER", 60.0)
    runs = tmp_path / "runs"
    source = opened(f"open({str(runs)!r}, 'ab').write(b'.')\nwhile True: say(7); time.sleep(0.01)")
    first = until(source)
    source.rest()
    until(source, lambda picture: picture.version != first.version)
    assert runs.read_text() == "."


def test_it_hears_neither_our_token_nor_our_terminal(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WS_STREAM_TOKEN", "view:secret")
    source = opened(
        "say(1 + ('WS_STREAM_TOKEN' in os.environ) + 2 * len(sys.stdin.read())"
        " + 4 * (os.getpgrp() != os.getpid())); time.sleep(99)"
    )
    assert until(source).pixels[0, 0] == 1


@pytest.mark.skipif(not process._leash(), reason="there is no setpriv here that knows --pdeathsig")
def test_it_ends_with_a_server_that_is_killed(tmp_path: Path) -> None:
    """Also where it writes nothing, so that a broken pipe would not end it."""
    pid, code = tmp_path / "pid", tmp_path / "code.py"
    code.write_text(f"import os, time\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\n"
                    "os.write(1, b'7' * 8)\ntime.sleep(99)\n")  # fmt: skip
    address = f"cmd:{sys.executable} {code}{SIZE}"
    server = (
        "import time\nfrom ws_stream.sources import open_source\n"
        f"source = open_source({address!r})\nwhile not source.poll(): time.sleep(0.01)\n"
        "print('shown', flush=True); time.sleep(99)"
    )
    with subprocess.Popen([sys.executable, "-c", server], stdout=subprocess.PIPE) as running:
        assert running.stdout
        assert running.stdout.readline() == b"shown\n"
        running.kill()
    until_gone(int(pid.read_text()))


FFMPEG = "ffmpeg -loglevel error -re -f lavfi -i testsrc=size=160x120:rate=30 -f rawvideo -pix_fmt rgb24 -"


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="there is no ffmpeg here")
def test_what_ffmpeg_draws_is_shown_exactly_and_ends_with_the_server() -> None:
    words = FFMPEG.replace("-re ", "").replace("-f raw", "-frames 90 -f raw")
    done = subprocess.run(shlex.split(words), capture_output=True, check=True)
    drawn = np.frombuffer(done.stdout, np.uint8).reshape(90, 120, 160, 3)
    with Server(port=0) as server:
        server.serve(f"cmd:{FFMPEG}?width=160&height=120&format=rgb888", name="film")
        shown = [-1]
        for frame in connect(f"ws://127.0.0.1:{server.port}/stream/film"):
            (which,) = np.flatnonzero((drawn == frame.pixels).all((1, 2, 3)))
            assert which > shown[-1]
            shown.append(int(which))
            if len(shown) > 5:
                break
    assert not [
        path for path in Path("/proc").glob("[0-9]*/cmdline") if b"size=160x120" in read(path)
    ]


def read(path: Path) -> bytes:
    """A file that may be gone."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="there is no ffmpeg here")
def test_what_the_document_says_of_an_x_screen_shows_what_is_drawn_there(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs/sources.md").read_text()
    (command,) = re.findall(r"`(cmd:ffmpeg [^`]*x11grab[^`]*)`", text)
    with x_server.xvfb(tmp_path, 24, "320x200") as (file, display):
        address = (
            command.replace("x11grab", "x11grab -draw_mouse 0")
            .replace("1920", "320")
            .replace("1080", "200")
            .replace(" :0 ", f" {display} ")
        )
        logo = ("xlogo", "-geometry", "320x200+0+0", "-bw", "0", "-bg", "#ff8000")
        with x_server.running(display, *logo), closing(open_source(address)) as grabbed:
            memory = open_source(f"xwd:{file}")
            until(grabbed, lambda picture: picture.pixels[0, 0, :3].tolist() == [0, 0x80, 0xFF])
            until(grabbed, lambda picture: is_same(picture, newest(memory)))
            memory.close()


def is_same(picture: Picture, other: Picture) -> bool:
    """But for what stands in the fourth byte."""
    return np.array_equal(picture.pixels[..., :3], other.pixels[..., :3])

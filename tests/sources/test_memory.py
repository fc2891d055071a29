"""Memory that is cut off while it is read: by this process, in others, and beside other handlers of SIGBUS."""

import faulthandler
import gc
import mmap
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ws_stream.sources import memory
from ws_stream.sources.memory import Copied, FileMemory, Mapped, open_memory

NEEDS_GUARD = pytest.mark.skipif(not memory.GUARDED, reason="there is no compiled core here")
LENGTH = 5 * mmap.PAGESIZE
ROOT = Path(__file__).parents[2]


@pytest.fixture
def fd(tmp_path: Path) -> Iterator[int]:
    path = tmp_path / "file"
    path.write_bytes(b"\x07" * LENGTH)
    descriptor = os.open(path, os.O_RDWR)
    yield descriptor
    os.close(descriptor)


@pytest.fixture(params=[pytest.param("mapped", marks=NEEDS_GUARD), "copied"])
def opened(request: pytest.FixtureRequest, fd: int) -> FileMemory:
    return Mapped(fd, 0, LENGTH) if request.param == "mapped" else Copied(fd)


def read(opened: FileMemory, start: int, end: int) -> bytes:
    buffer, begin = opened.at(start, end)
    return bytes(memoryview(buffer)[start - begin : end - begin])


def test_what_is_there_is_read(opened: FileMemory) -> None:
    for start, end in ((0, LENGTH), (1, 9), (LENGTH - 4, LENGTH), (3, 5000)):
        assert read(opened, start, end) == b"\x07" * (end - start)
    assert not opened.is_lost()


@pytest.mark.parametrize("size", [0, 1, 100, mmap.PAGESIZE, LENGTH - mmap.PAGESIZE])
def test_what_is_cut_off_is_zeros_and_said_to_be_lost_until_it_is_opened_anew(
    opened: FileMemory, fd: int, size: int
) -> None:
    os.truncate(fd, size)
    assert read(opened, 0, LENGTH)[-1] == 0
    assert opened.is_lost()
    os.truncate(fd, LENGTH)
    assert opened.is_lost()
    again = type(opened)(fd, 0, LENGTH) if isinstance(opened, Mapped) else Copied(fd)
    assert read(again, 0, LENGTH)[size:] == bytes(LENGTH - size)
    assert not again.is_lost()


def test_what_is_cut_off_and_not_read_is_not_lost(opened: FileMemory, fd: int) -> None:
    os.truncate(fd, mmap.PAGESIZE)
    assert read(opened, 0, 9) == b"\x07" * 9
    assert not opened.is_lost()


def test_of_a_number_and_a_picture_of_the_same_size_neither_spoils_the_other(
    opened: FileMemory, fd: int
) -> None:
    os.pwrite(fd, b"abcd", 8)
    picture, start = opened.at(8, 12)
    opened.at(0, 4)
    assert bytes(memoryview(picture)[8 - start : 12 - start]) == b"abcd"


def test_a_copy_of_a_closed_file_is_lost_and_another_files_is_never_read(tmp_path: Path) -> None:
    fd = os.open(ROOT / "README.md", os.O_RDONLY)
    copied = Copied(fd)
    copied.close()
    assert read(copied, 0, 9) == bytes(9)
    assert copied.is_lost()
    os.close(fd)


@pytest.mark.parametrize("size", [1 << 20, 3])
def test_a_copy_costs_no_new_memory_each_time(fd: int, size: int) -> None:
    os.truncate(fd, 2 << 20)
    copied = Copied(fd)
    first, second = copied.at(0, size), copied.at(size, 2 * size)
    assert (first[0] is second[0]) is (size > 8)


@pytest.mark.parametrize(("is_there", "kind"), [(True, Mapped), (False, Copied)])
def test_a_file_is_copied_where_its_memory_cannot_be_guarded(
    monkeypatch: pytest.MonkeyPatch, fd: int, is_there: bool, kind: type
) -> None:
    if is_there and not memory.GUARDED:
        pytest.skip("there is no compiled core here")
    if not is_there:
        monkeypatch.setattr(memory, "GUARDED", None)
    assert type(open_memory(fd, 0, LENGTH, is_regular=True)) is kind
    with Path("/dev/zero").open("rb") as zero:
        device = open_memory(zero.fileno(), 0, LENGTH, is_regular=False)
    assert type(device) is Mapped
    assert read(device, 0, 9) == bytes(9)
    device.stand_guard()
    assert not device.is_lost()


@NEEDS_GUARD
class TestViews:
    def test_one_that_outlives_all_else_can_be_read_when_the_file_is_cut_off(self, fd: int) -> None:
        view = np.frombuffer(Mapped(fd, 0, LENGTH).buffer, np.uint8)
        gc.collect()
        os.truncate(fd, 0)
        assert not view[4096:].any()

    def test_the_memory_goes_with_the_last_one(self, fd: int) -> None:
        path = Path(f"/proc/self/fd/{fd}").readlink()

        def mapped() -> int:
            gc.collect()
            return Path("/proc/self/maps").read_text().count(str(path))

        before = mapped()
        view = np.frombuffer(Mapped(fd, 0, LENGTH).buffer, np.uint8)[5:9]
        assert mapped() == before + 1
        assert not view.flags.writeable
        del view
        assert mapped() == before

    def test_threads_may_read_open_and_drop_them_while_others_are_cut_off(
        self, tmp_path: Path
    ) -> None:
        failures: list[object] = []

        def work(name: int) -> None:
            path = tmp_path / str(name)
            for _ in range(200):
                path.write_bytes(b"\x07" * LENGTH)
                with path.open("r+b") as file:
                    opened = Mapped(file.fileno(), 0, LENGTH)
                    view = np.frombuffer(opened.buffer, np.uint8)
                    whole = int(view.sum()), opened.is_lost()
                    file.truncate(0)
                    cut = int(view[-9:].sum()), opened.is_lost()
                if (whole, cut) != ((7 * LENGTH, False), (0, True)):
                    failures.append((whole, cut))

        threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []


SCENE = """
import faulthandler, mmap, os, signal, sys, tempfile
from ws_stream.sources.memory import Mapped

file = tempfile.TemporaryFile()

def lose():
    file.truncate(20000)
    opened = Mapped(file.fileno(), 0, 20000)
    opened.stand_guard()
    file.truncate(0)
    assert memoryview(opened.buffer)[8000] == 0 and opened.is_lost()

def fault():
    file.truncate(20000)
    memory = mmap.mmap(file.fileno(), 20000, prot=mmap.PROT_READ)
    file.truncate(0)
    print("at the fault", flush=True)
    memory[8000]

"""


def play(scene: str) -> subprocess.CompletedProcess[str]:
    """The scene in a Python of its own."""
    command = [sys.executable, "-c", SCENE + scene]
    return subprocess.run(
        command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=60
    )


@NEEDS_GUARD
class TestBesideOtherHandlers:
    @pytest.mark.parametrize(
        "scene",
        [
            "lose(); fault()",
            "faulthandler.enable(); lose(); fault()",
            "lose(); faulthandler.enable(); lose(); fault()",
            "faulthandler.enable(); lose(); faulthandler.disable(); lose(); fault()",
            "lose(); faulthandler.enable(); lose(); faulthandler.disable(); lose(); fault()",
            "lose(); [(faulthandler.enable(), lose(), faulthandler.disable(), lose()) for _ in range(40)]; fault()",
            "lose(); signal.signal(signal.SIGBUS, signal.SIG_DFL); lose(); fault()",
            "lose(); signal.signal(signal.SIGBUS, signal.SIG_IGN); lose(); fault()",
            "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals()); lose(); fault()",
            "lose(); print('at the fault', flush=True); os.kill(os.getpid(), signal.SIGBUS)",
        ],
    )
    def test_what_is_guarded_is_lost_and_any_other_fault_ends_the_process(self, scene: str) -> None:
        ended = play(scene)
        assert ended.stdout == "at the fault\n", ended.stderr
        assert ended.returncode == -signal.SIGBUS
        is_enabled = scene.count("faulthandler.enable") > scene.count("faulthandler.disable")
        assert ended.stderr.count("Fatal Python error: Bus error") == is_enabled

    def test_a_handler_that_python_was_given_hears_of_a_signal_that_was_sent(self) -> None:
        ended = play(
            "signal.signal(signal.SIGBUS, lambda *_: print('heard')); lose();"
            "os.kill(os.getpid(), signal.SIGBUS); lose()"
        )
        assert (ended.stdout, ended.returncode) == ("heard\n", 0), ended.stderr

    def test_a_child_is_guarded_as_its_parent_is(self) -> None:
        ended = play(
            "file.truncate(20000)\n"
            "opened = Mapped(file.fileno(), 0, 20000)\n"
            "child = os.fork()\n"
            "if child == 0:\n"
            "    lose()\n"
            "    assert memoryview(opened.buffer)[8000] == 0 and opened.is_lost()\n"
            "    os._exit(7)\n"
            "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7\n"
            "assert not opened.is_lost()\n"
            "assert memoryview(opened.buffer)[8000] == 0 and opened.is_lost()\n"
        )
        assert ended.returncode == 0, ended.stderr

    def test_this_very_process_survives(self, fd: int) -> None:
        """Its faulthandler was enabled by pytest, before or after."""
        assert faulthandler.is_enabled()
        opened = Mapped(fd, 0, LENGTH)
        os.truncate(fd, 0)
        opened.stand_guard()
        assert read(opened, 0, LENGTH) == bytes(LENGTH)
        assert opened.is_lost()


@NEEDS_GUARD
class TestBadArguments:
    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            ((-1, 0, 4096), OSError),
            ((0, -4096, 4096), ValueError),
            ((0, 0, 0), ValueError),
            ((0, 0, 2**70), OverflowError),
            ((0, 2**70, 1), OverflowError),
            ((0, 0), TypeError),
        ],
    )
    def test_they_are_refused(self, arguments: tuple[int, ...], error: type[Exception]) -> None:
        assert memory.GUARDED
        with pytest.raises(error):
            memory.GUARDED(*arguments)

    def test_an_offset_within_a_page_is_the_systems_error(self, fd: int) -> None:
        assert memory.GUARDED
        with pytest.raises(OSError, match="Invalid argument"):
            memory.GUARDED(fd, 1, 4096)

"""What becomes of each kind of source when its file is cut off, replaced or gone: a sentence, and pictures again.

A kind that is not in the table fails here.
"""

import fcntl
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from tests import test_ring
from tests.sources import test_camera, test_program, test_replay, test_screen, test_video
from ws_stream.errors import SourceError
from ws_stream.sources import SCHEMES, Source, memory, open_source
from ws_stream.sources.rights import may_open

from .newest import newest, pixels
from .test_fb import XRGB, Kernel, variable
from .test_xwd import MASKS, header

PAGES = 8 * 4096
"""Bytes of pixels: what is cut off are whole pages."""


def raw(path: Path) -> tuple[str, bytes]:
    return f"mmap:{path}?width=4096&height=8&format=gray8", b""


def shared(path: Path) -> tuple[str, bytes]:
    return f"shm:{path.name}?width=4096&height=8&format=gray8", b""


def dump(path: Path) -> tuple[str, bytes]:
    """Rows so long that its pixels take the pages."""
    head = bytearray(header(MASKS, 32, order=0))
    head[12 * 4 : 13 * 4] = (PAGES // 2).to_bytes(4, "big")  # bytes of a row; there are two
    return f"xwd:{path}", bytes(head).ljust(100 + 2 * 12, b"\0")


def framebuffer(path: Path) -> tuple[str, bytes]:
    return f"fb:{path}", b""


MAPPED: Mapping[str, Callable[[Path], tuple[str, bytes]]] = {
    "mmap": raw,
    "shm": shared,
    "xwd": dump,
    "fb": framebuffer,
}
"""The address of a file of each kind that is mapped, and what stands before its pixels."""
OTHERS: Mapping[str, Callable[..., object] | str] = {
    "replay": test_replay.test_where_it_is_damaged_it_says_so_and_shows_nothing_more,
    "video": test_video.test_a_file_that_is_cut_while_it_is_played_is_a_sentence_until_there_is_another,
    "camera": test_camera.TestWhatHappensToIt,
    "cmd": test_program.test_a_picture_that_came_before_the_end_is_shown_and_it_is_started_again,
    "ring": test_ring.test_a_file_that_is_cut_off_is_said_and_found_again,
    "screen": test_screen.test_viewers_see_it_again_when_the_x_server_is_back_and_nothing_costs_it_without_them,
    "test": "draws its own",
}
"""Which test does so for the kinds that are not."""


def test_of_each_kind_it_is_known_what_becomes_of_it() -> None:
    assert set(SCHEMES) == {*MAPPED, *OTHERS}


@pytest.fixture
def path(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    scheme = request.node.callspec.params["scheme"]
    path = Path("/dev/shm") / f"ws-stream-{os.getpid()}" if scheme == "shm" else tmp_path / "file"
    request.addfinalizer(lambda: path.unlink(missing_ok=True))
    return path


@pytest.mark.skipif(not memory.GUARDED, reason="there is no compiled core here")
@pytest.mark.parametrize("scheme", MAPPED)
def test_cut_off_while_it_is_read_gone_and_there_again(
    scheme: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = Kernel(variable(*XRGB, xres=1024, xres_virtual=1024, yres=8, yres_virtual=8))
    kernel.fixed.line_length = 4096
    monkeypatch.setattr(fcntl, "ioctl", kernel.ioctl)
    address, head = MAPPED[scheme](path)
    path.write_bytes(head + bytes((1,)) * PAGES)
    source = open_source(address)
    held = newest(source)
    os.truncate(path, 0)
    assert held.pixels.sum() == 0, "what was cut off is zeros, and nobody dies of it"
    assert not held.intact()
    fails(source, path)
    path.write_bytes(head + bytes((2,)) * PAGES)
    assert shown(source) == 2
    path.unlink()
    fails(source, path)
    path.write_bytes(head + bytes((3,)) * PAGES)
    assert shown(source) == 3
    other = path.with_name(f"{path.name}-other")
    other.write_bytes(head + bytes((4,)) * (PAGES + 4096))
    other.rename(path)
    assert shown(source) == 4
    source.close()


def fails(source: Source, path: Path) -> None:
    with pytest.raises(SourceError) as found:
        source.poll()
    assert str(path) in str(found.value)


def shown(source: Source) -> int:
    values = np.unique(pixels(source))
    assert len(values) == 1
    return int(values[0])


@pytest.mark.parametrize("scheme", ["fb"])
def test_a_device_that_may_not_be_read_names_its_group(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/dev/null is a device that is always there."""

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(SourceError) as found:
        open_source(f"{scheme}:/dev/null")
    monkeypatch.undo()
    assert (
        str(found.value)
        == f"/dev/null cannot be read: Permission denied; {may_open(Path('/dev/null'))}"
    )
    assert "a user of its group 'root': sudo usermod -aG root USER" in str(found.value)


def test_what_is_right_for_a_device_without_a_group_is_said_as_far_as_it_is_known(
    tmp_path: Path,
) -> None:
    assert may_open(tmp_path / "nothing") == "right would be a user who may read it"
    (tmp_path / "device").touch()
    (tmp_path / "device").chmod(0o600)
    assert may_open(tmp_path / "device").startswith("right would be: sudo chmod g+rw ")

"""Against what the kernel answers, made up in C from its own header: there is no camera here, nor vivid."""

import ctypes
import errno
import grp
import json
import mmap
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ws_stream.errors import SourceError, UsageError
from ws_stream.sources import open_source

HEADER = Path("/usr/include/linux/videodev2.h")
pytestmark = pytest.mark.skipif(
    not shutil.which("cc") or not HEADER.exists(), reason="there is no compiler, or no header"
)
U32 = ctypes.c_uint32
CAPTURE, PLANES, STREAMING, DEVICE_CAPS, OUTPUT = 1, 0x1000, 0x04000000, 0x80000000, 2
G_FMT, S_FMT, REQBUFS, QBUF, DQBUF, STREAMON = 4, 5, 8, 15, 17, 18
"""The numbers of requests."""
MONOTONIC, BROKEN = 0x2000, 0x40


class Control(ctypes.Structure):
    """What the camera is and does."""

    _fields_ = [
        *((name, U32) for name in ("width", "height", "code")),
        ("codes", U32 * 8),
        *((name, U32) for name in ("most_width", "most_height", "padding", "bytes_per_pixel")),
        *((name, U32) for name in ("capabilities", "device_caps", "buffers", "flags", "bytesused")),
        *((name, U32) for name in ("age_us", "open_error", "failing", "error", "opened")),
        *((name, U32) for name in ("streaming", "queued", "dropped", "completed", "taken", "fps")),
    ]


class FailedError(Exception):
    """What the probe was answered."""


class Fake:
    """The camera, and a process that looks at it."""

    def __init__(self, path: Path, library: Path) -> None:
        self.path = path
        with path.open("wb") as file:
            file.truncate(4096)
        os.mkfifo(f"{path}.frames")
        self._frames = os.open(f"{path}.frames", os.O_RDWR)
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 4096)
        self.control = Control.from_buffer(self._memory)
        self._probe = subprocess.Popen(
            [sys.executable, "-m", "tests.sources.camera_probe"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "LD_PRELOAD": os.fspath(library), "FAKE_CAMERA": os.fspath(path)},
        )

    def reset(self) -> None:
        """As it comes from the shop: 4 x 2 gray pixels, rows of 6 bytes."""
        with_opened = self.control.opened, self.control.streaming
        assert with_opened == (0, 0), "the test before has let go of it"
        ctypes.memset(ctypes.addressof(self.control), 0, ctypes.sizeof(Control))
        control = self.control
        control.width, control.height, control.most_width, control.most_height = 4, 2, 8, 4
        control.padding, control.bytes_per_pixel, control.buffers = 2, 1, 8
        control.capabilities, control.device_caps = DEVICE_CAPS | CAPTURE, CAPTURE | STREAMING
        control.flags = MONOTONIC
        self.gives("GREY")

    def gives(self, *codes: str) -> None:
        """Its formats; the first one is that which it has now."""
        numbers = [int.from_bytes(code.encode(), "little") for code in codes]
        self.control.code = numbers[0]
        self.control.codes[:] = [*numbers, *[0] * (8 - len(numbers))]

    def fails(self, request: int, error: int) -> None:
        """With every request of this number; 0: with none."""
        self.control.failing, self.control.error = request, error
        os.write(self._frames, b"\0")

    def push(self, shade: int) -> None:
        """A picture is there, and has been taken or dropped."""
        before = self.control.completed
        os.write(self._frames, bytes((shade,)))
        while (
            self.control.completed == before or self.control.taken + self.control.dropped <= before
        ):
            time.sleep(0.001)

    def call(self, name: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever it returns
        """Of the probe. Raises FailedError."""
        assert self._probe.stdin
        assert self._probe.stdout
        self._probe.stdin.write(json.dumps([name, *arguments]) + "\n")
        self._probe.stdin.flush()
        line = self._probe.stdout.readline()
        assert line, "the probe has ended"
        said = json.loads(line)
        if "error" in said:
            raise FailedError(": ".join(said["error"]))
        return said["is"]

    def open(self, query: str = "") -> Any:  # noqa: ANN401 - see `Probe.open`
        """A source."""
        return self.call("open", f"camera:{self.path}{query}")

    def shown(self, shade: int) -> dict[str, Any]:
        """The first picture that is of this shade."""
        return self.until(lambda found: found["pixels"][0][0] in (shade, [shade] * 3))

    def until(self, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first such picture, over failures."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                found = self.call("poll", None)
            except FailedError:
                found = None
            if found and is_it(found):
                return dict(found)
            time.sleep(0.002)
        raise AssertionError("there was no such picture")

    def failure(self) -> str:
        """The first one."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                self.call("poll", None)
            except FailedError as error:
                return str(error)
            time.sleep(0.002)
        raise AssertionError("it did not fail")

    def failure_or_none(self) -> None:
        """A poll, whatever comes of it."""
        with suppress(FailedError):
            self.call("poll", None)

    def end(self) -> None:
        """No process is left."""
        self._probe.kill()
        self._probe.communicate()
        os.close(self._frames)


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fake]:
    folder = tmp_path_factory.mktemp("camera")
    source = Path(__file__).with_name("fake_camera.c")
    library = folder / "fake_camera.so"
    command = ["cc", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-O1", "-o", str(library)]
    subprocess.run([*command, str(source), "-ldl", "-lpthread"], check=True)
    fake = Fake(folder / "video0", library)
    yield fake
    fake.end()


@pytest.fixture
def camera(device: Fake) -> Iterator[Fake]:
    device.reset()
    yield device
    device.control.error = device.control.open_error = 0
    try:
        device.call("close")
    except FailedError as error:  # the test opened none
        assert "source" in str(error)


def test_a_picture_is_a_view_of_the_driver_s_own_buffer_rows_apart_as_they_lie(
    camera: Fake,
) -> None:
    assert camera.open() == ["video0", "gray8", 4, 2]
    assert (camera.control.opened, camera.control.streaming) == (0, 0), "nobody watches"
    assert camera.call("poll", None) is None
    assert camera.control.streaming
    camera.push(7)
    found = camera.shown(7)
    assert found["pixels"] == [[7] * 4] * 2
    assert found["view"]
    assert (found["version"], found["completed"]) == (1, 1)
    assert camera.call("poll", found["version"]) is None


def test_the_newest_one_is_shown_however_many_came_and_none_is_dropped(camera: Fake) -> None:
    camera.open()
    camera.call("poll", None)
    for shade in range(1, 60):
        camera.push(shade)
    assert camera.shown(59)["completed"] == 59
    assert camera.control.dropped == 0
    while camera.control.queued != 4:  # all but the newest, which is read
        time.sleep(0.001)


def test_a_picture_that_is_held_is_not_written_to(camera: Fake) -> None:
    camera.open()
    camera.call("poll", None)
    camera.push(1)
    camera.shown(1)
    for shade in range(2, 40):
        camera.push(shade)
        assert camera.call("held") == [[1] * 4] * 2
    camera.shown(39)


@pytest.mark.parametrize(("flags", "is_known"), [(MONOTONIC, True), (0, False), (0x4000, False)])
def test_it_was_taken_when_the_driver_says_if_that_is_by_a_clock_that_we_have(
    camera: Fake, flags: int, is_known: bool
) -> None:
    camera.control.flags, camera.control.age_us = flags, 5_000_000
    camera.open()
    camera.call("poll", None)
    camera.push(7)
    age = camera.shown(7)["age"]
    assert (5 <= age < 20) if is_known else age is None


@pytest.mark.parametrize("harm", [("flags", MONOTONIC | BROKEN), ("bytesused", 5)])
def test_a_picture_that_the_driver_calls_broken_or_that_is_too_short_is_left_out(
    camera: Fake, harm: tuple[str, int]
) -> None:
    camera.open()
    camera.call("poll", None)
    before = getattr(camera.control, harm[0])
    setattr(camera.control, *harm)
    for shade in range(1, 9):
        camera.push(shade)
    while camera.control.queued < 5:  # all are given back
        time.sleep(0.001)
    assert camera.call("poll", None) is None
    setattr(camera.control, harm[0], before)
    camera.push(9)
    assert camera.shown(9)["version"] == 1


class TestWhatIsAsked:
    def test_size_rate_and_format_are_asked_of_the_driver(self, camera: Fake) -> None:
        camera.gives("MJPG", "GREY", "RGB3")
        camera.control.bytes_per_pixel = 3
        answer = camera.open("?width=8&height=4&fps=15&format=rgb888")
        assert answer == ["video0", "rgb888", 8, 4]
        assert camera.control.fps == 15
        camera.call("poll", None)
        camera.push(3)
        assert camera.shown(3)["pixels"] == [[[3] * 3] * 8] * 4

    def test_without_a_format_it_keeps_its_own_or_gives_the_first_that_is_known(
        self, camera: Fake
    ) -> None:
        camera.gives("RGBP", "GREY")
        camera.control.bytes_per_pixel = 2
        assert camera.open()[1] == "rgb565"
        camera.gives("MJPG", "GREY", "RGB3")
        camera.control.bytes_per_pixel = 1
        assert camera.open()[1] == "gray8"

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("?width=9", "gives no pictures of 9x2; right would be width=8&height=2"),
            ("?format=rgb888", "gives no rgb888, but gray8; right would be one of these"),
            ("?format=nonsense", "unknown pixel format 'nonsense'"),
            ("?width=0", "width=0 cannot be; right would be 1 or more"),
            ("?depth=1", "unknown option 'depth' of a camera: source; known are width, height, f"),
        ],
    )
    def test_what_it_cannot_give_is_refused_with_what_it_can(
        self, camera: Fake, query: str, sentence: str
    ) -> None:
        with pytest.raises(FailedError) as refused:
            camera.open(query)
        assert str(refused.value).startswith("UsageError: ")
        assert sentence in str(refused.value)
        assert not camera.control.opened

    def test_of_a_camera_that_only_packs_it_is_said_what_unpacks(self, camera: Fake) -> None:
        camera.gives("MJPG", "H264", "\x1b[3m")
        with pytest.raises(FailedError) as refused:
            camera.open()
        assert "but 'MJPG', 'H264'" in str(refused.value)
        assert f"right would be cmd:ffmpeg -f v4l2 -i {camera.path} -f rawvideo" in str(
            refused.value
        )
        assert str(refused.value).isprintable()


class TestWhatIsNoCamera:
    @pytest.mark.parametrize(
        ("caps", "sentence"),
        [
            (OUTPUT | STREAMING, "takes no pictures"),
            (CAPTURE, "takes no pictures"),
            (PLANES | STREAMING, "gives its pictures in planes"),
        ],
    )
    def test_another_device_is_refused(self, camera: Fake, caps: int, sentence: str) -> None:
        camera.control.device_caps = caps
        with pytest.raises(FailedError) as refused:
            camera.open()
        assert f"UsageError: {camera.path} {sentence}, as " in str(refused.value)
        assert "right would be a camera" in str(refused.value)
        assert str(refused.value).isprintable()

    def test_a_file_is_none(self, tmp_path: Path) -> None:
        (tmp_path / "video0").touch()
        with pytest.raises(UsageError, match="video0 is no video device; right would be a camera"):
            open_source(f"camera:{tmp_path}/video0")
        with pytest.raises(SourceError, match="video1 cannot be opened: No such file or direct"):
            open_source(f"camera:{tmp_path}/video1")
        with pytest.raises(UsageError, match="a camera: source needs a device; right would be"):
            open_source("camera:")

    def test_without_linuxpy_it_is_said_what_to_install(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "linuxpy.video.raw", None)
        with pytest.raises(UsageError, match=r"pip install 'ws-stream\[camera\]'"):
            open_source("camera:/dev/video0")


class TestWhatHappensToIt:
    @pytest.mark.parametrize("error", [errno.ENODEV, errno.EIO])
    def test_unplugged_it_is_a_sentence_and_comes_back_by_itself_also_with_another_size(
        self, camera: Fake, error: int
    ) -> None:
        camera.open()
        camera.call("poll", None)
        camera.push(1)
        first = camera.shown(1)
        camera.control.open_error = errno.ENOENT
        camera.fails(DQBUF, error)
        said = camera.failure()
        assert str(camera.path) in said
        assert (
            ("was unplugged; right would" in said)
            or ("Input/output error" in said)
            or "No such" in said
        )
        assert "No such file or directory" in camera.failure()
        assert camera.call("held") in ([[1] * 4] * 2, None)
        camera.fails(0, 0)
        camera.control.width, camera.control.height = 6, 3
        camera.control.open_error = 0
        while not camera.control.streaming:
            camera.failure_or_none()
        camera.push(2)
        found = camera.shown(2)
        assert found["pixels"] == [[2] * 6] * 3
        assert found["version"] > first["version"]
        assert camera.call("shape") == ["gray8", 6, 3]

    @pytest.mark.parametrize("request_", [S_FMT, REQBUFS, STREAMON])
    def test_one_that_another_program_uses_is_named_so(self, camera: Fake, request_: int) -> None:
        camera.open()
        camera.fails(request_, errno.EBUSY)
        assert (
            "is used by another program; right would be to end what this names: fuser -v"
            in camera.failure()
        )
        assert not camera.control.opened
        camera.fails(0, 0)
        camera.call("poll", None)
        camera.push(5)
        camera.shown(5)

    def test_without_the_right_to_it_the_group_is_named(self, camera: Fake) -> None:
        group = grp.getgrnam("video")
        os.chown(camera.path, -1, group.gr_gid)
        camera.path.chmod(0o660)
        camera.control.open_error = errno.EACCES
        with pytest.raises(FailedError) as refused:
            camera.open()
        assert (
            "may not be opened; right would be a user of its group 'video': sudo usermod -aG video"
            in str(refused.value)
        )
        camera.path.chmod(0o600)
        with pytest.raises(
            FailedError, match=r"right would be: sudo chmod g\+rw .*its group 'video'"
        ):
            camera.open()

    def test_one_that_gives_no_picture_is_said_so_and_opened_anew(self, camera: Fake) -> None:
        camera.call("set", "STALL", 0.3)
        camera.open()
        camera.call("poll", None)
        assert "has given no picture for 0.3 s" in camera.failure()
        camera.call("set", "STALL", 20)
        while not camera.control.streaming:
            camera.failure_or_none()
        camera.push(4)
        camera.shown(4)

    def test_while_nobody_watches_it_is_let_go_of(self, camera: Fake) -> None:
        camera.open()
        camera.call("poll", None)
        camera.push(1)
        first = camera.shown(1)
        camera.call("rest")
        assert (camera.control.opened, camera.control.streaming) == (0, 0)
        assert camera.call("held") == [[1] * 4] * 2
        assert camera.call("poll", None) is None, "what was there before is old"
        camera.push(2)
        assert camera.shown(2)["version"] > first["version"]

    def test_too_few_buffers_are_said_so(self, camera: Fake) -> None:
        camera.control.buffers = 2
        camera.open()
        assert "has 2 buffers; right would be 3 at least" in camera.failure()

    def test_a_driver_that_changes_to_another_kind_is_a_sentence(self, camera: Fake) -> None:
        camera.open()
        camera.gives("MJPG")
        assert "SourceError" in (said := camera.failure())
        assert "gives no format that is known, but 'MJPG'" in said

"""Every example runs as it stands there. One that no test runs fails here."""

import base64
import io
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import cast

import nbclient
import nbformat
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.async_api import Page

from tests import test_node, test_picamera2
from tests.boards import test_parts, test_pictures, test_requests
from tests.browser import test_mounts, test_operate_x, test_relays
from tests.browser.browser import opened, shows
from tests.commands import test_reloading
from tests.proxy import test_proxies
from tests.relay import test_nats_access
from tests.ring import test_c, test_lvgl
from tests.server import test_metrics
from ws_stream import Server, connect
from ws_stream.pixels.raw import RAW_FORMATS
from ws_stream.server.tokens import new_token

EXAMPLES = Path(__file__).parents[1] / "examples"
HOST = "127.0.0.1"


def free_ports(count: int) -> list[str]:
    with ExitStack() as sockets:
        taken = [sockets.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        return [str(each.getsockname()[1]) for each in taken]


@contextmanager
def running(name: str, *arguments: str, **variables: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, os.fspath(EXAMPLES / name), *arguments]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **variables},
    ) as program:
        try:
            yield program
        finally:
            program.kill()


@pytest.mark.usefixtures("ctrl_c")
def test_the_screen_is_watched_until_ctrl_c() -> None:
    with Server(port=0) as server:
        stream = server.stream("fb0")
        with running("watch_screen.py", f"ws://{HOST}:{server.port}/stream/fb0") as program:
            assert program.stdout
            picture = np.zeros((10, 10, 3), np.uint8)
            while not select.select([program.stdout], [], [], 0.05)[0]:
                picture[5:] ^= 255
                stream.publish(picture.copy())
            assert re.fullmatch(r"picture \d+: 50.00% of 10x10\n", program.stdout.readline())
            program.send_signal(signal.SIGINT)
            rest = program.stdout.read()
            assert "Traceback" not in rest, rest
            assert program.wait(10) == 0


def test_the_tests_of_a_screen_pass() -> None:
    command = [sys.executable, "-m", "pytest", os.fspath(EXAMPLES / "test_screen.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout[:3]) == (0, "..."), done.stdout


class Region:
    """A mapped region of 1024x600 RGBA, whose alpha is whatever it is."""

    def __init__(self, path: Path) -> None:
        self.path = os.fspath(path)
        self._memory = np.memmap(path, np.uint8, "w+", shape=(600, 1024, 4))

    def show(self, brightness: int) -> NDArray[np.uint8]:
        """A picture that JPEG keeps nearly; returns every 4th pixel of it."""
        self._memory[..., 0] = np.arange(1024) // 5
        self._memory[..., 1] = np.arange(600)[:, None] // 3
        self._memory[..., 2] = brightness
        self._memory[..., 3] = np.arange(1024) % 251
        return np.array(self._memory[::4, ::4, :3])


def is_nearly(jpeg: bytes, expected: NDArray[np.uint8]) -> bool:
    rgb = np.array(Image.open(io.BytesIO(jpeg)))
    return rgb.shape == expected.shape and bool(abs(rgb.astype(int) - expected).mean() < 2)


def parts(port: str) -> Iterator[bytes]:
    """The JPEGs of /camera, as they come."""
    connection = HTTPConnection(HOST, int(port))
    connection.request("GET", "/camera")
    response = connection.getresponse()
    assert response.getheader("Content-Type") == "multipart/x-mixed-replace; boundary=part"
    data = b""
    try:
        while True:
            data += response.read1()
            *whole, data = data.split(b"\r\n--part\r\n")
            yield from (part.partition(b"\r\n\r\n")[2] for part in whole)
    finally:
        connection.close()


def until_answered(port: str, path: str) -> bytes:
    """What is answered with 200 in the end."""
    while True:
        connection = HTTPConnection(HOST, int(port))
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            if answer.status == 200:
                return answer.read()
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.05)


async def test_the_first_user_s_program_before_and_after_and_for_an_img_show_the_same(
    tmp_path: Path,
) -> None:
    region = Region(tmp_path / "picture")
    first = region.show(40)
    before, after, pictures, img = free_ports(4)
    url = f"ws://{HOST}:{pictures}/stream/camera"
    with (
        running("mjpeg/before.py", region.path, before),
        running("flask_app.py", PICTURE=region.path, PORT=after, PICTURES_PORT=pictures),
        running("mjpeg/img.py", url, img),
    ):
        assert b"<img src='/camera'>" in until_answered(before, "/")
        page = until_answered(after, "/").decode()
        assert f'src="http://{HOST}:{pictures}/?stream=camera"' in page
        assert is_nearly(until_answered(img, "/camera.jpg"), first)
        with connect(url) as screen:
            assert np.array_equal(screen.wait_for(bool, 10).to_rgb(), first)
            jpegs, others = parts(before), parts(img)
            assert is_nearly(next(jpegs), first)
            assert is_nearly(next(others), first)
            second = region.show(200)
            screen.wait_for(lambda frame: np.array_equal(frame.to_rgb(), second), 10)
            assert any(is_nearly(jpeg, second) for jpeg in jpegs)
            assert any(is_nearly(jpeg, second) for jpeg in others)
        async with opened(f"http://{HOST}:{after}/") as browser:
            (viewer,) = browser.main_frame.child_frames
            await viewer.wait_for_selector("#picture")
            assert np.array_equal(await shows(cast(Page, viewer), second), second)


def test_an_aiohttp_program_shows_its_pictures_by_its_own_port() -> None:
    (port,) = free_ports(1)
    with running("aiohttp_app.py", port):
        until_answered(port, "/cam/")
        shown = np.zeros((120, 160, 3), np.uint8)
        with connect(f"http://{HOST}:{port}/cam/?stream=camera") as screen:
            for shade in (200, 60):
                connection = HTTPConnection(HOST, int(port))
                connection.request("POST", f"/shade/{shade}")
                assert connection.getresponse().status == 200
                connection.close()
                shown[:, ::2] = shade
                screen.wait_for(lambda frame: np.array_equal(frame.to_rgb(), shown), 10)


def test_the_first_user_s_program_shows_its_pictures_under_gunicorn(tmp_path: Path) -> None:
    region = Region(tmp_path / "picture")
    shown = region.show(40)
    port, pictures = free_ports(2)
    settings = {"PICTURE": region.path, "PICTURES_PORT": pictures, "HOME": os.fspath(tmp_path)}
    options = "--threads=4", f"--chdir={EXAMPLES}", f"--bind={HOST}:{port}"
    command = [sys.executable, "-m", "gunicorn", *options, "flask_app:app"]
    with subprocess.Popen(command, env={**os.environ, **settings}) as program:
        try:
            page = until_answered(port, "/").decode()
            assert f'<iframe src="http://{HOST}:{pictures}/?stream=camera"' in page
            with connect(f"ws://{HOST}:{pictures}/stream/camera") as screen:
                screen.wait_for(lambda frame: np.array_equal(frame.to_rgb(), shown), 10)
                shown = region.show(200)
                screen.wait_for(lambda frame: np.array_equal(frame.to_rgb(), shown), 10)
        finally:
            program.terminate()
        assert program.wait(20) == 0


PERL = ["perl", os.fspath(EXAMPLES / "perl/ws_stream.pl")]


@pytest.fixture
def perl() -> None:
    program = "use v5.36; use JSON::PP; use IO::Socket::IP;"
    if not shutil.which("perl") or subprocess.run(["perl", "-e", program], check=False).returncode:
        pytest.skip("there is no perl of 5.36 or newer with its core modules")


def ended(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.usefixtures("perl")
def test_perl_passes_all_that_a_viewer_can_claim() -> None:
    done = ended(sys.executable, "-m", "ws_stream", "conformance", *PERL, "--conformance")
    assert done.returncode == 0, done.stdout + done.stderr
    unclaimed = re.findall(r"([\w-]+) +not claimed", done.stdout)
    raw = [pixel_format.name for pixel_format in RAW_FORMATS]
    assert unclaimed == [*raw, "requests", "input", "queries", "renditions", "pixels"]


@pytest.mark.usefixtures("perl")
def test_perl_saves_what_the_device_shows(tmp_path: Path) -> None:
    first = np.random.default_rng(7).integers(0, 256, (150, 70, 3), np.uint8)
    second = first.copy()
    second[20:140, 5:60] = first[22:142, 5:60]
    first_file, second_file = tmp_path / "picture-1.ppm", tmp_path / "picture-2.ppm"
    with Server(port=0) as server:
        stream = server.stream("camera")
        stream.publish(first)
        url = f"ws://{HOST}:{server.port}/stream/camera"
        arguments = [url, "--save", os.fspath(tmp_path / "picture.ppm"), "--count", "2"]
        with subprocess.Popen([*PERL, *arguments]) as program:
            while not first_file.exists():
                assert program.poll() is None
                time.sleep(0.05)
            stream.publish(second)
            assert program.wait(60) == 0
    assert np.array_equal(np.array(Image.open(first_file)), first)
    assert np.array_equal(np.array(Image.open(second_file)), second)


@pytest.mark.usefixtures("perl")
def test_perl_says_in_a_sentence_why_it_ends() -> None:
    with Server(port=0) as server:
        server.stream("camera")
        url = f"ws://{HOST}:{server.port}/stream/camera"
        refused = {
            (): "usage: ws_stream.pl ws://HOST",
            ("http://device/",): "'http://device/' is no address; usage: ",
            (url, "--count", "3"): "usage: ",
            (url, "--save", "x.ppm", "--count", "0"): "usage: ",
            (url, "--save"): "Option save requires an argument; usage: ",
            (url, "--conformance"): "usage: ",
            (f"{url}?step=99",): "closed with 1008: step=99 cannot be; right would be ",
        }
        for arguments, sentence in refused.items():
            done = ended(*PERL, *arguments)
            assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done
            assert done.stderr.startswith(sentence)


@pytest.mark.usefixtures("perl")
def test_perl_presents_the_token_of_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, file = new_token(), tmp_path / "picture.ppm"
    with Server(port=0, tokens=[f"view:{token}"]) as server:
        server.stream("camera").publish(np.zeros((4, 6, 3), np.uint8))
        arguments = [f"ws://{HOST}:{server.port}/stream/camera", "--save", os.fspath(file)]
        for line, status, sentence in (
            (None, 2, "closed with 4401: a token is needed"),
            ("x y", 2, "WS_STREAM_TOKEN holds no token; right would be"),
            (f"view:{token}", 0, ""),
        ):
            if line:
                monkeypatch.setenv("WS_STREAM_TOKEN", line)
            done = ended(*PERL, *arguments)
            assert done.returncode == status
            assert done.stderr.startswith(sentence)
    assert file.exists()


def test_the_notebook_runs_and_has_a_picture_where_it_is_read_without_a_kernel() -> None:
    book = nbformat.read(EXAMPLES / "notebook.ipynb", 4)
    nbclient.NotebookClient(book, timeout=100).execute()
    outputs = [cell.outputs for cell in book.cells if cell.cell_type == "code"]
    for (output,) in outputs[:3]:
        png = base64.b64decode(output.data["image/png"])
        assert Image.open(io.BytesIO(png)).size == (160, 120)


C_DEVICE = {path.name for path in (EXAMPLES / "c-device").glob("*.[ch]")} - {"demo.c"}
"""Files of one program, all of them compiled into it."""
RUN_BY: Mapping[str, Callable[..., object]] = {
    "notebook.ipynb": test_the_notebook_runs_and_has_a_picture_where_it_is_read_without_a_kernel,
    "operate_x.py": test_operate_x.test_an_x_program_is_operated_from_the_page_which_shows_what_it_does,
    "node_save.mjs": test_node.test_node_saves_a_picture_of_a_live_stream,
    "watch_screen.py": test_the_screen_is_watched_until_ctrl_c,
    "test_screen.py": test_the_tests_of_a_screen_pass,
    "picamera2_stream.py": test_picamera2.test_its_colours_are_right_and_it_is_open_only_while_somebody_watches,
    "mjpeg/before.py": test_the_first_user_s_program_before_and_after_and_for_an_img_show_the_same,
    "mjpeg/img.py": test_the_first_user_s_program_before_and_after_and_for_an_img_show_the_same,
    "fastapi_app.py": test_mounts.test_the_page_of_a_program_shows_its_pictures_to_the_pixel,
    "aiohttp_app.py": test_an_aiohttp_program_shows_its_pictures_by_its_own_port,
    "flask_app.py": test_the_first_user_s_program_before_and_after_and_for_an_img_show_the_same,
    "nats.conf": test_nats_access.test_a_device_publishes_its_own_stream_only_and_nodes_only_listen,
    "relays.sh": test_relays.test_the_recipe_shows_the_device_s_memory_behind_nats_and_a_relay_and_ends_whole,
    "streams.toml": test_reloading.test_the_example_is_served,
    "grafana/ws-stream.json": test_metrics.TestDashboard,
    "proxy/nginx.conf": test_proxies.test_a_python_client_sees_every_pixel,
    "proxy/Caddyfile": test_proxies.test_a_python_client_sees_every_pixel,
    "ring/lvgl_ring.h": test_lvgl.test_the_callback_copies_what_lvgl_flushes_and_that_is_all_that_is_read,
    "ring/lvgl_ring.py": test_lvgl.test_lvgl_itself_flushes_a_bar_and_no_other_row_is_read,
    "ring/writer.rs": test_c.test_the_one_in_rust_is_read,
    "perl/ws_stream.pl": test_perl_saves_what_the_device_shows,
    "perl/Viewer.pm": test_perl_passes_all_that_a_viewer_can_claim,
    "perl/Picture.pm": test_perl_passes_all_that_a_viewer_can_claim,
    "c-device/demo.c": test_parts.test_the_demo_is_red_where_it_is_touched,
    "c-device/pack_page.py": test_requests.test_every_file_of_the_page_is_there,
    "c-device/Makefile": test_parts.test_the_demo_is_red_where_it_is_touched,
    **{
        f"c-device/{name}": test_pictures.test_viewers_that_are_late_lost_or_new_end_with_every_pixel
        for name in C_DEVICE
    },
}
DATA: Sequence[str] = (".png", ".md")


def test_every_example_is_run_by_a_test() -> None:
    programs = {
        path.relative_to(EXAMPLES).as_posix()
        for path in EXAMPLES.rglob("*")
        if path.is_file() and path.suffix not in DATA and "__pycache__" not in path.parts
    }
    assert programs == set(RUN_BY)

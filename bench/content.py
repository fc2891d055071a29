"""Real content: a dashboard page, drawn by Chromium into the memory of Xvfb, recorded 30 times a second.

Knows nothing of servers. The recording is kept, so Xvfb and Chromium are needed once.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ws_stream.sources import open_source

from .processes import BenchError, EndedError, running

Pictures = NDArray[np.uint8]
"""Several pictures: (number, height, width, 4), red, green, blue, 255."""

PER_SECOND = 30
SECONDS = 4
START_WITHIN = 30.0
"""Seconds until Chromium must have drawn the page."""
SETTLE = 2.0
"""Seconds the page is left alone before the recording begins."""

_PAGE = Path(__file__).parent / "dashboard.html"
_HEADER_BGR = (0x79, 0x4E, 0x1F)
_CHROMIUM = """--no-sandbox --disable-gpu --kiosk --window-position=0,0 --window-size=1024,600 --no-first-run
    --disable-background-networking --disable-component-update --disable-sync --disable-quic --password-store=basic"""


def load(path: Path) -> Pictures:
    """The pictures of a recording."""
    with np.load(path) as recording:
        pictures: Pictures = recording["pictures"]
    return pictures


def recorded_with(path: Path) -> str:
    """The browser that drew the pictures."""
    with np.load(path) as recording:
        return str(recording["browser"])


def recorded(folder: Path) -> tuple[Path, Path]:
    """The recording and, beside it, Xvfb's file as it was at its end; made now if they are not in the folder.

    Raises BenchError when they are missing and Xvfb or Chromium is not here.
    """
    recording, screen = folder / "dashboard.npz", folder / "dashboard.xwd"
    if recording.exists() and screen.exists():
        return recording, screen
    folder.mkdir(parents=True, exist_ok=True)
    browser = _program("chromium", "chromium-browser", "google-chrome")
    said = subprocess.run([browser, "--version"], capture_output=True, text=True, check=True)
    with _drawn(_program("Xvfb"), browser) as framebuffer:
        pictures = _record(framebuffer)
        shutil.copyfile(framebuffer, screen)
    version = re.sub(r"(\d) .*", r"\1", said.stdout.strip())
    unfinished = folder / f"{os.getpid()}.npz"
    np.savez_compressed(unfinished, pictures=pictures, browser=version)
    unfinished.replace(recording)
    return recording, screen


def _program(*names: str) -> str:
    for name in names:
        if path := shutil.which(name):
            return path
    raise BenchError(
        f"{names[0]} is not installed, and the pictures have to be drawn once; "
        "right would be: apt-get install xvfb chromium"
    )


@contextmanager
def _drawn(xvfb: str, browser: str) -> Iterator[Path]:
    """The framebuffer into which Chromium draws the page."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        display = f":{_free_display()}"
        screen = [xvfb, display, "-screen", "0", "1024x600x24", "-fbdir", folder, "-nocursor"]
        profile = f"--user-data-dir={folder}/profile"
        page = [browser, profile, *_CHROMIUM.split(), _PAGE.as_uri()]
        framebuffer = Path(folder, "Xvfb_screen0")
        with running([*screen, "-nolisten", "tcp"]) as server:
            _wait_until(framebuffer.exists, "Xvfb made no framebuffer", server)
            with running(page, DISPLAY=display, HOME=folder) as process:
                _wait_until(lambda: _shows_page(framebuffer), "Chromium drew no page", process)
                time.sleep(SETTLE)
                yield framebuffer


def _free_display() -> int:
    return next(n for n in range(90, 1000) if not Path(f"/tmp/.X11-unix/X{n}").exists())


def _wait_until(ready: Callable[[], bool], problem: str, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + START_WITHIN
    while not ready():
        if process.poll() is not None:
            raise EndedError(process)
        if time.monotonic() > until:
            raise BenchError(f"{problem} within {START_WITHIN:.0f} s")
        time.sleep(0.1)


def _shows_page(framebuffer: Path) -> bool:
    source = open_source(f"xwd:{framebuffer}")
    corner = tuple(int(part) for part in source.capture()[0, 0, :3])
    source.close()
    return corner == _HEADER_BGR


def _record(framebuffer: Path) -> Pictures:
    source = open_source(f"xwd:{framebuffer}")
    pictures = np.full((PER_SECOND * SECONDS, source.height, source.width, 4), 255, np.uint8)
    due = time.monotonic()
    for picture in pictures:
        picture[..., :3] = source.capture()[..., 2::-1]
        due += 1 / PER_SECOND
        time.sleep(max(0.0, due - time.monotonic()))
    source.close()
    return pictures

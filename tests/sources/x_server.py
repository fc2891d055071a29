"""Real X servers without a display, programs on them, and what the X protocol says that they show."""

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from ws_stream.pixels.described import named
from ws_stream.pixels.formats import BGRX8888, RGB565, RGBX8888, Pixels

PROGRAMS = ("Xvfb", "xterm", "xlogo", "xwd")

SCREENS = {
    8: RGBX8888,
    15: named("xrgb1555"),
    16: RGB565,
    24: BGRX8888,
    30: named("xrgb2101010"),
}
"""By the depth of a screen, the format of its pictures."""


@contextmanager
def xvfb(
    directory: Path, depth: int, size: str = "317x203", *more: str
) -> Iterator[tuple[Path, str]]:
    """A screen of an awkward width; its file and the display's name."""
    for program in PROGRAMS:
        if shutil.which(program) is None:
            pytest.fail(f"{program} is missing; on Debian: apt-get install xvfb xterm x11-apps")
    read, write = os.pipe()
    # The pointer is drawn into the file but kept out of what the X protocol gives, so there is none here.
    screen = ["-screen", "0", f"{size}x{depth}", "-fbdir", str(directory), "-nocursor"]
    # Without -noreset the end of a lone client resets the server, which drops whoever is just connecting.
    command = ["Xvfb", "-displayfd", str(write), "-nolisten", "tcp", "-noreset", *screen, *more]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as numbers:
            display = f":{numbers.readline().strip()}"
        assert display != ":", "Xvfb did not start"
        yield directory / "Xvfb_screen0", display
    finally:
        server.terminate()
        server.wait()


@contextmanager
def running(display: str, *command: str) -> Iterator[None]:
    environment = os.environ | {"DISPLAY": display}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


class Dump(NamedTuple):
    """The screen as the program `xwd` gets it by the X protocol."""

    words: Pixels
    """One of each pixel."""
    masks: tuple[int, ...]
    """Of red, green and blue; all of them 0 where words are rows of the colour map."""
    colours: Pixels

    @property
    def bits(self) -> Pixels:
        """The words without what is no colour."""
        bits: Pixels = self.words & sum(self.masks)
        return bits


def dump(display: str) -> Dump:
    """The screen now."""
    command = ["xwd", "-root", "-silent", "-display", display]
    data = subprocess.run(command, capture_output=True, check=True).stdout
    size, _, _, _, width, height, _, _, _, _, _, bits, stride, visual, *masks, _, _, colours = (
        struct.unpack(">20I", data[:80])
    )
    entries = np.frombuffer(data, ">u2", 6 * colours, size).reshape(-1, 6)
    rows = np.frombuffer(data, np.uint8, height * stride, size + 12 * colours)
    words = rows.reshape(height, stride)[:, : width * bits // 8].copy().view(f"<u{bits // 8}")
    looked_up = (entries[np.argsort(entries[:, 1]), 2:5] >> 8).astype(np.uint8)
    return Dump(words, (0, 0, 0) if visual < 4 else tuple(masks), looked_up)


def dumped(display: str) -> Pixels:
    """The screen now in red, green and blue, converted here."""
    words, masks, colours = dump(display)
    if not any(masks):
        shown: Pixels = colours[words]
        return shown
    return np.stack([(words & mask).astype(float) * 255 / mask for mask in masks], axis=2)

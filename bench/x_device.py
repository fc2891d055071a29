"""`python -m bench.x_device DISPLAY CONTENT TIMES`: draws onto an X display, and notes when.

Each change ends with a number, as 24 black or white blocks at the top left, put there by one request; the moment at
which the X server had done it, in seconds since 1970, is then in TIMES, 8 bytes at 8 times the number. SIGUSR1 ends it
at a rest, and SIGTERM altogether.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
from Xlib import X, display

BITS, BLOCK = 24, 8
"""Blocks of the number, and the pixels of a side of each."""
MOST = 1 << 16
"""Numbers that TIMES has room for."""
SIZE: tuple[int, int]
SIZE = tuple(map(int, os.environ.get("X_SIZE", "1024x600").split("x")))  # type: ignore[assignment] # two
"""Pixels of the screen; another one by the environment, as X_SIZE=3840x2160."""
LETTERS = "The quick brown fox jumps over the lazy dog 0123456789 "


class Desk:
    """A window over the whole screen, with a smaller one on it."""

    def __init__(self, name: str) -> None:
        self._display = display.Display(name)
        root = self._display.screen().root
        place = (0, 0, *SIZE, 0, X.CopyFromParent)
        self.window = root.create_window(*place, override_redirect=1, background_pixel=0x223344)
        self.small = self.window.create_window(
            *(50, 100, 300, 200, 2, X.CopyFromParent), background_pixel=0xFFEEDD
        )
        self.window.map()
        font = self._display.open_font("fixed")
        self.text = self.window.create_gc(foreground=0xEEEEEE, background=0x223344, font=font)
        self._display.sync()

    def number(self, number: int) -> None:
        """Draw it, and wait until that is done."""
        bits = np.array([255 * (number >> bit & 1) for bit in range(BITS)], np.uint8)
        row = np.repeat(np.repeat(bits, BLOCK), 4)
        picture = np.tile(row, BLOCK).tobytes()
        size = (BITS * BLOCK, BLOCK, X.ZPixmap, 24, 0)
        self.window.put_image(self.text, 0, 0, *size, picture)
        self._display.sync()

    def close(self) -> None:
        """Leave the display."""
        self._display.close()


def read(pixels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> int:
    """The number on a picture of (height, width, channels)."""
    blocks = pixels[BLOCK // 2, BLOCK // 2 : BITS * BLOCK : BLOCK, 1] > 127  # noqa: PLR2004 - white
    return int(sum(int(is_set) << bit for bit, is_set in enumerate(blocks)))


def still(_: Desk) -> Iterator[float]:
    """Nothing; yields the seconds until more is drawn."""
    while True:
        yield 0.25


def typing(desk: Desk) -> Iterator[float]:
    """Ten letters a second."""
    for at in range(MOST):
        x, y = 10 + 6 * (at % 150), 40 + 13 * (at // 150 % 40)
        desk.window.image_text(desk.text, x, y, LETTERS[at % len(LETTERS)])
        yield 0.1


def scrolling(desk: Desk) -> Iterator[float]:
    """Twenty lines a second come in from below."""
    for at in range(MOST):
        desk.window.copy_area(desk.text, desk.window, 10, 33, 700, 547, 10, 20)
        line = LETTERS[at % len(LETTERS) :] + LETTERS + f"{at:08d}"
        desk.window.image_text(desk.text, 10, 575, line)
        yield 0.05


def moving(desk: Desk) -> Iterator[float]:
    """A window moves thirty times a second."""
    desk.small.map()
    for at in range(MOST):
        desk.small.configure(x=50 + 5 * (at % 120), y=60 + at % 200)
        yield 1 / 30


CONTENTS: dict[str, Callable[[Desk], Iterator[float]]] = {
    "still": still,
    "typing": typing,
    "scrolling": scrolling,
    "moving": moving,
}


def main() -> None:
    """Draw until SIGUSR1."""
    name, content, path = sys.argv[1:]
    times = np.memmap(path, np.float64, "w+", shape=(MOST,))
    goes_on = [True]
    signal.signal(signal.SIGUSR1, lambda *_: goes_on.clear())
    desk, due = Desk(name), time.monotonic()
    desk.number(0)
    print("drawing", flush=True)
    for number, seconds in enumerate(CONTENTS[content](desk), 1):
        if not goes_on:
            break
        if content != "still":
            desk.number(number)
            times[number] = time.time()
        due += seconds
        time.sleep(max(0.0, due - time.monotonic()))
    print("rests", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        signal.pause()


if __name__ == "__main__":
    main()

"""The programs that are recorded, and what somebody does with them.

Knows nothing of how pictures are taken.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ..processes import running
from .screen import Scene, Screen, pixel, program, wait_until

SETTLE = 2.0
"""Seconds a program is left alone before the recording begins."""
XTERM = "-fa DejaVuSansMono -fs 9 +sb -bg #101418 -fg #d0d4d8 -b 2"
CHARACTER = (7, 14)
"""Pixels of a character of it, and of a line."""

_HERE = Path(__file__).parent
_HEADER = (0x1F, 0x4E, 0x79)
_CHROMIUM = """--no-sandbox --disable-gpu --kiosk --window-position=0,0 --no-first-run
    --disable-background-networking --disable-component-update --disable-sync --disable-quic --password-store=basic"""
_PAGE_WIDTH = 1024


@contextmanager
def dashboard(screen: Screen) -> Iterator[Scene]:
    """A page in Chromium, zoomed to the width of the screen."""
    browser = program("chromium", "chromium-browser", "google-chrome")
    scale = screen.width / _PAGE_WIDTH
    command = [browser, *_CHROMIUM.split(), f"--user-data-dir={screen.folder}/profile"]
    command += [f"--window-size={_PAGE_WIDTH},{round(screen.height / scale)}"]
    command += [f"--force-device-scale-factor={scale}", (_HERE / "dashboard.html").as_uri()]
    with running(command, DISPLAY=screen.display, HOME=str(screen.folder)):
        wait_until(lambda: pixel(screen, 0, 0) == _HEADER, "Chromium drew no page")
        time.sleep(SETTLE)
        yield Scene(_version(browser))


@contextmanager
def scrolling(screen: Screen) -> Iterator[Scene]:
    """A terminal that has been scrolling since it was opened."""
    with _terminal(screen, sys.executable, _HERE / "listing.py"):
        yield Scene(_version("xterm", "-version"))


@contextmanager
def in_place(screen: Screen) -> Iterator[Scene]:
    """A terminal with a table that is refreshed where it stands."""
    with _terminal(screen, program("htop"), "--delay=5"):
        yield Scene(f"{_version('xterm', '-version')}, {_version('htop')}")


@contextmanager
def desktop(screen: Screen) -> Iterator[Scene]:
    """An editor that somebody works in."""
    with _editor(screen) as programs:
        yield Scene(programs, lambda: _work(screen))


@contextmanager
def untouched(screen: Screen) -> Iterator[Scene]:
    """The same editor, left alone."""
    with _editor(screen) as programs:
        yield Scene(programs)


@contextmanager
def _terminal(screen: Screen, *command: str | Path) -> Iterator[None]:
    """A terminal that fills the screen."""
    columns, lines = screen.width // CHARACTER[0], screen.height // CHARACTER[1]
    xterm = [program("xterm"), *XTERM.split(), "-geometry", f"{columns}x{lines}+0+0"]
    with running([*xterm, "-e", *command], DISPLAY=screen.display):
        time.sleep(2 * SETTLE)
        yield


@contextmanager
def _editor(screen: Screen) -> Iterator[str]:
    """Mousepad in Openbox's frame, with a page of Python, on a plain background."""
    background = [program("xsetroot"), "-display", screen.display, "-solid", "#3b5266"]
    text = screen.folder / "screen.py"
    text.write_text((_HERE / "screen.py").read_text())
    home = {"DISPLAY": screen.display, "HOME": str(screen.folder)}
    with ExitStack() as stack:
        stack.enter_context(running([program("openbox"), "--sm-disable"], **home))
        time.sleep(SETTLE)
        subprocess.run(background, check=True)
        stack.enter_context(running([program("mousepad"), "--disable-server", text], **home))
        time.sleep(SETTLE)
        _xdotool(screen, "search --sync --onlyvisible --class mousepad windowsize 760 470")
        _xdotool(screen, "search --onlyvisible --class mousepad windowmove 90 50 windowfocus")
        time.sleep(SETTLE)
        yield f"{_version('mousepad')}, {_version('openbox')}"


def _work(screen: Screen) -> None:
    """Four seconds at an editor."""
    _xdotool(screen, "mousemove 400 300 click 1")
    _xdotool(screen, "type --delay 55 def brightness(picture):")
    _xdotool(screen, "key Return")
    _xdotool(screen, "mousemove 118 86 click 1")
    for x in (150, 195, 240):  # along the menus
        time.sleep(0.15)
        _xdotool(screen, f"mousemove {x} 86")
    _xdotool(screen, "key Escape key Escape")
    for _ in range(5):
        _xdotool(screen, "mousemove 400 400 click 5")  # the wheel
        time.sleep(0.06)
    _xdotool(screen, "mousemove 500 60 mousedown 1")
    for move in range(30):
        _xdotool(screen, f"mousemove {500 + 5 * move} {60 + 2 * move}")
        time.sleep(1 / 60)
    _xdotool(screen, "mouseup 1")


def _xdotool(screen: Screen, words: str) -> None:
    command = [program("xdotool"), *words.split()]
    if words.startswith("type"):
        command = [command[0], *words.split(maxsplit=3)]
    subprocess.run(command, env={"DISPLAY": screen.display}, check=True, stdout=subprocess.DEVNULL)


def _version(name: str, option: str = "--version") -> str:
    said = subprocess.run([name, option], capture_output=True, text=True, check=False)
    lines = (said.stdout + said.stderr).strip().splitlines() or [name]
    return re.sub(r"(\d) .*", r"\1", lines[0])

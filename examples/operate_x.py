"""Operate an X display from the viewer page, by its button "Operate". Needs xdotool and ws-stream[screen].

Xvfb :7 -screen 0 800x480x24 &
DISPLAY=:7 xterm &
python operate_x.py :7
"""

import os
import subprocess
import sys
from contextlib import suppress

from ws_stream import InputEvent, Key, Pointer, Server, Text, Touch

KEYS = {
    **{name: f"{name}_L" for name in ("Alt", "Control", "Meta", "Shift")},
    **{f"Arrow{name}": name for name in ("Down", "Left", "Right", "Up")},
    **{f"F{number}": f"F{number}" for number in range(1, 13)},
    **{name: name for name in ("Delete", "Escape", "Home", "End", "Insert", "Tab")},
    "Backspace": "BackSpace",
    "Enter": "Return",
    "PageUp": "Prior",
    "PageDown": "Next",
}
"""A browser's names of keys, and X's."""
LINES = {"\n": "Return", "\t": "Tab"}
BUTTONS = {1: 1, 2: 3, 4: 2, 8: 8, 16: 9}
"""A browser's bit of a button, and X's number."""
NOTCH = 100
"""Pixels that a wheel turns by at a time; X has buttons for that, 4 to 7."""


class Display:
    """Does on an X display what viewers do with its picture."""

    def __init__(self, name: str) -> None:
        os.environ["DISPLAY"] = name
        self._xdotool = subprocess.Popen(["xdotool", "-"], stdin=subprocess.PIPE, text=True)  # noqa: S607 - wherever it is
        self._down: set[tuple[int, str]] = set()
        self._finger: tuple[int, int] | None = None
        self._turned = [0.0, 0.0]

    def hear(self, event: InputEvent) -> None:
        """ws-stream calls this, in a thread of its own."""
        match event.action:
            case Pointer(x, y, buttons, wheel):
                self._do(f"mousemove {int(x)} {int(y)}")
                for bit, button in BUTTONS.items():
                    self._press(event.viewer, bool(buttons & bit), "mouse", str(button))
                for axis, turned in enumerate(wheel or ()):
                    self._turn(axis, turned)
            case Touch(touch, x, y, phase):  # the first finger is the left button
                if self._finger == (event.viewer, touch) or (not self._finger and phase == "start"):
                    is_down = phase in ("start", "move")
                    self._finger = (event.viewer, touch) if is_down else None
                    self._do(f"mousemove {int(x)} {int(y)}")
                    self._press(event.viewer, is_down, "mouse", "1")
            case Key(key, _, down):
                name = f"U{ord(key):04X}" if len(key) == 1 else KEYS.get(key)
                if name:
                    self._press(event.viewer, down, "key", name)
            case Text(text):
                for letter in text:
                    self._do(f"key {LINES.get(letter) or f'U{ord(letter):04X}'}")

    def _press(self, viewer: int, down: bool, what: str, name: str) -> None:
        """Unless it is so already: X repeats keys by itself."""
        pressed = viewer, f"{what} {name}"
        if down != (pressed in self._down):
            self._do(f"{what}{'down' if down else 'up'} {name}")
            self._down ^= {pressed}

    def _turn(self, axis: int, pixels: float) -> None:
        self._turned[axis] += pixels
        notches = int(self._turned[axis] / NOTCH)
        self._turned[axis] -= notches * NOTCH
        buttons = ((6, 7), (4, 5))[axis]
        self._do(f"click {buttons[notches > 0]}", abs(notches))

    def _do(self, command: str, times: int = 1) -> None:
        """Only names and numbers of ours get here."""
        assert self._xdotool.stdin
        self._xdotool.stdin.write(f"{command}\n" * times)
        self._xdotool.stdin.flush()


if __name__ == "__main__":
    name, *port = sys.argv[1:]
    with Server(port=int(*port or [8000])) as server:  # on loopback: see docs/input.md
        stream = server.serve(f"screen:{name}", input=Display(name).hear)
        print(server.urls(stream)[0], flush=True)
        with suppress(KeyboardInterrupt):
            sys.stdin.read()

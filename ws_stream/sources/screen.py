"""`screen:` or `screen::1.0`: the screen of an X server of this machine, of which only what was drawn is read.

Knows nothing of the X protocol, which takes python-xlib: that is imported when such a source is opened.
"""

import importlib
import os
import re
from typing import TYPE_CHECKING

import numpy as np

from ..arguments import shown
from ..errors import Failure, SourceError, UsageError
from ..extras import needed
from .address import Address
from .source import Picture, Shaped

if TYPE_CHECKING:
    from .x_link import Rows
    from .x_screen import Screen

_DISPLAY = re.compile(r"(?:unix)?:([0-9]{1,5})(?:\.([0-9]{1,3}))?")
_RIGHT = "right would be screen::0, by the number of a display of this machine"


def open_screen(address: Address) -> "ScreenSource":
    """The source at a `screen:` address. Raises UsageError and SourceError."""
    address.only()
    name = address.path or os.environ.get("DISPLAY", "")
    if not name:
        raise UsageError(f"there is no DISPLAY in the environment; {_RIGHT}")
    match = _DISPLAY.fullmatch(name)
    if match is None:
        raise UsageError(
            f"{shown(name)} is no display of this machine, with which memory can be shared; {_RIGHT}"
        )
    return ScreenSource(f":{int(match[1])}", int(match[2] or 0))


class ScreenSource(Shaped):
    """A screen. While nobody watches there is no connection to its X server, and so nothing costs that anything."""

    name = "screen"

    def __init__(self, display: str, number: int) -> None:
        needed("Xlib", "screen", "a screen: source")
        self._kind = importlib.import_module(".x_screen", __package__)
        self._at = display, number
        self._screen: Screen | None = None
        self._count = 0
        """Of pictures: the version of the newest one."""
        self._read: object = None
        """The version of the picture that was read last, and then which rows have changed since."""
        self._changed = np.zeros(0, bool)
        self._begin()
        self.close()

    def poll(self, seen: object = None) -> Picture | None:
        """The screen as it is now; None if nothing was drawn since it was seen. Raises SourceError."""
        if seen is not None and seen == self._count:
            self._read = seen
            self._changed[:] = False
        screen = self._bring()
        if seen == self._count:
            return None
        damage = None
        if seen is not None and seen == self._read:
            rows = self._kind.runs(self._changed)
            damage = [(0, first, self.width, count) for first, count in rows]
        return Picture(screen.pixels, self._count, _intact, damage=damage)

    def rest(self) -> None:
        """Nobody watches: let go of the X server until the next poll."""
        self.close()

    def close(self) -> None:
        """Let go of the X server; the next poll finds it again."""
        if self._screen:
            self._screen.close()
        self._screen = None

    def _bring(self) -> "Screen":
        """The screen, with all that was drawn until now."""
        if self._screen is None:
            return self._begin()
        try:
            rows: Rows = self._screen.bring()
        except self._kind.ResizedError:
            self.close()
            return self._begin()
        except BaseException:
            self.close()
            raise
        for first, count in rows:
            self._changed[first : first + count] = True
        self._count += bool(rows)
        return self._screen

    def _begin(self) -> "Screen":
        """Connect, and bring all of it."""
        try:
            screen: Screen = self._kind.Screen(*self._at)
        except UsageError as error:
            if not self._count:
                raise
            raise SourceError(str(error), Failure.UNFIT) from None
        self._screen, self._shown = screen, screen.layout
        self._read, self._changed = None, np.zeros(screen.layout.height, bool)
        self._count += 1
        return screen


def _intact() -> bool:
    """The X server writes into the memory only when it is asked to."""
    return True

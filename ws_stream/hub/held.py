"""What one viewer holds down: so whatever was pressed is released, whether the viewer says so or not.

Pure. Knows nothing of who hears it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from ..protocol.input import Action, Key, Pointer, Touch

MAX_KEYS, MAX_TOUCHES = 64, 32
"""What one viewer holds down at a time, beside 16 buttons: more than hands do."""

Mover: TypeAlias = tuple[str, int | str]
"""What moves, or repeats: of its moves only the newest counts."""


class Heard(NamedTuple):
    """What the program hears of an action."""

    action: Action
    mover: Mover | None = None
    """None: it presses, releases or enters something, and is never left out."""


class Held:
    """Makes whole sequences of what a viewer says: nothing goes up, or moves, that did not go down.

    While the program is so far behind that no more can wait for it (`is_full`), nothing goes down.
    """

    def __init__(self) -> None:
        self._pointer = Pointer(0, 0, 0)
        self._ignored = 0
        """Buttons that went down in vain; until they go up."""
        self._touches: dict[int, Touch] = {}
        self._keys: dict[str, Key] = {}
        self._takes: Mapping[type, Callable[[Any, bool], Heard | None]] = {
            Pointer: self._take_pointer,
            Touch: self._take_touch,
            Key: self._take_key,
        }

    def take(self, action: Action, *, is_full: bool) -> Heard | None:
        """What is to be heard of it; None: nothing."""
        take = self._takes.get(type(action))
        if take:
            return take(action, is_full)
        return None if is_full else Heard(action)

    def release(self) -> Iterator[Action]:
        """All that is down goes up: the last key first, then buttons, then fingers."""
        for key in reversed(self._keys.values()):
            yield key._replace(down=False)
        if self._pointer.buttons:
            yield self._pointer._replace(buttons=0, wheel=None)
        for touch in self._touches.values():
            yield touch._replace(phase="cancel")
        self._keys, self._touches = {}, {}
        self._pointer, self._ignored = Pointer(0, 0, 0), 0

    def _take_pointer(self, action: Pointer, is_full: bool) -> Heard:
        before = self._pointer.buttons
        self._ignored &= action.buttons
        if is_full:
            self._ignored |= action.buttons & ~before
        action = action._replace(buttons=action.buttons & ~self._ignored)
        self._pointer = action
        return Heard(action, ("pointer", 0) if action.buttons == before else None)

    def _take_touch(self, action: Touch, is_full: bool) -> Heard | None:
        is_down = action.touch in self._touches
        if action.phase in ("end", "cancel"):
            return Heard(action) if self._touches.pop(action.touch, None) else None
        if not is_down and (action.phase == "move" or is_full or len(self._touches) >= MAX_TOUCHES):
            return None
        self._touches[action.touch] = action
        if is_down:
            return Heard(action._replace(phase="move"), ("touch", action.touch))
        return Heard(action)

    def _take_key(self, action: Key, is_full: bool) -> Heard | None:
        place = action.code or action.key
        pressed = self._keys.get(place)
        if not action.down:  # what it means may be another by now, as Shift went up before
            self._keys.pop(place, None)
            return Heard(pressed._replace(down=False)) if pressed else None
        if pressed:
            return Heard(pressed, ("key", place))
        if is_full or len(self._keys) >= MAX_KEYS:
            return None
        self._keys[place] = action
        return Heard(action)

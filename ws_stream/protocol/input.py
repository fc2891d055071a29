"""What a user did with a picture: the events of an `input` message. docs/protocol.md is the authority.

Knows nothing of who hears them.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from .members import boolean, integer, number, text

MAX_EVENTS = 32
"""Of a message."""
MAX_WHEEL = 10_000.0
"""Pixels that one event scrolls at most: some screens. A program may take as many steps."""
PHASES = ("start", "move", "end", "cancel")
_NO_LETTERS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Whoever types, prints or logs a text would act on them, or fail."""
_NO_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""The same where line feeds and tabs may be."""


class Pointer(NamedTuple):
    """The pointer is here."""

    x: float
    y: float
    buttons: int
    """All that are down now: 1 left, 2 right, 4 middle, 8 back, 16 forward."""
    wheel: tuple[float, float] | None = None
    """Pixels to scroll, to the right and down."""


class Touch(NamedTuple):
    """One finger."""

    touch: int
    """Tells it from others."""
    x: float
    y: float
    phase: str
    """One of `PHASES`."""


class Key(NamedTuple):
    """A key, as browsers name it."""

    key: str
    """What it means: "a", "Enter"."""
    code: str
    """Where it is: "KeyA"."""
    down: bool


class Text(NamedTuple):
    """Text that was entered as a whole."""

    text: str


class Custom(NamedTuple):
    """Whatever the page and the device's program agree on."""

    name: str
    data: str


Action: TypeAlias = Pointer | Touch | Key | Text | Custom

KINDS: Mapping[str, type[Action]] = {
    "pointer": Pointer,
    "touch": Touch,
    "key": Key,
    "text": Text,
    "custom": Custom,
}
_NAMES = {kind: name for name, kind in KINDS.items()}


def parse_events(value: Any) -> tuple[Action, ...]:  # noqa: ANN401 - whatever JSON holds
    """The events that are known. Raises KeyError, TypeError and ValueError for what breaks the table."""
    if type(value) is not list or not 1 <= len(value) <= MAX_EVENTS:
        raise ValueError(value)
    read = [_parse(event) for event in value]
    return tuple(event for event in read if event)


def members_of(action: Action) -> dict[str, object]:
    """An event as JSON has it."""
    members = {name: value for name, value in action._asdict().items() if value is not None}
    return {"kind": _NAMES[type(action)], **members}


def within(action: Action, size: tuple[int, int]) -> Action:
    """The same on a source of this width and height, which may have been another when it was done."""
    if not isinstance(action, Pointer | Touch):
        return action
    width, height = map(float, size)
    return action._replace(x=min(max(action.x, 0.0), width), y=min(max(action.y, 0.0), height))


def _parse(event: Any) -> Action | None:  # noqa: ANN401 - whatever JSON holds
    if type(event) is not dict or type(event["kind"]) is not str:
        raise TypeError(event)
    kind = KINDS.get(event["kind"])
    if kind is None:  # a later version's
        return None
    needed = (name for name in kind._fields if name in event or name not in kind._field_defaults)
    return kind(**{name: _READ[name](event[name]) for name in needed})


def _wheel(value: Any) -> tuple[float, float]:  # noqa: ANN401 - whatever JSON holds
    if type(value) is not list:
        raise TypeError(value)
    right, down = map(number, value)
    return bounded_wheel(right, down)


def bounded_wheel(right: float, down: float) -> tuple[float, float]:
    """What one event may scroll."""
    return min(max(right, -MAX_WHEEL), MAX_WHEEL), min(max(down, -MAX_WHEEL), MAX_WHEEL)


def _phase(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    return PHASES[PHASES.index(value)]


_U16 = integer(0, 2**16)

_READ: Mapping[str, Callable[[Any], Any]] = {
    "x": number,
    "y": number,
    "buttons": _U16,
    "wheel": _wheel,
    "touch": _U16,
    "phase": _phase,
    "key": text(32, _NO_LETTERS),
    "code": text(32, _NO_LETTERS),
    "down": boolean,
    "text": text(256, _NO_LINES),
    "name": text(64, _NO_LETTERS),
    "data": text(1024, _NO_LINES),
}

"""The tables of control messages in docs/protocol.md: of each member values that are right, and values that are not.

What JavaScript cannot tell apart, 1.0 and 1, is in neither.
"""

from typing import Any, NamedTuple


class Kind(NamedTuple):
    """Values of a member: the first is that of the example."""

    good: tuple[Any, ...]
    bad: tuple[Any, ...]


class Member(NamedTuple):
    """A member of a type."""

    kind: Kind
    optional: bool = False
    nullable: bool = False


def _integer(example: int, least: int, most: int) -> Kind:
    others: tuple[Any, ...] = (1.5, "1", "", True, False, [], [1], {})
    return Kind((example, least, most), (least - 1, most + 1, -(2**31), 2**64, *others))


def _choice(*values: object) -> Kind:
    return Kind(values, (*(25, 9, 0, -16, 12.5, "16", True, [], [16]),))


def _letters(example: str, most: int) -> Kind:
    good = (example, "", "x" * most, "ü" * most, "😀" * most, "a b/\"\\'<&>", "\u00a0\u2028")
    return Kind(good, ("x" * (most + 1), "😀" * (most + 1), 1, True, [], ["a"], {}))


U16, U32 = _integer(3, 0, 2**16 - 1), _integer(7, 0, 2**32 - 1)
STEP = _integer(3, 1, 2**16 - 1)
U53 = _integer(1_760_000_000_000_000, 0, 2**53 - 1)
NUMBER = Kind((30, 0, 12.5, 1e-3, 1e300), ("30", "", True, False, [], [1], {}))
BOOLEAN = Kind((True, False), (0, 1, "true", "", "yes", [], {}))
SIDE = _integer(3, 1, 16384)
SIZE = Kind(
    ([1024, 600], [1, 1], [2**32 - 1, 2**32 - 1]),
    (
        *([0, 1], [1, 0], [-1, 1], [2**32, 1], [1, 2**32], [1], [1, 2, 3], [], [1.5, 1], ["1", 1]),
        *([True, 1], [None, 1], [[1, 1]], 1, "1x1", {}, {"0": 1, "1": 1}),
    ),
)
FIT = Kind(
    ([240, 135], [1, 1], [16384, 16384]),
    (*([16385, 1], [1, 16385]), *SIZE.bad),
)
CROP = Kind(
    ([8, 0, 64, 32], [0, 0, 1, 1], [2**31 - 1, 2**31 - 1, 2**31 - 1, 2**31 - 1]),
    (
        *([0, 0, 0, 1], [0, 0, 1, 0], [-1, 0, 1, 1], [0, -1, 1, 1]),
        *([2**31, 0, 1, 1], [0, 2**31, 1, 1], [0, 0, 2**31, 1], [0, 0, 1, 2**31]),
        *([0, 0, 1], [0, 0, 1, 1, 1], [], [0.5, 0, 1, 1], ["0", 0, 1, 1], [True, 0, 1, 1]),
        *([None, 0, 1, 1], "0,0,1,1", 1, {}, [[0, 0, 1, 1]], False),
    ),
)
FORMAT = Kind(
    ("gray8", "bgrx8888", "rgb888", "bgr888", "rgb565", "rgbx8888", "rgb444", "rgb332"),
    ("yuv420", "RGB888", "", "rgb888 ", 1, True, [], ["gray8"], {}, "__proto__", "constructor"),
)

_SIGN = {"number": Member(U32), "time": Member(U53)}
FROM_SERVER = {
    "stream": {
        "name": Member(_letters("camera", 64)),
        "epoch": Member(U32),
        "format": Member(FORMAT),
        "width": Member(SIDE),
        "height": Member(SIDE),
        "source": Member(SIZE),
        "step": Member(STEP),
        "crop": Member(CROP, nullable=True),
        "average": Member(BOOLEAN),
        "tolerance": Member(U16),
        "fps": Member(NUMBER),
        "input": Member(BOOLEAN),
    },
    "granted": {"id": Member(U32, nullable=True), "fps": Member(NUMBER)},
    "pace": {
        "published": Member(NUMBER),
        "skipped": Member(NUMBER),
        "fps": Member(NUMBER),
        "device": Member(BOOLEAN),
    },
    "unchanged": _SIGN,
    "waiting": _SIGN,
    "problem": {"reason": Member(_letters("cannot be read", 200), nullable=True)},
    "clock": {"viewer_time": Member(U53), "time": Member(U53)},
}

_ASKED = {
    "step": _integer(4, 1, 16),
    "crop": CROP,
    "average": BOOLEAN,
    "tolerance": _integer(8, 0, 64),
    "depth": _choice(24, 16, 12, 8),
    "fit": FIT,
    "fps": Kind((10, 0, 1000, 0.5), (-1, -0.5, 1000.5, 1001, 1e300, *NUMBER.bad)),
    "relays": _integer(2, 1, 16),
}
FROM_VIEWER = {
    "acknowledge": {"number": Member(U32), "epoch": Member(U32, optional=True)},
    "request": {
        "id": Member(U32),
        **{name: Member(kind, optional=True, nullable=True) for name, kind in _ASKED.items()},
    },
    "resync": {},
    "clock": {"viewer_time": Member(U53)},
    "input": {"epoch": Member(U32), "number": Member(U32)},
}

_WHEEL = Kind(
    ([0, 120], [-1.5, 0]),
    ([], [1], [1, 2, 3], ["1", 2], [True, 1], [None, 1], 1, "1", {}, {"x": 1, "y": 1}),
)
_PLACE = Kind((1, 0, 0.25, 599.5), ("1", "", True, [], [1], {}))
_PHASE = Kind(("start", "move", "end", "cancel"), ("begin", "", "Start", 1, True, [], ["end"], {}))
EVENTS = {
    "pointer": {
        "x": Member(_PLACE),
        "y": Member(_PLACE),
        "buttons": Member(U16),
        "wheel": Member(_WHEEL, optional=True),
    },
    "touch": {
        "touch": Member(U16),
        "x": Member(_PLACE),
        "y": Member(_PLACE),
        "phase": Member(_PHASE),
    },
    "key": {
        "key": Member(_letters("a", 32)),
        "code": Member(_letters("KeyA", 32)),
        "down": Member(BOOLEAN),
    },
    "text": {"text": Member(_letters("abc", 256))},
    "custom": {"name": Member(_letters("zoom", 64)), "data": Member(_letters("[1]", 1024))},
}

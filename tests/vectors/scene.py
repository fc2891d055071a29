"""What stories of a viewer are made of: an announcement, reports, pictures that are applied, and such that are not."""

import zlib
from typing import Any

from .layout import MARKED, TIME, Held, Segment, blank, message, whole
from .step import Step, control, step

EPOCH = 77

BLANK = blank("gray8", 2, 3, EPOCH)
ANNOUNCED: dict[str, Any] = {
    "type": "stream",
    "name": "camera",
    "epoch": EPOCH,
    "format": "gray8",
    "width": 2,
    "height": 3,
    "source": [2, 3],
    "step": 1,
    "crop": None,
    "average": False,
    "tolerance": 0,
    "fps": 30,
    "input": False,
}
STREAM = control(ANNOUNCED)
OPENED = [step("begin"), step("connect"), STREAM]
UNCHANGED = {"type": "unchanged", "number": 1, "time": TIME}
REPORTS: dict[str, dict[str, Any]] = {
    "unchanged": UNCHANGED,
    "waiting": {"type": "waiting", "number": 1, "time": TIME},
    "pace": {"type": "pace", "published": 10, "skipped": 0, "fps": 30, "device": False},
    "problem": {"type": "problem", "reason": "cannot be read"},
    "no problem": {"type": "problem", "reason": None},
}
NO_REPORTS: dict[str, dict[str, Any]] = {
    "granted": {"type": "granted", "id": None, "fps": 30},
    "clock": {"type": "clock", "viewer_time": 12, "time": TIME},
    "a later version's": {"type": "zebra", "number": 1},
}


def pixels_of(number: int, size: int = 6) -> bytes:
    """The whole picture of this number."""
    return bytes((number * 16 + at) % 256 for at in range(size))


def picture(number: int, base: int = 0, to: Held = BLANK, ack: bool = True) -> Step:
    """A picture, all of whose rows are sent; it is applied."""
    pixels = pixels_of(number, len(to.pixels))
    sends = [f"acknowledge {number}"] if ack else []
    crc = f"{zlib.crc32(pixels):08x}"
    answer = f"applied {number} {TIME} {crc} {'ack' if ack else 'no-ack'} -"
    return step("picture", sent(number, base, to, 0 if ack else 2), answer, sends)


def refused(
    number: int, base: int, *, resync: bool = False, to: Held = BLANK, flags: int = 0
) -> Step:
    """The same, but it is refused."""
    return step("picture", sent(number, base, to, flags), "refused", ["resync"] if resync else [])


def sent(number: int, base: int, to: Held, flags: int) -> bytes:
    """The message of a picture."""
    rows = Segment(0, to.height, MARKED, whole(to, pixels_of(number, len(to.pixels))))
    return message(to, rows, number=number, base=base, flags=flags)


def again(number: int) -> Step:
    """A delta that says: as picture `number`. It is applied only by who holds that one."""
    crc = f"{zlib.crc32(pixels_of(number)):08x}"
    data = message(BLANK, number=number + 1, base=number)
    answer = f"applied {number + 1} {TIME} {crc} ack -"
    return step("picture", data, answer, [f"acknowledge {number + 1}"])

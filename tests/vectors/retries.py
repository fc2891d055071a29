"""How connections end, and when the next is tried."""

from collections.abc import Iterator

from .step import Step, step

FINAL_CODES = (1002, 1003, 1007, 1008, 1009, 1010, 4400, 4401, 4406, 4450, 4499)
OTHER_CODES = (
    *(1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 1015, 3000, 3999, 4000, 4001, 4004),
    *(4399, 4500, 4999),
)
FINAL_STATUSES = (
    101,
    200,
    204,
    301,
    302,
    307,
    308,
    400,
    401,
    403,
    404,
    405,
    407,
    409,
    410,
    424,
    426,
)
OTHER_STATUSES = (0, 408, 425, 429, 500, 502, 503, 504, 599)

WAITS = (500, 1000, 2000, 2000, 2000, 2000, 2000, 2000)
"""Milliseconds, before each is multiplied by 0.5 to 1."""


def waits(command: str, argument: int, turn: int) -> Step:
    """The connection ends, and the next is tried after the wait of this turn."""
    longest = WAITS[turn]
    return step(command, f"{argument}", f"retry {longest // 2} {longest}")


def answers() -> Iterator[tuple[str, str, list[Step]]]:
    """What the handshake is answered."""
    begin = step("begin")
    for status in FINAL_STATUSES:
        steps = [begin, step("http", f"{status}", "final")]
        yield f"answered {status}", "It would be said again.", steps
    for status in OTHER_STATUSES:
        yield f"answered {status}", "It is tried again.", [begin, waits("http", status, 0)]
    about = "Each wait is twice as long as the one before, up to 2 s."
    yield "waits after answers", about, [begin, *(waits("http", 503, turn) for turn in range(8))]
    both = [waits("http", 503, 0), step("connect"), waits("closed", 1006, 1), waits("http", 0, 2)]
    yield "waits after answers and connections", about, [begin, *both]


def ends(
    shown: list[Step], reported: list[Step], announced: list[Step], refused: Step
) -> Iterator[tuple[str, str, list[Step]]]:
    """How connections end, given steps to a picture, a report and an announcement only, and a refused picture."""
    begin, connect = step("begin"), step("connect")
    for code in FINAL_CODES:
        steps = [begin, connect, step("closed", f"{code}", "final")]
        yield f"closed with {code}", "It would be said again.", steps
        steps = [*shown, step("closed", f"{code}", "final")]
        yield f"closed with {code} after a picture", "It would be said again.", steps
    for code in OTHER_CODES:
        steps = [begin, connect, waits("closed", code, 0)]
        yield f"closed with {code}", "It is tried again.", steps
    about = "Each wait is twice as long as the one before, up to 2 s."
    turns = [[connect, waits("closed", 1006, turn)] for turn in range(8)]
    yield "waits", about, [begin, *(one for turn in turns for one in turn)]
    lost = [begin, *(one for turn in turns[:4] for one in turn)]
    for name, steps in (("a picture", shown), ("a report", reported)):
        about = "It is a stream again: the next wait is the first one."
        again = [waits("closed", 1006, 0), connect, waits("closed", 1006, 1)]
        yield f"waits after {name}", about, [*lost, *steps[1:], *again]
    for name, steps in (
        ("an announcement", announced),
        ("a refused picture", [*announced, refused]),
    ):
        about = "Nothing was shown."
        yield f"waits after {name}", about, [*lost, *steps[1:], waits("closed", 1006, 4)]

"""The rules of docs/ring.md in every order that a processor may make of them: no torn picture is taken for whole.

A writer says that picture 1 is the newest and draws picture 2 into its slot, and a reader looks once. Each thread's
steps may be seen in any order but what a release, an acquire, a fence, or the same place forbids; memory is one for
all, as that of ARMv8, RISC-V and x86 is. Without any one of the four, a torn picture is found.
"""

from collections.abc import Iterator, Set
from typing import NamedTuple

import pytest


class Step(NamedTuple):
    """One load or store."""

    place: str
    value: int = 0
    """Stored; of no account in a load."""
    order: str = ""
    """Of the memory: a release or an acquire."""


FENCE = Step("fence")


def picture(number: int) -> list[Step]:
    """What a writer does for one."""
    return [
        Step("sequence", 2 * number - 1),
        FENCE,
        Step("left", number),
        Step("right", number),
        Step("number", number),
        Step("sequence", 2 * number, "release"),
        Step("newest", number, "release"),
    ]


WHOLE = {"sequence": 2, "left": 1, "right": 1, "number": 1, "newest": 0}
"""Picture 1, of which nobody knows yet."""
WRITER = [*picture(1)[-1:], *picture(2)]
READER = [
    Step("newest", order="acquire"),
    Step("sequence", order="acquire"),
    Step("number"),
    Step("left"),
    Step("right"),
    FENCE,
    Step("sequence"),
]


def before(steps: list[Step]) -> list[set[int]]:
    """Of each step the steps that are seen before it."""
    found = []
    for j, later in enumerate(steps):
        found.append({i for i in range(j) if is_ordered(steps, i, later, j)})
    return found


def is_ordered(steps: list[Step], i: int, later: Step, j: int) -> bool:
    earlier = steps[i]
    return (
        later.order == "release"
        or earlier.order == "acquire"
        or earlier.place == later.place
        or FENCE in steps[i : j + 1]
    )


def ready(needs: list[set[int]], done: Set[int]) -> Iterator[int]:
    return (i for i, need in enumerate(needs) if i not in done and need <= done)


def memory(writer: list[Step], done: Set[int]) -> dict[str, int]:
    """What is in memory once these steps were seen; of one place the last one counts."""
    return {**WHOLE, **{writer[i].place: writer[i].value for i in sorted(done)}}


def seen(writer: list[Step], reader: list[Step]) -> set[tuple[int, ...]]:
    """All that the reader may have read, in the order of its program."""
    needs = before(writer), before(reader)
    begin = frozenset[int](), frozenset[int](), tuple([-1] * len(reader))
    states, left, found = {begin}, [begin], set()
    while left:
        wrote, read, values = left.pop()
        if len(read) == len(reader):
            found.add(values)
        now = memory(writer, wrote)
        following = [(wrote | {i}, read, values) for i in ready(needs[0], wrote)]
        for i in ready(needs[1], read):
            value = now.get(reader[i].place, 0)
            following.append((wrote, read | {i}, (*values[:i], value, *values[i + 1 :])))
        for state in following:
            if state not in states:
                states.add(state)
                left.append(state)
    return found


def torn(writer: list[Step], reader: list[Step]) -> set[tuple[int, ...]]:
    """What the reader may have read and taken for a whole picture, though it is none."""
    places = [step.place for step in reader]
    first, last = places.index("sequence"), len(places) - 1
    found = set()
    for values in seen(writer, reader):
        read = dict(zip(places, values, strict=True))
        is_taken = values[first] % 2 == 0 and values[first] == values[last] and read["newest"] > 0
        if is_taken and read["number"] == read["newest"]:
            is_whole = read["left"] == read["right"] == read["newest"]
            found |= set() if is_whole else {values}
    return found


def test_no_order_makes_a_torn_picture_whole() -> None:
    assert not torn(WRITER, READER)
    assert (1, 2, 1, 1, 1, 0, 2) in seen(WRITER, READER), "a picture is read"


def without(steps: list[Step], place: str, order: str = "") -> list[Step]:
    """The same without that order, or without the fence."""
    if place == "fence":
        return [step for step in steps if step != FENCE]
    return [step._replace(order="") if step[::2] == (place, order) else step for step in steps]


@pytest.mark.parametrize(
    ("writer", "reader"),
    [
        pytest.param(without(WRITER, "fence"), READER, id="the writer's fence"),
        pytest.param(without(WRITER, "sequence", "release"), READER, id="its release"),
        pytest.param(WRITER, without(READER, "sequence", "acquire"), id="the reader's acquire"),
        pytest.param(WRITER, without(READER, "fence"), id="its fence"),
    ],
)
def test_each_of_them_is_needed(writer: list[Step], reader: list[Step]) -> None:
    assert torn(writer, reader)

"""What figures are said to mean. Each sentence is there under its own condition, and not without it."""

import re
from typing import Any

import pytest

from ws_stream.pixels.rendition import Rendition
from ws_stream.selftest.advice import COLUMNS, Case, Device, advice, table
from ws_stream.selftest.run import Figures, Spread

SIZE = 2_457_600
ALL = Device(compiled=True, uvloop=True)


def figures(
    take: float = 1, encode: float = 1, send: float = 1, size: float = 9000, rate: float = 30
) -> Figures:
    """Of one content, from the milliseconds that each stage takes, and the bytes sent of each picture."""
    stages = [1000 * ms for ms in (take, encode, send)]
    whole = sum(stages)
    one, two, three, all_three = (Spread(value, 1.2 * value) for value in (*stages, whole))
    return Figures("text", one, two, three, all_three, whole, size, SIZE, rate, 0)


def said(*found: Figures, device: Device = ALL, rendition: Rendition | None = None) -> str:
    lines = advice(Case(found or (figures(),), rendition or Rendition(), device))
    return " ".join(" ".join(lines).split())


LIGHT = figures(0.1, 0.1, 0.1)
READS = figures(take=9)
PACKS = figures(encode=9)
WAKES = figures(send=9)
NOISE = figures(encode=5, size=0.75 * SIZE)
SLOW = figures(take=20, encode=20)


@pytest.mark.parametrize(
    ("sentence", "when", "not_when"),
    [
        ("nothing has to change", {"found": LIGHT}, {"found": READS}),
        ("reading memory is most of it: --step 2", {"found": READS}, {"found": PACKS}),
        ("encoding is most of it: --step 2", {"found": PACKS}, {"found": WAKES}),
        ("waking up is most of it", {"found": WAKES}, {"found": READS}),
        ("75 % of it is sent: --tolerance 8", {"found": NOISE}, {"found": PACKS}),
        ("no stage stands out", {"found": figures(3, 3, 3)}, {"found": READS}),
        ("more than 100 Mbit Ethernet", {"found": NOISE}, {"found": PACKS}),
        ("one core holds about 24 pictures per second", {"found": SLOW}, {"found": READS}),
        ("--fps 12 would take half of it", {"found": SLOW}, {"found": READS}),
        ("--cpu-budget", {"found": figures(take=20)}, {"found": READS}),
        (
            "too slow for 30 % of",
            {"found": figures()._replace(skipped=0.3)},
            {"found": figures()._replace(skipped=0.05)},
        ),
        (
            "no compiled walk",
            {"device": Device(compiled=False, uvloop=True, can_compile=True)},
            {"device": Device(compiled=False, uvloop=True, can_compile=False)},
        ),
        (
            "no compiled walk",
            {"device": Device(compiled=False, uvloop=True, can_compile=True)},
            {"device": ALL},
        ),
        (
            "install 'ws-stream[fast]'",
            {"device": Device(compiled=True, uvloop=False)},
            {"device": ALL},
        ),
    ],
)
def test_a_sentence_is_said_when_its_condition_holds_and_only_then(
    sentence: str, when: dict[str, Any], not_when: dict[str, Any]
) -> None:
    def of(case: dict[str, Any]) -> str:
        return said(case.get("found", LIGHT), device=case.get("device", ALL))

    assert sentence in of(when)
    assert sentence not in of(not_when)


def test_what_is_done_already_is_not_advised() -> None:
    assert "--tolerance" not in said(NOISE, rendition=Rendition(tolerance=8))
    assert "--depth 16" in said(NOISE, rendition=Rendition(tolerance=8))
    assert "--depth" not in said(NOISE, rendition=Rendition(tolerance=8, depth=16))
    assert "--step 8" in said(READS, rendition=Rendition(step=4))
    assert "--step" not in said(READS, rendition=Rendition(step=16))
    assert "--crop" in said(READS, rendition=Rendition(step=16))


def test_an_average_is_named_as_what_makes_reading_dear() -> None:
    averaged = said(READS, rendition=Rendition(step=4, average=True))
    assert "--average reads every pixel; without it only one of 16" in averaged


def test_contents_with_the_same_trouble_share_a_sentence() -> None:
    assert "text, page: reading memory" in said(READS, READS._replace(workload="page"))


def test_a_content_that_takes_little_is_not_named_beside_one_that_takes_much() -> None:
    light = figures(take=0.9, encode=0.1, send=0.1)._replace(workload="page")
    assert "page" not in said(READS, light)


def test_sending_much_is_not_said_to_cost_what_sending_little_does() -> None:
    assert "waking up is most of it" not in said(figures(send=9, size=0.2 * SIZE))


def test_something_is_always_said() -> None:
    assert all(said(each) for each in (LIGHT, READS, PACKS, WAKES, NOISE, SLOW))


@pytest.mark.parametrize("scale", [0.001, 1, 1000])
def test_all_text_fits_the_terminal(scale: float) -> None:
    found = [figures(scale, scale, scale, size=SIZE, rate=rate) for rate in (0.1, 29.97, 1000)]
    case = Case(found, Rendition(), Device(compiled=False, uvloop=False, can_compile=True))
    text = "\n".join([table(found), *advice(case)])
    assert max(map(len, text.splitlines())) <= COLUMNS
    assert not re.search(r",[0-9]{3}[0-9]", text)  # no two figures touch


def test_the_table_holds_the_figures_it_was_given() -> None:
    lines = table([figures(1, 2, 3)]).splitlines()
    assert " ".join(lines[2].split()) == "text 50% 1,000 2,000 3,000 6,000 9,000 18.0 167"
    assert " ".join(lines[3].split()) == "95% 1,200 2,400 3,600 7,200"

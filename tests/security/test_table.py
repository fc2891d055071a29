"""Every Host, Origin, token, TLS, proxy, path and method, each with each: what is answered is what rules.py says."""

import random
from collections.abc import Iterator

import pytest

from ws_stream.server import reception

from .asked import Devices, Now
from .classes import COUNT, rows
from .expected import Expected

SHARE = 61
"""One of so many rows in each run of the suite, others each time. It divides the length of no column, so each class
still meets each class of every other."""
SHOWN = 5


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> Iterator[Devices]:
    now = Now()
    monkeypatch.setattr(reception, "time", now)
    yield Devices(now)


@pytest.mark.parametrize("share", [SHARE, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.timeout(1800)
def test_each_row_is_answered_as_the_rules_say_and_no_rule_is_for_nothing(
    devices: Devices, share: int
) -> None:
    expected, begin, asked = Expected(), random.randrange(share), 0
    wrong = []
    for row in rows(share, begin):
        right, found = expected.of(row), devices.ask(row)
        asked += 1
        if found != right:
            wrong.append((row, right, found))
            if len(wrong) == SHOWN:
                break
    assert not wrong, "\n".join(
        f"{row}\n  right: {right}\n  found: {found}" for row, right, found in wrong
    )
    assert asked == len(range(begin, COUNT, share))
    idle = {
        name: [table.rules[number] for number, rows in enumerate(table.fitted) if not rows]
        for name, table in expected.tables.items()
        if not all(table.fitted)
    }
    assert not idle

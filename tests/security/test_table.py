"""Every Host, Origin, token, TLS, proxy, path and method, each with each: what is answered is what rules.py says."""

import random
from collections.abc import Iterator

import pytest

from ws_stream.server import admission

from .asked import Devices, Now
from .classes import COUNT, rows
from .expected import Expected

SHARE = 601
"""One of so many rows in each run of the suite, others each time. It divides the length of no column, so each class
still meets each class of every other."""
SHOWN = 5


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> Iterator[Devices]:
    now = Now()
    monkeypatch.setattr(admission, "time", now)
    yield Devices(now)


@pytest.mark.parametrize("share", [SHARE, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.timeout(3600)
def test_each_row_is_answered_as_the_rules_say(devices: Devices, share: int) -> None:
    expected, begin = Expected(), random.randrange(share)
    wrong, asked = [], 0
    for row in rows(share, begin):
        right, found = expected.of(row), devices.ask(row)
        asked += 1
        if found != right:
            wrong.append(f"{row}\n  right: {right}\n  found: {found}")
            if len(wrong) == SHOWN:
                break
    assert not wrong, "\n".join(wrong)
    assert asked == len(range(begin, COUNT, share))


def test_each_rule_is_for_some_row() -> None:
    expected = Expected()
    for row in rows(37):
        expected.of(row)
    idle = {
        name: [rule for rule, fitted in zip(table.rules, table.fitted, strict=True) if not fitted]
        for name, table in expected.tables.items()
    }
    assert not any(idle.values()), idle

"""docs/security.md names tests that there are, and each attack that has a test here."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "security.md").read_text())
ATTACKS = [*(ROOT / "tests" / "security").glob("test_*.py"), ROOT / "tests/browser/test_attacks.py"]


def found_in(file: Path) -> set[str]:
    return set(re.findall(r"^ *(?:async )?def (test_\w+)\(", file.read_text(), re.MULTILINE))


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED)))
def test_each_test_that_holds_a_promise_exists(file: str, test: str) -> None:
    assert test in found_in(ROOT / file)


def test_each_attack_is_one_that_the_document_names() -> None:
    named = {test for _, test in NAMED}
    for file in ATTACKS:
        if file != Path(__file__):
            assert found_in(file) <= named

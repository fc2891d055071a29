"""A healthy viewer beside an attacker, of each kind that there is in `attacks`.

Figures are what `python -m tests.load.beside` is for; here it holds that nobody is kept out or slowed down by much, by
a sixth of them that chance chooses.
"""

import random

import pytest

from .attacks import ATTACKS, NAMED
from .beside import beside

SECONDS = 1.0


@pytest.mark.parametrize("share", [6, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.timeout(300)
async def test_whatever_one_address_does_others_see_the_stream_as_before(share: int) -> None:
    attacks = random.sample(list(ATTACKS), len(ATTACKS) // share)
    found = await beside(attacks, SECONDS, 1)
    assert set(found) == set(attacks)
    slowed = [name for name, (alone, hurt) in found.items() if hurt.rate < 0.7 * alone.rate]
    # A second is short, and others work on this machine: what slows always does so in turns.
    again = await beside(slowed, SECONDS, 3) if slowed else {}
    for name, (alone, hurt) in (found | again).items():
        assert alone.rate > 0, name
        assert hurt.rate >= 0.7 * alone.rate, name


A_TENTH = 1 / 30 / 10
"""Seconds: of the time between two pictures. The age alone is of few milliseconds, which any process moves by more."""


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_beside_a_named_attack_rate_and_age_change_by_less_than_a_tenth() -> None:
    found = await beside(list(NAMED), 10.0, 3)
    assert set(found) == set(NAMED)
    for name, (alone, hurt) in found.items():
        assert hurt.rate > 0.9 * alone.rate, name
        assert hurt.late_age < 1.1 * alone.late_age + A_TENTH, name

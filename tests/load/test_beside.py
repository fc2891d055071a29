"""A healthy viewer beside an attacker, of each kind that there is in `attacks`.

Figures are what `python -m tests.load.beside` is for; here it holds that nobody is kept out or slowed down by much, by
a third of them that chance chooses.
"""

import random

import pytest

from .attacks import ATTACKS
from .beside import beside

SECONDS = 1.0


@pytest.mark.parametrize("share", [3, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.timeout(300)
async def test_whatever_one_address_does_others_see_the_stream_as_before(share: int) -> None:
    attacks = random.sample(list(ATTACKS), len(ATTACKS) // share)
    found = await beside(attacks, SECONDS, 1)
    assert set(found) == set(attacks)
    for name, (alone, hurt) in found.items():
        assert alone.rate > 0, name
        assert hurt.rate >= 0.7 * alone.rate, name

"""Laws of both walks over random histories: publish, tear, skip, acknowledge, drop, join, restart, renditions."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.world import World


@settings(max_examples=150)
@given(st.lists(st.sampled_from(World.EVENTS), max_size=120), st.randoms(use_true_random=False))
def test_no_history_of_events_ever_shows_a_wrong_picture(
    events: list[object], random: Random
) -> None:
    world = World(random, viewers=4)
    for event in events:
        event(world)  # type: ignore[operator]  # a method of World, taken from its class
        world.judge()
    world.settle()


def play(seed: int, events: int, viewers: int) -> None:
    random = Random(seed)
    world = World(random, viewers)
    for event in random.choices(World.EVENTS, World.WEIGHTS, k=events):
        event(world)
        world.judge()
    world.settle()


def test_ten_thousand_random_events_show_no_wrong_picture() -> None:
    for seed in range(20):
        play(seed, 500, viewers=2 + seed)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_million_random_events_show_no_wrong_picture() -> None:
    for seed in range(1000, 1500):
        play(seed, 2000, viewers=2 + seed % 20)

"""bench/relays.py, bench/crowd.py and bench/scale.py: what is cut, fitted and counted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.crowd import BINARY, frames
from bench.relays import recoveries
from bench.relays_nodes import Node, Restart, chain, over_nats, star
from bench.scale import LOADS, Cost, fitted, terms
from ws_stream.walk.outlet import frame_head


@given(st.lists(st.integers(0, 70_000), max_size=5), st.integers(0, 300_000))
def test_frames_are_cut_wherever_their_bytes_end(lengths: list[int], cut: int) -> None:
    payloads = [bytes([number]) * length for number, length in enumerate(lengths)]
    data = b"".join(frame_head(BINARY, len(each)) + each for each in payloads)
    first, rest = frames(data[:cut])
    then, left = frames(rest + data[cut:])
    assert [payload for _, payload in [*first, *then]] == payloads
    assert left == b""


def test_a_model_is_found_again_and_no_term_of_it_is_below_nothing() -> None:
    for model in ([1e-3, 4e-10, 1e-5, 1e-9], [1e-3, 0.0, 1e-5, 0.0]):
        costs = [
            Cost(0.0, load.fps, load.fps * load.viewers, 1000.0 * load.box * load.viewers)
            for load in LOADS
        ]
        costs = [
            cost._replace(relay=float(terms(load, cost) @ np.array(model)))
            for load, cost in zip(LOADS, costs, strict=True)
        ]
        assert fitted(LOADS, costs) == pytest.approx(model, abs=1e-15)


def test_an_outage_counts_for_the_node_that_listened_again_amid_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    node = Node("relay 1", 1, (), frozenset({1}))
    gaps = [(9.0, 10.5), (9.5, 13.0), (11.0, 12.0), (2.0, 3.0)]
    recoveries([Restart(node, 9.0, 10.0)], {1: {"gaps": gaps}})
    said = capsys.readouterr().out
    assert "relay 1 killed: 2 outages of viewers ended 1.75 s" in said
    assert "last 3.00 s; 1 after more than 2 s" in said


@pytest.mark.parametrize(("way", "others"), [(chain, 0), (star, 0), (over_nats, 2)])
def test_who_is_behind_a_node_sees_nothing_without_it(way: object, others: int) -> None:
    nodes = way(3, 5.0)  # type: ignore[operator]  # one of WAYS
    relays = [node for node in nodes if node.name.startswith("relay")]
    assert len(nodes) == 4 + others
    assert nodes[0].behind >= {relay.port for relay in relays}
    if way is chain:
        assert [len(relay.behind) for relay in relays] == [3, 2, 1]
    else:
        assert [relay.behind for relay in relays] == [{relay.port} for relay in relays]

"""Leases of nodes: together they want the most of what each wants, for as long as they say so."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import ProtocolError
from ws_stream.relay.leases import LASTS, MAX_LEASES, Leases, parse_request


def test_nobody_wants_anything_at_first_nor_when_all_leases_have_ended() -> None:
    leases = Leases()
    assert leases.wanted(0) is None
    leases.take("a", {"fps": 5}, 0)
    assert leases.wanted(LASTS - 0.1) == {"fps": 5, "relays": None}
    assert leases.wanted(LASTS) is None


def test_together_they_want_the_fastest_rate_and_have_the_most_relays_behind() -> None:
    leases = Leases()
    leases.take("a", {"fps": 5, "relays": 2}, 0)
    leases.take("b", {"fps": 12.5, "relays": 1}, 0)
    assert leases.wanted(1) == {"fps": 12.5, "relays": 2}
    leases.take("c", {}, 1)
    assert leases.wanted(1) == {"fps": None, "relays": 2}, "one that has no bound has no bound"


def test_of_more_nodes_than_there_may_be_nothing_is_kept() -> None:
    leases = Leases()
    for node in range(MAX_LEASES + 10):
        leases.take(str(node), {}, 0)
    assert leases.count(0) == MAX_LEASES


@pytest.mark.parametrize(
    "said",
    [
        *(b"", b"\xff", b"[]", b"{}", b'{"type":"resync"}', b'{"type":"request","fps":-1}'),
        *(b'{"type":"request","fps":"5"}', b'{"type":"request","relays":17}'),
        b'{"type":"request","fps":5' + b" " * 4096 + b"}",
        b'{"type":"request","fps":1' + b"0" * 400 + b"}",
        *(b'{"type":"later"}', b'{"type":["request"]}', b'{"type":"request","relays":0}'),
    ],
)
def test_what_is_no_request_is_a_documented_error(said: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_request(said)


def test_a_node_cannot_have_the_device_show_another_part_to_all() -> None:
    said = b'{"type":"request","fps":5,"crop":[0,0,1,1],"step":16,"relays":null}'
    assert parse_request(said) == {"fps": 5.0}


@given(st.binary(max_size=60))
def test_whatever_comes_is_a_request_or_a_documented_error(said: bytes) -> None:
    with suppress(ProtocolError):
        parse_request(said)

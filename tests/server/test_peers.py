"""The bounds on the numbers of peers: in all, and for one address."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pytest

from ws_stream import UsageError
from ws_stream.limits import (
    MAX_ADDRESS_CONNECTIONS,
    MAX_ADDRESS_VIEWERS,
    MAX_CONNECTIONS,
    MAX_VIEWERS,
)
from ws_stream.server.peers import (
    ARRIVALS_A_SECOND,
    ARRIVALS_AT_ONCE,
    REQUESTS_A_SECOND,
    REQUESTS_AT_ONCE,
    Peers,
    Viewers,
    origin,
    times,
)


@dataclass(eq=False)
class Peer:
    address: Hashable = "a"
    has_asked: bool = True
    is_kept: bool = False


class Room:
    def __init__(self) -> None:
        self.peers: Peers[Peer] = Peers()
        self.viewers: Viewers[Peer] = Viewers()

    def enter(self, address: str = "a", *, has_asked: bool = True) -> tuple[Peer, Peer | None]:
        """One more, and who is cut off because of it."""
        peer = Peer(address, has_asked)
        return peer, self.peers.add(peer)


def test_one_address_does_not_take_all_places() -> None:
    room = Room()
    for _ in range(MAX_ADDRESS_VIEWERS):
        peer, _ = room.enter()
        assert room.viewers.too_many(peer.address) is None
        room.viewers.add(peer)
    last, _ = room.enter()
    assert "from your address" in str(room.viewers.too_many(last.address))
    other, _ = room.enter("b")
    assert room.viewers.too_many(other.address) is None
    room.viewers.remove(peer)
    assert room.viewers.too_many(last.address) is None


def test_all_bounds_grow_with_the_number_of_viewers_asked_for() -> None:
    room, more = Room(), times(2 * MAX_VIEWERS)
    room.peers, room.viewers = Peers(more), Viewers(more)
    for address, most in (("a", 2 * MAX_ADDRESS_VIEWERS), ("b", 2 * MAX_ADDRESS_VIEWERS)):
        for _ in range(most):
            peer, cut_off = room.enter(address)
            assert not (cut_off or room.viewers.too_many(address))
            room.viewers.add(peer)
        assert f"{most} viewers are connected from" in str(room.viewers.too_many(address))
    for _ in range(2 * MAX_ADDRESS_CONNECTIONS - most):
        assert not room.enter()[1]
    assert room.enter(has_asked=False)[1]
    for number in range(2 * (MAX_VIEWERS - 2 * MAX_ADDRESS_VIEWERS)):
        assert not room.viewers.too_many(number)
        room.viewers.add(Peer(number))
    assert str(room.viewers.too_many("c")).startswith(f"{2 * MAX_VIEWERS} viewers")


@pytest.mark.parametrize("wrong", [0, MAX_VIEWERS - 1, 100 * MAX_VIEWERS + 1, True, "300", 300.0])
def test_so_many_viewers_cannot_be(wrong: Any) -> None:  # noqa: ANN401 - whatever it is
    with pytest.raises(UsageError, match="right would be a whole number from 256 to 25600"):
        times(wrong)


def test_connections_of_a_proxy_count_for_nobody_until_it_says_whose_they_are() -> None:
    room = Room()
    peers = [Peer(None) for _ in range(MAX_ADDRESS_CONNECTIONS + 10)]
    assert not any(room.peers.add(peer) for peer in peers)
    for peer in peers[:MAX_ADDRESS_CONNECTIONS]:
        assert room.peers.move(peer, "a") is None
    *_, one, other = peers
    assert room.peers.move(one, "b") is None
    assert room.peers.move(other, "a") is other, "as it is one too many of this address"
    assert other not in list(room.peers)
    assert room.peers.move(one, "a") is one


def test_a_connection_that_speaks_for_another_counts_for_that_one_only() -> None:
    room = Room()
    one, _ = room.enter("a")
    for number in range(10 * MAX_ADDRESS_CONNECTIONS):
        assert room.peers.move(one, f"visitor {number % 3}") is None
    assert room.peers.move(one, one.address) is None
    assert list(room.peers) == [one]
    room.peers.remove(one)
    assert room.peers.move(one, "a") is None, "it was cut off"
    assert not room.peers
    assert not room.peers._connections


def test_nor_do_all_together_take_more_than_there_are() -> None:
    room = Room()
    for number in range(MAX_VIEWERS):
        peer, _ = room.enter(f"address {number // MAX_ADDRESS_VIEWERS}")
        room.viewers.add(peer)
    last, _ = room.enter("elsewhere")
    assert "that is the limit" in str(room.viewers.too_many(last.address))


def test_of_one_connection_too_many_from_an_address_the_oldest_that_has_not_asked_is_cut_off() -> (
    None
):
    room = Room()
    room.enter("b", has_asked=False)
    room.enter()
    idle, _ = room.enter(has_asked=False)
    for _ in range(MAX_ADDRESS_CONNECTIONS - 2):
        room.enter(has_asked=False)
    assert len(room.peers) == MAX_ADDRESS_CONNECTIONS + 1
    newest, cut_off = room.enter()
    assert cut_off is idle
    assert idle not in room.peers
    assert newest in room.peers


def test_before_it_goes_one_that_had_its_reply_and_asks_nothing() -> None:
    room = Room()
    room.enter(has_asked=False)
    kept, _ = room.enter(has_asked=False)
    kept.is_kept = True
    for _ in range(MAX_ADDRESS_CONNECTIONS - 2):
        room.enter(has_asked=False)
    assert room.enter()[1] is kept
    assert room.enter()[1] is not kept


def test_further_requests_wait_for_their_turn_one_after_the_other() -> None:
    peers: Peers[Peer] = Peers()
    assert [peers.turn("a", 1000.0) for _ in range(REQUESTS_AT_ONCE)] == [0] * REQUESTS_AT_ONCE
    for number in range(1, 100):
        assert peers.turn("a", 1000.0) == pytest.approx(number / REQUESTS_A_SECOND)
    assert peers.turn("b", 1000.0) == 0
    assert peers.may_arrive("a", 1000.0), "they keep nobody out"
    assert peers.turn("a", 1100.0) == 0


def test_where_all_have_asked_the_newest_is_cut_off() -> None:
    room = Room()
    for _ in range(MAX_ADDRESS_CONNECTIONS):
        assert room.enter()[1] is None
    newest, cut_off = room.enter()
    assert cut_off is newest


def test_half_requests_from_everywhere_do_not_keep_newcomers_out() -> None:
    room = Room()
    for number in range(MAX_CONNECTIONS):
        room.enter(f"address {number}", has_asked=False)
    newcomer, cut_off = room.enter("elsewhere")
    assert cut_off not in (None, newcomer)
    assert len(room.peers) == MAX_CONNECTIONS


def test_connections_that_come_too_quickly_are_refused_and_others_come_in() -> None:
    peers: Peers[Peer] = Peers()
    came = [peers.may_arrive("a", 1000.0) for _ in range(ARRIVALS_AT_ONCE + 50)]
    assert sum(came) == ARRIVALS_AT_ONCE
    assert peers.may_arrive("b", 1000.0)
    assert peers.may_arrive("a", 1000.0 + 1 / ARRIVALS_A_SECOND)
    assert not peers.may_arrive("a", 1000.0 + 1 / ARRIVALS_A_SECOND)


def test_however_many_addresses_come_few_are_remembered() -> None:
    peers: Peers[Peer] = Peers()
    for number in range(5000):
        assert peers.may_arrive(f"address {number}", 1000.0 + number)
        assert not peers.turn(f"address {number}", 1000.0 + number)
    assert len(peers._requests) <= 1024
    assert len(peers._arrivals) <= 1024


def test_one_that_was_cut_off_may_be_said_to_be_gone_as_well() -> None:
    room = Room()
    peer, _ = room.enter()
    room.peers.remove(peer)
    room.peers.remove(peer)
    assert len(room.peers) == 0


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("", "", True),
    ],
)
def test_an_address_is_one_of_ipv4_or_a_network_of_64_bits(
    one: str, other: str, is_same: bool
) -> None:
    assert (origin(one) == origin(other)) is is_same

"""Servers on the network are found with what they say, and whatever else is said there is bounded."""

import asyncio
import logging
from collections.abc import Iterable

import pytest
from zeroconf import ServiceStateChange
from zeroconf.asyncio import AsyncZeroconf

from tests.discovery.loopback import GROUP, LOOPBACK, multicast, new_name, tell
from ws_stream.discovery.browser import MAX_FOUND, Names, browse
from ws_stream.discovery.service import TYPE
from ws_stream.errors import UsageError

ELSEWHERE = "192.0.2.7"
"""An address for documentation, which no test reaches."""


def announcement(
    name: str, address: str = ELSEWHERE, *, port: int = 8000, text: str = '"path=/"'
) -> bytes:
    """What another's responder says of a server."""
    host = f"{name.replace(chr(92), '')[:20]}.local."
    return tell(
        f"{TYPE} 120 IN PTR {name}.{TYPE}",
        f"{name}.{TYPE} 120 IN SRV 0 0 {port} {host}",
        f"{name}.{TYPE} 120 IN TXT {text}",
        f"{host} 120 IN A {address}",
    )


async def browsing(packets: Iterable[bytes], seconds: float = 1.0) -> tuple[list[str], int]:
    """What is found while these packets arrive: names and addresses to open, and how many names there were beyond."""
    looking = asyncio.ensure_future(browse(seconds, [LOOPBACK]))
    await asyncio.sleep(0.2)
    with multicast(GROUP[1]) as sending:
        for packet in packets:
            await asyncio.get_running_loop().sock_sendto(sending, packet, GROUP)
            await asyncio.sleep(0)
    servers, beyond = await looking
    return [f"{server.name} {server.url}" for server in servers], beyond


def of(name: str, lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith(name)]


async def test_what_another_s_responder_says_is_found() -> None:
    name = new_name()
    lines, _ = await browsing([announcement(name, text='"path=/a/" "tls=1" "streams=camera"')])
    assert of(name, lines) == [f"{name} https://{ELSEWHERE}:8000/a/"]


async def names(*changes: tuple[str, str]) -> tuple[int, int]:
    """How many are looked at, and how many are not, after these names have come and gone."""
    async with AsyncZeroconf(interfaces=[LOOPBACK]) as network:
        heard = Names(network.zeroconf, 1)
        for name, change in changes:
            heard.changed(network.zeroconf, TYPE, f"{name}.{TYPE}", ServiceStateChange[change])
        try:
            return len(heard._asked), heard.beyond
        finally:
            heard.forget()


async def test_a_server_that_has_gone_is_looked_at_no_more() -> None:
    assert await names(("a", "Added"), ("b", "Added"), ("a", "Updated")) == (2, 0)
    assert await names(("a", "Added"), ("b", "Added"), ("a", "Removed"), ("c", "Removed")) == (1, 0)


async def test_of_thousands_of_servers_some_are_looked_at_and_the_others_counted() -> None:
    many = [(f"n{number}", "Added") for number in range(5000)]
    assert await names(*many) == (MAX_FOUND, 5000 - MAX_FOUND)
    assert await names(*many, ("n0", "Removed"), ("late", "Added")) == (
        MAX_FOUND,
        5000 - MAX_FOUND,
    )


async def test_what_is_said_of_a_server_may_follow_its_name() -> None:
    name = new_name()
    named = tell(f"{TYPE} 120 IN PTR {name}.{TYPE}")
    assert of(name, (await browsing([named], 0.5))[0]) == []
    lines, _ = await browsing([named, announcement(name)])
    assert of(name, lines) == [f"{name} http://{ELSEWHERE}:8000/"]


async def test_names_and_records_from_the_network_are_lines_of_letters(
    caplog: pytest.LogCaptureFixture,
) -> None:
    name = new_name()
    text = r'"path=/\027[31m" "streams=\027[8m,camera" "path=/second"'
    packets = [
        announcement(rf"{name}\027[2J\010\013x", text=text),
        announcement(rf"{name}\226\128\174x", text=text),  # what turns the direction of writing
    ]
    lines, _ = await browsing(packets)
    assert of(name, lines) == [f"{name}\ufffdx http://{ELSEWHERE}:8000/"], "and the other not"
    assert all(line.isprintable() for line in lines)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    ("address", "port"), [("127.0.0.1", 22), ("0.0.0.0", 8000), ("224.0.0.1", 8000), (ELSEWHERE, 0)]
)
async def test_an_announcement_that_leads_nowhere_or_to_the_reader_is_left_out(
    address: str, port: int
) -> None:
    name = new_name()
    assert of(name, (await browsing([announcement(name, address, port=port)], 0.5))[0]) == []


async def test_a_huge_record_and_noise_leave_the_others_as_they_are() -> None:
    name, huge = new_name(), new_name()
    strings = " ".join(f'"key{number}={"x" * 240}"' for number in range(30))
    packets = [
        announcement(huge, text=strings),
        b"\0" * 9000,
        b"\xff" * 12,
        b"\0\0\x84\0\0\0\xff\xff\0\0\0\0" + b"\xc0\x0c" * 500,
        announcement(huge)[:-3],
        announcement(name),
    ]
    lines, _ = await browsing(packets)
    assert of(name, lines) == [f"{name} http://{ELSEWHERE}:8000/"]
    assert of(huge, lines) == [f"{huge} http://{ELSEWHERE}:8000/"]


async def test_where_nobody_can_be_heard_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError(98, "Address already in use")

    monkeypatch.setattr("zeroconf.asyncio.AsyncZeroconf", fails)
    with pytest.raises(UsageError, match=r"cannot look for servers: Address already in use; right"):
        await browse(1)


async def test_looking_may_be_ended_at_any_moment() -> None:
    for steps in (0, 1, 2, 5, 20):
        looking = asyncio.ensure_future(browse(60, [LOOPBACK]))
        for _ in range(steps):
            await asyncio.sleep(0)
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking
    await asyncio.sleep(0)
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []

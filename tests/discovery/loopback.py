"""Multicast DNS on loopback: servers and readers of one test, with names of its own, as other tests run beside it."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import dns.flags
import dns.message
import dns.rrset

from ws_stream.discovery.announcer import Announcer
from ws_stream.discovery.service import Service

LOOPBACK = "127.0.0.1"
GROUP = ("224.0.0.251", 5353)


def new_name() -> str:
    return f"test-{secrets.token_hex(6)}"


def service(*streams: str, port: int = 8000) -> Service:
    """One whose addresses are loopback's, so that it is announced there."""
    return Service((LOOPBACK,), port, streams)


@asynccontextmanager
async def announced(name: str, current: Callable[[], Service]) -> AsyncIterator[Announcer]:
    announcer = Announcer(name, current)
    announcer.start()
    try:
        yield announcer
    finally:
        await announcer.close()


@contextmanager
def multicast(port: int) -> Iterator[socket.socket]:
    """A socket that sends to all who listen on loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sending.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sending.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(LOOPBACK))
        sending.bind((LOOPBACK, port))
        sending.setblocking(False)
        yield sending


async def _ask(name: str, kind: str, seconds: float) -> list[dns.rrset.RRset]:
    """All records of the first answer to a question, read by a library that is not the one that wrote them."""
    question = dns.message.make_query(name, kind)
    with multicast(0) as sending:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(seconds):
            sending.sendto(question.to_wire(), GROUP)
            wire = await loop.sock_recv(sending, 9000)
    # Multicast DNS shortens names also where DNS does not (NSEC).
    answer = dns.message.from_wire(wire, continue_on_error=True)
    return [*answer.answer, *answer.additional]


async def asked(name: str, kind: str, expected: Callable[[str], bool] = bool) -> str:
    """The records of the answer, one a line, as soon as they are as expected."""
    async with asyncio.timeout(10):
        while True:
            with suppress(TimeoutError):
                records = "\n".join(map(str, await _ask(name, kind, 0.3)))
                if expected(records):
                    return records


def tell(*records: str) -> bytes:
    """An answer that nobody has asked for, of lines like those of a zone file."""
    message = dns.message.Message(id=0)
    message.flags = dns.flags.QR | dns.flags.AA
    for line in records:
        name, ttl, _, kind, data = line.split(" ", 4)
        message.answer.append(dns.rrset.from_text(name, int(ttl), "IN", kind, data))
    return message.to_wire(max_size=9000)

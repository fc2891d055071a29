"""What systemd is told of a service: that it is ready, how it fares, and that its event loop turns; see sd_notify(3).

Nothing, where nobody asks: it asks by the environment.
"""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator, Iterator, Mapping

from ..hub.stream import Stream
from ..server.health import ill

STATUS_EVERY = 10.0
"""Seconds between two looks at how the service fares, where no watchdog wants to hear of it more often."""


def say(environment: Mapping[str, str], *lines: str) -> None:
    """Tell systemd; never waits for it, nor fails where it does not listen."""
    address = environment.get("NOTIFY_SOCKET", "")
    if address[:1] not in ("/", "@"):
        return
    name = "\0" + address[1:] if address.startswith("@") else address
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify,
    ):
        notify.sendto("\n".join(lines).encode(), socket.MSG_DONTWAIT, name)


def watchdog(environment: Mapping[str, str]) -> float | None:
    """Within how many seconds systemd is to hear of this process again and again; None: it does not wait for that."""
    limit = environment.get("WATCHDOG_USEC", "")
    is_ours = environment.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
    return int(limit) / 1e6 if is_ours and limit.isdecimal() and int(limit) else None


@contextlib.asynccontextmanager
async def told(
    streams: Mapping[str, Stream], environment: Mapping[str, str] = os.environ
) -> AsyncIterator[None]:
    """While it serves, systemd knows that."""
    if not environment.get("NOTIFY_SOCKET"):
        yield
        return
    say(environment, "READY=1")
    telling = asyncio.create_task(_go_on(streams, environment))
    try:
        yield
    finally:
        telling.cancel()
        say(environment, "STOPPING=1")


@contextlib.contextmanager
def reloading(environment: Mapping[str, str] = os.environ) -> Iterator[None]:
    """While it reads its files anew, systemd knows that."""
    say(environment, "RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
    try:
        yield
    finally:
        say(environment, "READY=1")


async def _go_on(streams: Mapping[str, Stream], environment: Mapping[str, str]) -> None:
    """A sign of life comes from the event loop that viewers wait for, so there is none when that is stuck."""
    limit = watchdog(environment)
    signs = [] if limit is None else ["WATCHDOG=1"]
    while True:
        say(environment, *signs, f"STATUS={status(streams)}")
        await asyncio.sleep(STATUS_EVERY if limit is None else min(limit / 2, STATUS_EVERY))


def status(streams: Mapping[str, Stream]) -> str:
    """How it fares, in one line."""
    all_of_them = tuple(streams.values())
    viewers = sum(len(stream.audience.subscriptions) for stream in all_of_them)
    reasons = (f"; {name}: {reason}" for name, reason in ill(all_of_them, time.monotonic()))
    return f"streams: {len(all_of_them)}, viewers: {viewers}{''.join(reasons)}"

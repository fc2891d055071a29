"""A healthy viewer beside an attacker: `python -m tests.load.beside [SECONDS] [NAME...]`.

Both measure the same server in turns: alone, attacked, alone, attacked. What is said of each attack are the healthy
viewer's pictures a second and their ages, and the server's CPU time, as medians.
"""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from tests.pair import made_pair
from ws_stream import Connection, connect
from ws_stream.server.tokens import new_token

from .attacks import ATTACKS, HOST, ON_TLS
from .child import Child

MOST_SECONDS, MOST_LINES = 5, 100
"""For the server to end on SIGTERM, and of its log, after all attacks."""
SETTLE = 0.5
"""Seconds after which an attack is in full force."""


class Seen(NamedTuple):
    """What a healthy viewer saw for a while."""

    rate: float
    """Pictures a second."""
    median_age: float
    late_age: float
    """That of the 95th of 100 pictures, seconds."""
    cpu: float
    """Cores that the server used."""


class Target:
    """The server that is attacked; by TLS and with a token, where it is given a folder for its certificate."""

    def __init__(self, folder: Path | None) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed below
        self._cert: str | None = None
        self._token: str | None = None
        arguments: tuple[str, ...] = ()
        if folder:
            self._cert, key = made_pair(folder)
            self._token = new_token()
            arguments = self._cert, key, self._token
        self._child = Child("target", self._errors, *arguments)
        self.port = self._child.port

    def connect(self) -> Connection:
        """A viewer that may see it."""
        scheme = "wss" if self._cert else "ws"
        url = f"{scheme}://{HOST}:{self.port}/stream/camera"
        return connect(url, token=self._token, tls_ca=self._cert)

    def cpu_seconds(self) -> float:
        return float(self._child.ask())

    def close(self) -> tuple[float, str]:
        """Seconds that it took to end, and what it said on standard error."""
        ended = self._child.terminate()
        self._child.close()
        with self._errors:
            self._errors.seek(0)
            return ended, self._errors.read()


@contextlib.asynccontextmanager
async def attacked(name: str | None, port: int, seconds: float) -> AsyncIterator[None]:
    """While one process attacks the server."""
    if name is None:
        yield
        return
    process = subprocess.Popen(  # noqa: ASYNC220 - before anything is measured
        [sys.executable, "-m", "tests.load.attacks", name, str(port), str(seconds)],
        stderr=subprocess.DEVNULL,
    )
    try:
        await asyncio.sleep(SETTLE)
        yield
        assert process.poll() is None, f"{name} has ended"
    finally:
        process.kill()
        process.wait()


class Healthy:
    """The viewer that only watches."""

    def __init__(self, target: Target) -> None:
        self.connection = target.connect()
        self._ages: list[float] = []
        self._task = asyncio.create_task(self._watch())

    async def look(self, target: Target, seconds: float) -> Seen:
        cpu = await asyncio.to_thread(target.cpu_seconds)
        self._ages.clear()
        began = time.monotonic()
        await asyncio.sleep(seconds)
        ages, lasted = self._ages[:], time.monotonic() - began
        cpu = await asyncio.to_thread(target.cpu_seconds) - cpu
        late = quantiles(ages, n=20)[-1] if len(ages) > 1 else float("inf")
        return Seen(len(ages) / lasted, median(ages or [float("inf")]), late, cpu / lasted)

    async def close(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _watch(self) -> None:
        async for frame in self.connection:
            age = self.connection.age(frame)
            if age:
                self._ages.append(age.seconds)


async def beside(names: list[str], seconds: float, turns: int) -> dict[str, tuple[Seen, Seen]]:
    """Of each attack, what was seen alone and beside it."""
    found: dict[str, tuple[Seen, Seen]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for secure in (None, Path(folder)):
            of_kind = [name for name in names if (name in ON_TLS) is bool(secure)]
            if of_kind:
                found |= await _beside(Target(secure), of_kind, seconds, turns)
    return found


async def _beside(
    target: Target, names: list[str], seconds: float, turns: int
) -> dict[str, tuple[Seen, Seen]]:
    found: dict[str, tuple[Seen, Seen]] = {}
    healthy = Healthy(target)
    try:
        await asyncio.sleep(2)
        for name in names:
            looks: dict[str | None, list[Seen]] = {None: [], name: []}
            for who in (None, name) * turns:
                async with attacked(who, target.port, seconds + 5):
                    looks[who].append(await healthy.look(target, seconds))
            alone, hurt = (Seen(*map(median, zip(*seen, strict=True))) for seen in looks.values())
            found[name] = alone, hurt
            print(
                f"{name:45} {alone.rate:5.1f} {hurt.rate:5.1f} /s   "
                f"{1000 * alone.median_age:5.1f} {1000 * hurt.median_age:6.1f}   "
                f"{1000 * alone.late_age:5.1f} {1000 * hurt.late_age:6.1f} ms   "
                f"{100 * alone.cpu:4.1f} {100 * hurt.cpu:5.1f} %",
                flush=True,
            )
    finally:
        await healthy.close()
        ended, errors = target.close()
    lines = errors.strip().splitlines()
    print(f"SIGTERM to the end: {ended:.2f} s; lines on standard error: {len(lines)}")
    assert ended < MOST_SECONDS
    assert "Traceback" not in errors, errors
    assert len(lines) < MOST_LINES, errors
    return found


if __name__ == "__main__":
    duration = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
    print(f"{'':45} alone beside   age p50: alone, beside; p95: alone, beside; CPU: alone, beside")
    asyncio.run(beside(sys.argv[2:] or list(ATTACKS), duration, 2))

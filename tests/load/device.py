"""A server to be put under load, in a process of its own: `python -m tests.load.device`.

Prints its port, then for each line on standard input a line of JSON about itself.
"""

import asyncio
import gc
import json
import logging
import os
import signal
import sys
import time
from asyncio import events
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ws_stream import Server
from ws_stream.limits import MAX_CONNECTIONS, MAX_VIEWERS
from ws_stream.server import peers

# All viewers of these tests come from one address.
vars(peers).update(
    MAX_ADDRESS_VIEWERS=MAX_VIEWERS,
    MAX_ADDRESS_CONNECTIONS=MAX_CONNECTIONS,
    ARRIVALS_A_SECOND=10_000,
    ARRIVALS_AT_ONCE=10_000,
)

_worst = (0.0, "")
_collected = 0.0
_logged: list[str] = []


def watch_callbacks() -> None:
    """Note the callback of the event loop that took the most CPU time: what others run on this machine counts not."""
    run: Callable[[events.Handle], Any] = events.Handle._run

    def timed(handle: events.Handle) -> None:
        global _worst, _collected  # noqa: PLW0603 - a process with one purpose
        before, _collected = time.thread_time(), 0.0
        run(handle)
        taken = time.thread_time() - before
        if taken > _worst[0]:
            _worst = taken, f"{_collected * 1000:.1f} ms of it collecting garbage; {handle!r:.300}"

    def watch_collector(phase: str, _: dict[str, int]) -> None:
        global _collected  # noqa: PLW0603 - as above
        _collected += time.thread_time() if phase == "stop" else -time.thread_time()

    gc.callbacks.append(watch_collector)

    setattr(events.Handle, "_run", timed)  # noqa: B010 - the one place every callback passes


class Memory(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        _logged.append(record.getMessage())


def report(server: Server) -> dict[str, object]:
    """What there is to know about this process now."""
    status = Path("/proc/self/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return {
        "resident_kb": int(resident.split()[1]),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "tasks": len(asyncio.all_tasks()),
        "viewers": sum(len(stream.audience.subscriptions) for stream in server.streams.values()),
        "variants": sum(len(stream.audience.shown) for stream in server.streams.values()),
        "cpu_seconds": time.process_time(),
        "worst_ms": round(_worst[0] * 1000, 2),
        "worst_callback": _worst[1],
        "logged": _logged,
    }


async def answer(server: Server, asked: asyncio.Queue[str]) -> None:
    while await asked.get():
        print(json.dumps(report(server)), flush=True)


async def main() -> None:
    logging.getLogger().addHandler(Memory())
    logging.getLogger().setLevel(logging.INFO)
    logging.getLogger("websockets").setLevel(logging.WARNING)
    server = Server(port=0)
    server.serve("test:", name="card", step=4, fps=30)
    asked, stop = asyncio.Queue[str](), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin.fileno(), lambda: asked.put_nowait(os.read(0, 1).decode()))
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    gc.collect()
    gc.freeze()  # as `ws-stream serve` does
    async with server:
        watch_callbacks()
        print(server.port, flush=True)
        answering = asyncio.create_task(answer(server, asked))
        await stop.wait()
        answering.cancel()


if __name__ == "__main__":
    asyncio.run(main())

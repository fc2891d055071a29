"""What a picture costs before a pixel is looked at: `python -m bench.wake`.

A process sends 16 kB 30 times a second to a peer that answers each with 40 bytes a millisecond later, as a viewer does:
by plain epoll, by asyncio and by uvloop, in turns. What it takes, no server in Python with such a loop can be below.
With `--idle` it sends and hears nothing: what is left is waking up.
"""

import argparse
import asyncio
import importlib
import select
import socket
import threading
import time
from statistics import median
from typing import cast

from .processes import EndedError, cpu_seconds, line, python

PER_SECOND = 30
MESSAGE, ANSWER = bytes(16_000), bytes(40)
WARM_UP = 1.0
"""Seconds that are not counted."""
LOOPS = ("epoll", "asyncio", "uvloop")


def answer(peer: socket.socket) -> None:
    """Read, and answer each whole message, until the sender is gone."""
    pending = 0
    while data := peer.recv(65536):
        pending += len(data)
        if pending >= len(MESSAGE):
            pending -= len(MESSAGE)
            time.sleep(0.001)
            peer.send(ANSWER)


def send_by_epoll(peer: socket.socket, message: bytes) -> None:
    """One system call to wait, one to send, one to hear."""
    peer.setblocking(False)
    waiting = select.epoll()
    waiting.register(peer, select.EPOLLIN)
    due = time.monotonic()
    while True:
        left = due - time.monotonic()
        if left <= 0:
            if message:
                peer.send(message)
            due += 1 / PER_SECOND
        elif waiting.poll(left):
            peer.recv(4096)


class Sender(asyncio.Protocol):
    """The same with a timer and a transport."""

    def __init__(self, message: bytes) -> None:
        self.message = message

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its class
        self.loop = asyncio.get_running_loop()
        self.due = self.loop.time()
        self.tick()

    def tick(self) -> None:
        """Send, and wait for the next time."""
        if self.message:
            self.transport.write(self.message)
        self.due += 1 / PER_SECOND
        self.loop.call_at(self.due, self.tick)


async def send_by_loop(peer: socket.socket, message: bytes) -> None:
    """Until the process is ended."""
    await asyncio.get_running_loop().connect_accepted_socket(lambda: Sender(message), peer)
    await asyncio.Event().wait()


def send(name: str, message: bytes) -> None:
    """Be the sender."""
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    peer, _ = listening.accept()
    if name == "epoll":
        send_by_epoll(peer, message)
    else:
        with asyncio.Runner(loop_factory=importlib.import_module(name).new_event_loop) as runner:
            runner.run(send_by_loop(peer, message))


def share(name: str, seconds: float, *, idle: bool) -> float:
    """Percent of a core that the sender takes."""
    with python("bench.wake", "--send", name, *["--idle"] * idle) as sender:
        peer = socket.create_connection(("127.0.0.1", int(line(sender))))
        threading.Thread(target=answer, args=(peer,), daemon=True).start()
        time.sleep(WARM_UP)
        before, began = cpu_seconds(sender.pid), time.monotonic()
        time.sleep(seconds)
        if sender.poll() is not None:
            raise EndedError(sender)
        return 100 * (cpu_seconds(sender.pid) - before) / (time.monotonic() - began)


def main() -> None:
    """Measure in turns and print the medians."""
    parser = argparse.ArgumentParser(prog="python -m bench.wake", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--idle", action="store_true", help="wake up and do nothing")
    parser.add_argument("--send", choices=LOOPS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.send:
        send(options.send, b"" if options.idle else MESSAGE)
        return
    turns = [
        [share(name, options.seconds, idle=options.idle) for name in LOOPS]
        for _ in range(options.rounds)
    ]
    for name, shares in zip(LOOPS, zip(*turns, strict=True), strict=True):
        each = 1e4 * median(shares) / PER_SECOND
        spread = f"({min(shares):.2f} - {max(shares):.2f})"
        print(f"{name:8} {median(shares):.2f} % of a core  {spread}  {each:.0f} us each time")


if __name__ == "__main__":
    main()

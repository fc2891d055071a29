"""The nodes of `bench.relays`: how each is started, killed and started again, and who sees nothing without it.

Knows nothing of viewers.
"""

import atexit
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from .processes import line, running
from .relays_device import STREAM
from .servers import free_port, wait_for

LISTENS_WITHIN = 30.0
"""Seconds, on a machine that is as busy as this one."""
SUBJECT = f"bench.{STREAM}"


class Node(NamedTuple):
    """A process that can be killed and started again."""

    name: str
    port: int | None
    """Where it listens; None for a publisher, which says a line."""
    command: tuple[str, ...]
    behind: frozenset[int]
    """The ports whose viewers see no picture while it is away."""
    is_watched: bool = True


class Restart(NamedTuple):
    """A node that was killed, and when it listened again."""

    node: Node
    killed: float
    listening: float


class Running:
    """The nodes' processes."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._stacks = {node: ExitStack() for node in nodes}
        self.processes = {node: self.start(node) for node in nodes}

    def start(self, node: Node) -> "subprocess.Popen[str]":
        """Until it listens."""
        process = self._stacks[node].enter_context(running(node.command))
        if node.port:
            wait_for(node.port, process, LISTENS_WITHIN)
        else:
            line(process)
        return process

    def restart(self, node: Node) -> Restart:
        """Kill it, and start it again."""
        killed = time.monotonic()
        self.processes[node].kill()
        self._stacks[node].close()
        self.processes[node] = self.start(node)
        return Restart(node, killed, time.monotonic())

    def close(self) -> None:
        """End all, the last first."""
        for stack in reversed(self._stacks.values()):
            stack.close()


def _python(module: str, *arguments: object) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *map(str, arguments))


def _device(port: int, fps: float, behind: Sequence[int], *, is_watched: bool) -> Node:
    command = _python("bench.relays_device", port, fps)
    return Node("device", port, command, frozenset(behind), is_watched)


def _serving(number: int, port: int, source: str, behind: Sequence[int]) -> Node:
    command = _python(
        "ws_stream", "serve", source, "--port", port, "--fps", 1000, "--max-viewers", 2000
    )
    return Node(f"relay {number}", port, command, frozenset(behind))


def _address(port: int) -> str:
    return f"ws://127.0.0.1:{port}/stream/{STREAM}"


def chain(relays: int, fps: float) -> list[Node]:
    """The device, and relays of which each has its pictures from the one before."""
    ports = [free_port() for _ in range(relays + 1)]
    return [
        _device(ports[0], fps, ports, is_watched=True),
        *(
            _serving(number, port, _address(before), ports[number:])
            for number, (before, port) in enumerate(pairwise(ports), start=1)
        ),
    ]


def star(relays: int, fps: float) -> list[Node]:
    """The device, and relays that all have their pictures from it."""
    device, *ports = (free_port() for _ in range(relays + 1))
    return [
        _device(device, fps, ports, is_watched=False),
        *(
            _serving(number, port, _address(device), [port])
            for number, port in enumerate(ports, start=1)
        ),
    ]


def over_nats(relays: int, fps: float) -> list[Node]:
    """The device, a NATS server, a publisher, and relays that have their pictures from there."""
    device, server, *ports = (free_port() for _ in range(relays + 2))
    program = Path(sys.executable).with_name("nats-server")
    config = Path(f"/dev/shm/ws-stream-bench-{server}.conf")
    config.write_text(f"host: 127.0.0.1\nport: {server}\nno_fast_producer_stall: true\n")
    atexit.register(config.unlink, missing_ok=True)
    url, all_of_them = f"nats://127.0.0.1:{server}", frozenset(ports)
    publish = _python("ws_stream", "publish", "--nats", url, "--subject", SUBJECT, _address(device))
    return [
        _device(device, fps, ports, is_watched=False),
        Node("NATS server", server, (str(program), "-c", str(config)), all_of_them, False),
        Node("publisher", None, publish, all_of_them, False),
        *(
            _serving(number, port, f"{url}/{SUBJECT}", [port])
            for number, port in enumerate(ports, start=1)
        ),
    ]


WAYS = {"star": star, "chain": chain, "nats": over_nats}
"""How relays stand to each other."""

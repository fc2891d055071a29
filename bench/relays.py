"""A device, relays and very many viewers on this machine, and what becomes of them: `python -m bench.relays`.

    python -m bench.relays --viewers 1000 --seconds 600 --kill-every 10  any of them is killed, and comes again
    python -m bench.relays --way nats --viewers 1000 --seconds 600 --kill-every 10
    python -m bench.relays --way chain --viewers 40                      ages, hop by hop
    python -m bench.relays --relays 10 --viewers 10                      what the device does for ten relays

Every picture is checked by some viewers, every base of a delta by all. Printed are pictures, faults, ages, the CPU time
of each process, and how soon after a node listened again all its viewers were fresh.
"""

import argparse
import json
import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median, quantiles
from typing import Any

from .processes import cpu_seconds, line, python
from .relays_nodes import WAYS, Node, Restart, Running

CROWD = 500
"""Viewers of one process."""
SAMPLE = 2
"""Of a port's viewers in each process, that decode all pictures."""
SETTLE = 5.0
"""Seconds until all have found what they look at, and after the last kill."""
WITHIN = 2.0
"""Seconds after which the viewers of a node that came again should be fresh."""


class Crowd:
    """Viewers of these ports, in so many processes as that takes."""

    def __init__(self, stack: ExitStack, viewers: int, ports: Sequence[int]) -> None:
        self._processes = [
            stack.enter_context(
                python("bench.relays_crowd", min(CROWD, viewers - first), SAMPLE, *ports)
            )
            for first in range(0, viewers, CROWD)
        ]

    def seen(self) -> dict[int, dict[str, Any]]:
        """By port, since this was asked for last."""
        for process in self._processes:
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()
        all_of_it: dict[int, dict[str, Any]] = {}
        for process in self._processes:
            for port, seen in json.loads(line(process)).items():
                there = all_of_it.setdefault(int(port), {name: type(seen[name])() for name in seen})
                for name, value in seen.items():
                    there[name] += value
        return all_of_it


def main() -> None:
    """Read the options and do what they say."""
    parser = argparse.ArgumentParser(prog="python -m bench.relays", description=__doc__)
    parser.add_argument("--relays", type=int, default=3)
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--fps", type=float, default=5)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--way", choices=WAYS, default="star", help="how they stand to each other")
    parser.add_argument("--kill-every", type=float, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=1)
    measure(parser.parse_args())


def measure(options: argparse.Namespace) -> None:
    """Run it, and print what was seen."""
    chance = random.Random(options.seed)
    nodes = WAYS[options.way](options.relays, options.fps)
    with ExitStack() as stack:
        there = Running(nodes)
        stack.callback(there.close)
        ports = [node.port for node in nodes if node.is_watched and node.port]
        crowd = Crowd(stack, options.viewers, ports)
        time.sleep(SETTLE)
        crowd.seen()
        began, until = time.monotonic(), time.monotonic() + options.seconds
        before = {node: cpu_seconds(there.processes[node].pid) for node in nodes}
        restarts = []
        while options.kill_every and time.monotonic() < until - SETTLE:
            time.sleep(options.kill_every * chance.uniform(0.5, 1.5))
            restarts.append(there.restart(chance.choice(nodes)))
        time.sleep(max(0.0, until - time.monotonic()) + (SETTLE if restarts else 0))
        taken = time.monotonic() - began
        seen = crowd.seen()
        for node in nodes:
            cpu = (cpu_seconds(there.processes[node].pid) - before[node]) / taken
            report(node, seen.get(node.port or 0), taken, None if restarts else cpu)
    if restarts:
        recoveries(restarts, seen)


def report(node: Node, seen: dict[str, Any] | None, seconds: float, cpu: float | None) -> None:
    """A line for a node."""
    told = [f"{node.name}:"]
    if cpu is not None:
        told.append(f"{100 * cpu:.1f} % of a core,")
    if seen and len(seen["ages"]) > 1:
        ages = sorted(seen["ages"])
        told.append(
            f"{seen['messages'] / seconds:.0f} pictures/s, {8e-6 * seen['bytes'] / seconds:.1f} Mbit/s, "
            f"{seen['wrong']} wrong, age {1000 * median(ages):.1f} ms, p95 {1000 * quantiles(ages, n=20)[-1]:.1f} ms"
        )
    print(*told, flush=True)


def recoveries(restarts: Sequence[Restart], seen: dict[int, dict[str, Any]]) -> None:
    """How soon after each restart the viewers behind that node had pictures, by nodes."""
    took: dict[str, list[float]] = {}
    for restart in restarts:
        took.setdefault(restart.node.name, []).extend(
            end - restart.listening
            for port in restart.node.behind
            for begun, end in seen[port]["gaps"]
            if begun < restart.listening < end
        )
    for name, times in took.items():
        ends = sorted(times) or [0.0]
        late = sum(one > WITHIN for one in times)
        print(
            f"{name} killed: {len(times)} outages of viewers ended {median(ends):.2f} s after it listened again, "
            f"p95 {ends[int(0.95 * (len(ends) - 1))]:.2f} s, last {ends[-1]:.2f} s; "
            f"{late} after more than {WITHIN:g} s"
        )
    aways = sorted(restart.listening - restart.killed for restart in restarts)
    print(f"{len(restarts)} restarts; away for {median(aways):.2f} s, {aways[-1]:.2f} s at most")


if __name__ == "__main__":
    main()

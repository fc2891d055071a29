"""The deepest stack below functions of the C client, in bytes: `stack.py *.ci`, call graphs of gcc -fcallgraph-info=su.

What the C library's own functions take is not counted.
"""

import re
import sys
from pathlib import Path

NODE = re.compile(r'node: \{ title: "([^"]+)" label: "[^"]*?(\d+) bytes')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
ENTRIES = (
    "ws_stream_announce",
    "ws_stream_feed",
    "ws_stream_read",
    "ws_stream_next",
    "ws_stream_say_input",
)


def plain(title: str) -> str:
    """A function's name without the file that it is in."""
    return title.rpartition(":")[2]


def deepest(function: str, frames: dict[str, int], calls: dict[str, set[str]]) -> int:
    """Bytes from a function down. Nothing here calls itself, directly or not."""
    below = (deepest(called, frames, calls) for called in calls.get(function, ()))
    return frames.get(function, 0) + max(below, default=0)


def main(files: list[str]) -> None:
    """Print a line for each entry."""
    graph = "".join(Path(file).read_text() for file in files)
    frames = {plain(title): int(size) for title, size in NODE.findall(graph)}
    stages = {name for name in frames if name.startswith("on_")}
    calls: dict[str, set[str]] = {}
    for caller, called in EDGE.findall(graph):
        calls.setdefault(plain(caller), set()).update(
            stages if called == "__indirect_call" else {plain(called)}
        )
    for entry in ENTRIES:
        sys.stdout.write(f"{entry} {deepest(entry, frames, calls)}\n")


main(sys.argv[1:])

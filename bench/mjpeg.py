"""What readers of MJPEG cost a device: `python -m bench.mjpeg`.

One server shows a dashboard in mapped memory, and is seen by one and by ten viewers, and by one and by ten readers of
/mjpeg, in turns. Its CPU time is divided by the pictures that the first of them has had.
"""

import argparse
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from websockets.sync.client import connect
from websockets.typing import Subprotocol

from ws_stream.protocol.picture import SUBPROTOCOL
from ws_stream.server.stills import OPENING

from .processes import cpu_seconds, line, python
from .tls import CONTENTS, WARM_UP, writing

COUNTS = (1, 10)
KINDS = ("viewers", "readers of MJPEG")


class Seeing:
    """One of them, in a thread of its own."""

    def __init__(self, kind: str, port: int) -> None:
        self.pictures = self.bytes = 0
        self._stop = threading.Event()
        see = self._view if kind == KINDS[0] else self._read
        self._thread = threading.Thread(target=see, args=(port,))
        self._thread.start()

    def stop(self) -> None:
        """It sees no more."""
        self._stop.set()
        self._thread.join()

    def _view(self, port: int) -> None:
        with connect(
            f"ws://127.0.0.1:{port}/stream?acknowledge=0",
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,
            max_size=None,
            proxy=None,
            close_timeout=0.1,
        ) as viewer:
            while not self._stop.is_set():
                message = viewer.recv(10)
                self.pictures += isinstance(message, bytes)
                self.bytes += len(message)

    def _read(self, port: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as reader:
            reader.sendall(b"GET /mjpeg HTTP/1.1\r\nHost: localhost\r\n\r\n")
            rest = b""
            while not self._stop.is_set():
                data = reader.recv(1 << 20)
                self.bytes += len(data)
                data = rest + data
                self.pictures += data.count(OPENING)
                rest = data[-len(OPENING) + 1 :]


@contextmanager
def seen_by(kind: str, count: int, port: int) -> Iterator[Seeing]:
    """So many of them; the first."""
    all_of_them = [Seeing(kind, port) for _ in range(count)]
    try:
        yield all_of_them[0]
    finally:
        for each in all_of_them:
            each.stop()


def per_picture(kind: str, count: int, pid: int, port: int, seconds: float) -> tuple[float, ...]:
    """Of one turn: microseconds of CPU time for a picture, its bytes, and pictures a second."""
    with seen_by(kind, count, port) as first:
        time.sleep(WARM_UP)
        before = cpu_seconds(pid), first.pictures, first.bytes, time.monotonic()
        time.sleep(seconds)
        after = cpu_seconds(pid), first.pictures, first.bytes, time.monotonic()
    cpu, pictures, size, taken = (late - early for late, early in zip(after, before, strict=True))
    return cpu / pictures * 1e6, size / pictures, pictures / taken


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--content", choices=CONTENTS, default="card")
    options = parser.parse_args()
    rows = [(kind, count) for count in COUNTS for kind in KINDS]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm")))
        source = stack.enter_context(writing(options.content, folder / "ring"))
        process = stack.enter_context(python("ws_stream", "serve", source, "--port", 0))
        port = int(line(process).rpartition(":")[2].partition("/")[0])
        turns = [
            [per_picture(*row, process.pid, port, options.seconds) for row in rows]
            for _ in range(options.turns)
        ]
    print(
        "| seen by | us of CPU time for a picture | times that of as many viewers | bytes | pictures/s |"
    )
    print("|---|---|---|---|---|")
    for index, (kind, count) in enumerate(rows):
        cost, size, rate = (
            median(column) for column in zip(*(t[index] for t in turns), strict=True)
        )
        ratio = median(turn[index][0] / turn[index - index % 2][0] for turn in turns)
        print(f"| {count} {kind} | {cost:.0f} | {ratio:.1f} | {size:.0f} | {rate:.1f} |")


if __name__ == "__main__":
    main()

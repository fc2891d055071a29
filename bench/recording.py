"""What recordings cost: `python -m bench.recording`.

Of each recorded screen, played for ten minutes: how large the file is beside what travels, and how long it takes to
reach a picture. Then what a device pays for being recorded, beside what it pays for an ordinary viewer.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np

from ws_stream.codec import encode
from ws_stream.pixels.formats import RGBX8888
from ws_stream.pixels.frame import Frame
from ws_stream.protocol import control, messages
from ws_stream.protocol.picture import parse, serialize
from ws_stream.recording import open_recording
from ws_stream.recording.files import Files, Names
from ws_stream.recording.recorder import Recorder

from .content import SCREENS, Pictures, load, recorded
from .measure import unwatched
from .processes import python
from .run import device
from .servers import SERVERS, Task

PER_SECOND = 30
WARM_UP = 1.5
"""Seconds that are not counted."""


def sent(pictures: Pictures, count: int) -> Iterator[tuple[bytes, Frame]]:
    """What a viewer is sent of so many pictures, repeated as often as that takes, and the picture of each message."""
    around = [*range(len(pictures)), 0]
    frames = [
        Frame(1, number, 0, RGBX8888, np.ascontiguousarray(pictures[at]))
        for number, at in enumerate(around, 1)
    ]
    deltas = [parse(encode(after, before)) for before, after in pairwise(frames)]
    yield encode(frames[0]), frames[0]
    base = 1
    for number in range(2, count + 1):
        at = (number - 2) % len(deltas)
        if deltas[at].segments:
            taken = number * 1_000_000 // PER_SECOND
            message = deltas[at]._replace(number=number, base=base, time=taken)
            yield serialize(message), Frame(1, number, taken, RGBX8888, frames[at + 1].pixels)
            base = number


def write(pictures: Pictures, seconds: int, path: Path) -> int:
    """Record them; the bytes that travelled."""
    height, width = pictures.shape[1:3]
    recorder = Recorder(Files(Names(path)))
    told = messages.Announcement(
        "a", 1, RGBX8888, width, height, (width, height), 1, None, False, 0, PER_SECOND, False
    )
    recorder.take(control.serialize(told), None, 0)
    for message, frame in sent(pictures, seconds * PER_SECOND):
        recorder.take(message, frame, frame.time)
    recorder.close(seconds * 1_000_000)
    return recorder.received


def seek(path: Path, count: int) -> tuple[float, list[float]]:
    """Milliseconds of CPU time to open a recording, and to reach so many pictures of it."""
    began = time.process_time()
    recording = open_recording(path)
    opened = 1e3 * (time.process_time() - began)
    taken = []
    for number in np.random.default_rng(1).integers(0, len(recording), count):
        began = time.process_time()
        next(recording.seek(number=int(number)))
        taken.append(1e3 * (time.process_time() - began))
    recording.close()
    return opened, taken


def device_cost(content: str, cache: Path, command: tuple[str, ...], seconds: float) -> float:
    """Percent of a core that a server takes while such a client receives its stream."""
    recording, how = recorded(cache, content)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        task = Task(content, Path(folder, "ring"), 1, how["per_second"])
        with (
            device(task.ring, recording, how, with_flat=False),
            SERVERS["ws-stream"].start(task) as target,
            python("ws_stream", *(word.format(url=target.url, folder=folder) for word in command)),
        ):
            time.sleep(WARM_UP)
            return unwatched(target, seconds).cpu


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.recording", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="of each recording")
    parser.add_argument("--seeks", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/ws-stream-bench"))
    options = parser.parse_args()
    cache = options.cache.expanduser()
    print(
        "content       pictures  whole  MB sent    file    open    cut     seek p50     p95     max  (ms)"
    )
    for content in SCREENS:
        pictures = load(recorded(cache, content)[0])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "a.wss")
            sent = write(pictures, options.seconds, path)
            opened, taken = seek(path, options.seeks)
            with open_recording(path) as recording:
                count, places = len(recording), recording.places
            larger = 100 * (path.stat().st_size / sent - 1)
            os.truncate(path, path.stat().st_size - 1)
            without_end, _ = seek(path, 0)
            p50, p95, most = np.percentile(taken, (50, 95, 100))
            print(
                f"{content:12}  {count:8}  {places:5}  {sent / 1e6:7.1f}  {larger:+5.1f} %"
                f"  {opened:5.1f}  {without_end:5.0f}  {p50:11.1f}  {p95:6.1f}  {most:6.1f}",
                flush=True,
            )
    print("\ndevice, % of a core    a viewer    recording")
    clients = (("watch", "{url}"), ("record", "{url}", "{folder}/a.wss"))
    for content in ("dashboard", "desktop"):
        turns = [
            [device_cost(content, cache, client, 4) for client in clients]
            for _ in range(options.rounds)
        ]
        viewer, record = (median(cpu) for cpu in zip(*turns, strict=True))
        print(f"{content:20}  {viewer:9.2f}    {record:9.2f}", flush=True)


if __name__ == "__main__":
    main()

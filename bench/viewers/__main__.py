"""`python -m bench.viewers KIND URL RING RECORDING STEP WARM_UP SECONDS`: watch, and say what came.

Some time after the first picture says `counting`, after the seconds `counted`, then a line of JSON with
`received.Figures`.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from . import multipart, rfb, websocket
from .received import Figures, Received, Truth

FIRST_WITHIN = 10.0
"""Seconds until a picture must have come."""


class Kind(NamedTuple):
    """How a stream is read, and how what was noted becomes figures."""

    follow: Callable[[str, Received], None]
    figures: Callable[[Received], Figures]


KINDS = {
    "ws-stream": Kind(websocket.follow_ws_stream, websocket.figures),
    "whole": Kind(websocket.follow_whole, websocket.figures),
    "multipart": Kind(multipart.follow, multipart.figures),
    "tight": Kind(rfb.follow(rfb.TIGHT), rfb.figures),
    "zrle": Kind(rfb.follow(rfb.ZRLE), Received.uncompared),
}


def main() -> None:
    """Watch. A viewer that gets nothing in the warm-up says so and fails."""
    parser = argparse.ArgumentParser(prog="python -m bench.viewers", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("url")
    parser.add_argument("ring", type=Path)
    parser.add_argument("recording", type=Path)
    parser.add_argument("step", type=int)
    parser.add_argument("warm_up", type=float)
    parser.add_argument("seconds", type=float)
    options = parser.parse_args()
    kind = KINDS[options.kind]
    received = Received(Truth(options.ring, options.recording, options.step))
    threading.Thread(target=kind.follow, args=(options.url, received), daemon=True).start()
    until = time.monotonic() + FIRST_WITHIN
    while not received.pictures and time.monotonic() < until:
        time.sleep(0.01)
    if not received.pictures:
        sys.exit(f"no picture from {options.url} within {FIRST_WITHIN:g} s")
    time.sleep(options.warm_up)
    print("counting", flush=True)
    pictures, size = received.count(options.seconds)
    print("counted", flush=True)
    found = kind.figures(received)._replace(pictures=pictures, bytes=size)
    print(json.dumps(found._asdict()), flush=True)


if __name__ == "__main__":
    main()

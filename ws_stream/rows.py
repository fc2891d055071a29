"""The one pass over a picture's pixels: takes the rows that are asked for and says which differ from those before.

Knows nothing of renditions or of where the picture came from. Two twins do the same: a compiled one, where there was a
compiler when the package was installed, and a plain one in numpy.
"""

import numpy as np
from numpy.typing import NDArray

from .codec import runs
from .pixels import PixelFormat, Pixels, differing_rows, from_rgb, to_rgb

COMPILED = True
"""Whether there is the compiled twin."""
try:
    from ._kernel import take as take_compiled
except ImportError:  # installed where there was no compiler
    COMPILED = False

Rows = NDArray[np.bool_]
"""Of each row of a picture yes or no: shape (height,)."""
Formats = tuple[PixelFormat, PixelFormat]

_PADDING = 0xFF000000


def take(
    view: Pixels,
    formats: Formats,
    before: Pixels,
    target: Pixels,
    stale: Rows,
    asked: Rows | None = None,
    tolerance: int = 0,
) -> tuple[Rows, int]:
    """Make `target` the picture that `view` shows; which of its rows differ from `before`, and how many.

    `formats` are that of the view and that of the two others, which may be a `pixels.reduced` one. `view` has any
    strides, and is only read: each pixel once, in the widest load there is, as on uncached device memory every load is
    a bus access. `before` and `target` are of the same shape, C-contiguous and not the same memory. Rows that are not
    `asked` for are taken to be those before. `stale` are those of which the target does not hold the one before.
    Padding bytes become 255, so that their content never looks like a change. With a tolerance, a pixel none of whose
    channels is farther than that from the one before stays as it was.
    """
    shown, made = formats
    together = view.strides[2:] in ((), (1,))
    if not (COMPILED and together) or (shown is not made and shown.fields):
        return take_plain(view, formats, before, target, stale, asked, tolerance)
    changed = np.empty(len(stale), np.bool_)
    padding = _PADDING if made.padded else 0
    packing = b"" if shown is made else _packing(shown, made)
    limits = _limits(made, tolerance) if tolerance else b""
    count = take_compiled(
        view, before, target, stale, asked, changed, padding, tolerance, packing, limits
    )
    return changed, count


def take_plain(
    view: Pixels,
    formats: Formats,
    before: Pixels,
    target: Pixels,
    stale: Rows,
    asked: Rows | None = None,
    tolerance: int = 0,
) -> tuple[Rows, int]:
    """The same as `take` in numpy alone."""
    asked = np.ones_like(stale) if asked is None else asked
    changed = np.zeros_like(stale)
    for first, end in runs(stale & ~asked, 0):
        target[first:end] = before[first:end]
    for first, end in runs(asked, 0):
        new, old = target[first:end], before[first:end]
        _copy(view[first:end], formats, new)
        if tolerance:
            _keep_near(new, old, formats[1], tolerance)
        changed[first:end] = differing_rows(new, old)
    return changed, int(changed.sum())


def _copy(view: Pixels, formats: Formats, target: Pixels) -> None:
    shown, made = formats
    if shown is not made:
        np.copyto(target, from_rgb(to_rgb(view, shown), made))
        return
    if not made.padded or view.strides[2] != 1:
        np.copyto(target, view)
        view = target
    if made.padded:
        words = target.view("<u4")[..., 0]
        np.bitwise_or(view.view("<u4")[..., 0], np.uint32(_PADDING), out=words)


def _keep_near(new: Pixels, old: Pixels, pixel_format: PixelFormat, tolerance: int) -> None:
    """Put the old pixel in the place of each new one that is near to it."""
    limits = _limits(pixel_format, tolerance)
    if limits:
        distances = (
            (np.abs((new >> shift & mask).astype(int) - (old >> shift & mask)), limit)
            for shift, mask, limit in zip(*[iter(limits)] * 3, strict=True)
        )
        near = np.logical_and.reduce([distance <= limit for distance, limit in distances])
        new[near] = old[near]
        return
    near = np.maximum(new, old) - np.minimum(new, old) <= tolerance
    if new.ndim > 2:  # noqa: PLR2004 - height, width, components
        near = near.all(axis=2)
    new[near] = old[near]


def _limits(pixel_format: PixelFormat, tolerance: int) -> bytes:
    """Of each channel in a word its lowest bit, its mask and how far it may be off; none for channels of a byte each.

    One step of a channel of n bits is shown as at most ceil(255 / (2^n - 1)) steps of eight bits.
    """
    fields = ((lowest, (1 << bits) - 1) for lowest, bits in pixel_format.fields)
    return b"".join(bytes((lowest, mask, tolerance // -(-255 // mask))) for lowest, mask in fields)


def _packing(shown: PixelFormat, made: PixelFormat) -> bytes:
    """Of each channel of bytes the one it is, how far it is shifted down, and how far up, to make a word."""
    channels = zip(shown.rgb, made.fields, strict=True)
    return b"".join(bytes((byte, 8 - bits, lowest)) for byte, (lowest, bits) in channels)

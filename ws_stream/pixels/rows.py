"""What goes over all pixels of a picture: taking its rows, comparing them, leaving out their padding.

Knows nothing of renditions or of where the picture came from. Each exists twice, and the twins do the same: a compiled
one, where there was a compiler when the package was installed, and a plain one in numpy.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .formats import PixelFormat, Pixels, from_rgb, rows_as_words, to_rgb

COMPILED = True
"""Whether there are the compiled twins."""
try:
    from ._kernel import compare as compare_compiled
    from ._kernel import take as take_compiled
    from ._kernel import unpad as unpad_compiled
except ImportError:  # installed where there was no compiler
    COMPILED = False

Rows = NDArray[np.bool_]
"""Of each row of a picture yes or no: shape (height,)."""
Formats = tuple[PixelFormat, PixelFormat]

Memory = NDArray[np.uint8]
"""Rows as they lie in memory: shape (rows, bytes in a row)."""

_OPAQUE = 255
_PADDING = _OPAQUE << 24


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

    `formats` are that of the view and that of the two others, which may be a `formats.reduced` one. `view` has any
    strides, and is only read: in the widest loads there are, as on uncached device memory every load is a bus access,
    and each pixel once, but those of changed rows whose pixels lie side by side, which are compared first. `before` and
    `target` are of the same shape, C-contiguous and not the same memory; `before` was made so itself. Rows that are not
    `asked` for are taken to be those before. `stale` are those of which the target does not hold the one before.
    Padding bytes become 255, so that their content never looks like a change. With a tolerance, a pixel none of whose
    channels is farther than that from the one before stays as it was.
    """
    how = _compiled_for(formats, tolerance)
    if not (COMPILED and how) or view.strides[2:] not in ((), (1,)):
        return take_plain(view, formats, before, target, stale, asked, tolerance)
    changed = np.empty(len(stale), np.bool_)
    return changed, take_compiled(view, before, target, stale, asked, changed, *how)


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
        changed[first:end] = _differing_rows(new, old)
    return changed, int(changed.sum())


def differing_rows(one: Pixels, other: Pixels) -> Rows:
    """Which rows differ between two C-contiguous pictures of one shape and dtype."""
    if not COMPILED:
        return _differing_rows(one, other)
    differing = np.empty(len(one), np.bool_)
    compare_compiled(one, other, differing)
    return differing


def runs(changed: Rows, gap: int) -> list[tuple[int, int]]:
    """The runs (first, end) of true values; two with less than `gap` values between them are one."""
    found = []
    flags, quiet = changed.tobytes(), bytes(gap or 1)
    first = flags.find(1)
    while first >= 0:
        end = flags.find(quiet, first)
        if end < 0:
            end = len(flags.rstrip(b"\0"))
        found.append((first, end))
        first = flags.find(1, end)
    return found


def unpadded(rows: Memory, base: Memory | None) -> Memory | None:
    """The three bytes of colour of each pixel, XORed with the base's if there is one: uint8 (rows, 3 * pixels).

    `rows` and `base` are C-contiguous and of one shape, pixels of four bytes. None if any of their fourth bytes is
    not 255.
    """
    colours = np.empty((len(rows), rows.shape[1] // 4 * 3), np.uint8)
    if COMPILED:
        return colours if unpad_compiled(rows, base, colours) else None
    if any((part[:, 3::4] != _OPAQUE).any() for part in (rows, base) if part is not None):
        return None
    content = rows if base is None else rows ^ base
    for channel in range(3):
        colours[:, channel::3] = content[:, channel::4]
    return colours


def _differing_rows(one: Pixels, other: Pixels) -> Rows:
    differing: Rows = (rows_as_words(one) != rows_as_words(other)).any(axis=1)
    return differing


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


@lru_cache
def _compiled_for(formats: Formats, tolerance: int) -> tuple[int, int, bytes, bytes] | None:
    """What the compiled twin has to know of them; None for what it cannot do."""
    shown, made = formats
    if shown is not made and shown.fields:
        return None
    packing = b"" if shown is made else _packing(shown, made)
    limits = _limits(made, tolerance) if tolerance else b""
    return _PADDING if made.padded else 0, tolerance, packing, limits


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

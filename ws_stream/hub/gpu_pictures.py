"""A picture in a GPU's memory, shown to an audience: of each rendition that has its turn, what it keeps comes over.

Knows nothing of sockets or of how a picture is brought. Whatever nobody is to be shown stays where it is.
"""

from collections.abc import Iterable

from ..pixels.damage import kept_rows
from ..pixels.gpu import GpuPicture
from ..pixels.kept import Sized
from ..pixels.rendition import Crop, Rendition
from .audience import Audience

Spans = Iterable[tuple[int, int]]
"""Rows (first, how many) of the picture outside of which nothing has changed."""


def update(audience: Audience, picture: GpuPicture, spans: Spans | None, now: float) -> bool:
    """As the walk's: whether that made another picture of any rendition. Where the GPU fails, nothing was changed."""
    walk, source = audience.walk, audience.source
    turns = walk.turns(now)
    if not turns or source is None:
        return False
    if source.format.raw:  # its groups of pixels are the walk's affair
        return walk.update(picture.whole(), None, now)
    renditions = {shown.variant_id: shown.rendition for shown in audience.shown.values()}
    brought = []
    for variant_id, lacks_all in turns:
        rendition = renditions[variant_id]
        rows = None if lacks_all or spans is None else _around(spans, rendition, source)
        brought.append((variant_id, picture.bring(source.format, rendition, rows), rows))
    changed = False
    for variant_id, made, rows in brought:
        changed |= walk.update_made(variant_id, made, _as_spans(rows), now)
    return changed


def publish(
    audience: Audience,
    picture: GpuPicture,
    spans: Spans | None,
    said: tuple[int, bytes],
    now: float,
) -> tuple[float, bool]:
    """As the walk's: when it is due again, and whether a socket was handed over."""
    walk = audience.walk
    update(audience, picture, spans, now)
    walk.commit(*said)
    return min(walk.flush(now), walk.next_turn()), walk.has_handed_over()


def _around(spans: Spans, rendition: Rendition, source: Sized) -> tuple[int, int]:
    """The rows (first, end) of a rendition from the first to the last that may have changed: one way over is enough."""
    crop = rendition.crop or Crop(0, 0, source.width, source.height)
    kept = [kept_rows(span, crop, rendition.step) for span in spans]
    touched = [(first, end) for first, end in kept if end > first]
    if not touched:
        return 0, 0
    return min(first for first, _ in touched), max(end for _, end in touched)


def _as_spans(rows: tuple[int, int] | None) -> list[tuple[int, int]] | None:
    return None if rows is None else [(rows[0], rows[1] - rows[0])]

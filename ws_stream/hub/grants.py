"""What a viewer is granted of what it requests: as much as the picture, the device's owner and its own decoder allow.

Pure. Knows nothing of who watches.
"""

from collections.abc import Collection
from typing import NamedTuple

from ..pixels.formats import DEPTHS, PixelFormat, reduced
from ..pixels.rendition import Rendition, clamp
from ..protocol.offer import Encoding
from ..protocol.request import Request


class Source(NamedTuple):
    """What the device's pictures are."""

    format: PixelFormat
    width: int
    height: int


class Grant(NamedTuple):
    """What is sent to a viewer. Those with equal ones share all work."""

    rendition: Rendition
    encoding: Encoding = Encoding()


def grant(request: Request, default: Rendition, source: Source) -> Grant | None:
    """What the viewer may have; None if it can decode nothing that could be made of such pictures."""
    requested = request.rendition(default)
    most = min(requested.depth, default.depth)
    for depth in (depth for depth in DEPTHS if depth <= most):
        kept = reduced(source.format, depth)
        if kept not in request.offer.formats:
            continue

        def is_size(width: int, height: int, kept: PixelFormat = kept) -> bool:
            return is_shown(request, kept, width, height)

        sides = source.width, source.height
        rendition = clamp(requested._replace(depth=depth), default, *sides, is_size)
        if rendition:
            return Grant(rendition, request.offer.encoding)
    return None


def is_shown(request: Request, kept: PixelFormat, width: int, height: int) -> bool:
    """Whether the viewer can decode and show pictures of this format and size."""
    most = request.fit or (width, height)
    return width <= most[0] and height <= most[1] and request.offer.takes(kept, width, height)


def nearest(
    wanted: Grant, request: Request, source: Source | None, existing: Collection[Grant]
) -> Grant | None:
    """The one of those that exist that is most like what was wanted, and that the viewer can decode.

    Before the pictures are known, any will do: each is granted anew then.
    """
    decoded = [one for one in existing if not source or _is_decoded(one, request, source)]
    return min(decoded, key=lambda one: _distance(one.rendition, wanted.rendition), default=None)


def unsuited(source: Source | None) -> str:
    """Why a viewer gets nothing, in one sentence."""
    pictures = f"{source.width}x{source.height} {source.format}" if source else "not known yet"
    return f"nothing that this viewer can decode can be made of the pictures, which are {pictures}"


def _is_decoded(one: Grant, request: Request, source: Source) -> bool:
    sent, known = one.encoding, request.offer.encoding
    is_known = sent.lz4 <= known.lz4 and sent.copy <= known.copy
    size = one.rendition.size(source.width, source.height)
    kept = reduced(source.format, one.rendition.depth)
    return is_known and sent.max_segment <= known.max_segment and is_shown(request, kept, *size)


def _distance(one: Rendition, other: Rendition) -> tuple[bool, int, bool]:
    """Another part of the picture is farther than another step, that farther than another way to average."""
    return one.crop != other.crop, abs(one.step - other.step), one.average != other.average

"""What a viewer is granted of what it requests: as much as the picture, the device's owner and its own decoder allow.

Pure. Knows nothing of who watches.
"""

from collections.abc import Collection
from itertools import product
from typing import NamedTuple

from ..pixels.formats import DEPTHS
from ..pixels.kept import Sized, clamp, kept
from ..pixels.rendition import Rendition
from ..protocol.messages import Announcement
from ..protocol.offer import Encoding
from ..protocol.request import Request


class Grant(NamedTuple):
    """What is sent to a viewer. Those with equal ones share all work."""

    rendition: Rendition
    encoding: Encoding = Encoding()


def grant(request: Request, default: Rendition, source: Sized) -> Grant | None:
    """What the viewer may have; None if it can decode nothing that could be made of such pictures."""
    requested = request.rendition(default)
    most = min(requested.depth, default.depth)
    depths = [depth for depth in DEPTHS if depth <= most]
    is_raw = source.format.raw is not None
    is_offered = source.format.code in {known.code for known in request.offer.formats}
    plains = (False, True) if is_raw and is_offered else (is_raw,)
    for depth, plain in product(depths, plains):
        wanted = requested._replace(depth=depth, plain=plain)
        rendition = clamp(wanted, default, source, lambda made: is_shown(request, made))
        if rendition:
            return Grant(rendition, request.offer.encoding)
    return None


def is_shown(request: Request, made: Sized) -> bool:
    """Whether the viewer can decode and show such pictures."""
    most = request.fit or (made.width, made.height)
    return made.width <= most[0] and made.height <= most[1] and request.offer.takes(*made)


def nearest(
    wanted: Grant, request: Request, source: Sized | None, existing: Collection[Grant]
) -> Grant | None:
    """The one of those that exist that is most like what was wanted, and that the viewer can decode.

    Before the pictures are known, any will do: each is granted anew then.
    """
    decoded = [one for one in existing if not source or _is_decoded(one, request, source)]
    return min(decoded, key=lambda one: _distance(one.rendition, wanted.rendition), default=None)


def announcement(
    rendition: Rendition, source: Sized, stream: tuple[str, int, float, bool]
) -> Announcement:
    """What viewers of this rendition are told; of the stream its name, epoch, rate, and whether it hears input."""
    name, epoch, fps, hears_input = stream
    made, size = kept(rendition, *source), (source.width, source.height)
    return Announcement(
        *(name, epoch, *made, size, rendition.step, rendition.crop, rendition.average),
        *(rendition.tolerance, fps, hears_input, made.format.palette or None),
    )


def unsuited(source: Sized | None) -> str:
    """Why a viewer gets nothing, in one sentence."""
    pictures = f"{source.width}x{source.height} {source.format}" if source else "not known yet"
    return f"nothing that this viewer can decode can be made of the pictures, which are {pictures}"


def _is_decoded(one: Grant, request: Request, source: Sized) -> bool:
    sent, known = one.encoding, request.offer.encoding
    is_known = sent.lz4 <= known.lz4 and sent.copy <= known.copy
    made = kept(one.rendition, *source)
    return is_known and sent.max_segment <= known.max_segment and is_shown(request, made)


def _distance(one: Rendition, other: Rendition) -> tuple[bool, int, bool]:
    """Another part of the picture is farther than another step, that farther than another way to average."""
    return one.crop != other.crop, abs(one.step - other.step), one.average != other.average

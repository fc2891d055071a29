"""What a viewer can decode, as it offers when it connects: a server sends it nothing else.

Knows nothing of streams or sockets. docs/protocol.md is the authority.
"""

from collections.abc import Callable, Mapping
from math import prod
from typing import NamedTuple

from ..limits import MAX_PICTURE_BYTES, MAX_SIDE
from ..pixels.formats import FORMATS, PixelFormat
from ..pixels.raw import BY_CODE, BY_NAME, RAW_FORMATS
from .options import whole_number
from .picture import Kind, content_lengths, max_message_length

UNBOUNDED = 2**32
"""Bytes: more than any message has."""
LEAST_PICTURE, LEAST_MESSAGE, LEAST_SEGMENT = 1024, 8192, 1024
"""Bytes that every viewer takes at least: a picture of 32 x 32 pixels of one byte, with its marks and side data."""


ALL: Mapping[str, tuple[PixelFormat, ...]] = {"plain": FORMATS, "raw": RAW_FORMATS}
"""Names of several formats."""


class Encoding(NamedTuple):
    """How pictures are written down, for viewers that decode no more than this."""

    lz4: bool = True
    copy: bool = True
    max_segment: int = UNBOUNDED
    """Bytes of the longest content of a segment's rows."""


class Offer(NamedTuple):
    """What one viewer decodes. One that offers nothing decodes all plain formats and all kinds."""

    formats: frozenset[PixelFormat] = frozenset(FORMATS)
    kinds: frozenset[Kind] = frozenset(Kind)
    max_picture: int = MAX_PICTURE_BYTES
    max_message: int = UNBOUNDED
    max_segment: int = UNBOUNDED

    @property
    def encoding(self) -> Encoding:
        """How pictures are written down for this viewer."""
        return Encoding(Kind.LZ4 in self.kinds, Kind.COPY in self.kinds, self.max_segment)

    def takes(self, pixel_format: PixelFormat, width: int, height: int) -> bool:
        """Whether any picture of this format and size can be sent to this viewer."""
        return (
            pixel_format.code in {known.code for known in self.formats}
            and prod(grid := pixel_format.grid(width, height)) * pixel_format.cell
            <= self.max_picture
            and content_lengths(pixel_format, grid[0], 1)[1] <= self.max_segment
            and max_message_length(pixel_format, width, height) <= self.max_message
        )


EVERYTHING = Offer(frozenset(BY_CODE.values()))
"""What a viewer decodes that is written for all of this version."""


def fit(text: str) -> tuple[int, int]:
    """The size in "240x135". Raises ValueError."""
    width, height = (_side(side) for side in text.split("x"))
    return width, height


def _names(table: Mapping[str, object]) -> Callable[[str], frozenset[object]]:
    """Those of a list that are known: a later version's are of no use here."""
    return lambda text: frozenset(table[name] for name in text.split(",") if name in table)


def _formats(text: str) -> frozenset[object]:
    return frozenset(
        known for name in text.split(",") for known in ALL.get(name, [BY_NAME.get(name)]) if known
    )


def _kinds(text: str) -> frozenset[object]:
    kinds = _names({kind.name.lower(): kind for kind in Kind})(text)
    if Kind.MARKED not in kinds:
        raise ValueError(text)
    return kinds


_side = whole_number(1, MAX_SIDE)[0]

OFFERS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "formats": (_formats, f"names of pixel formats, such as {','.join(BY_NAME)}"),
    "kinds": (_kinds, f"marked and others of {','.join(kind.name.lower() for kind in Kind)}"),
    "max_picture": whole_number(LEAST_PICTURE, UNBOUNDED),
    "max_message": whole_number(LEAST_MESSAGE, UNBOUNDED),
    "max_segment": whole_number(LEAST_SEGMENT, UNBOUNDED),
}
"""How each member of an offer is read from a query, and what is right."""

"""What a program claims: the features of the protocol that it has, and how large its messages may be. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..errors import UsageError
from ..pixels.raw import BY_NAME
from ..protocol.picture import content_lengths

FORMATS = tuple(BY_NAME)
FEATURES = (
    *("marked", "lz4", "copy", *FORMATS, "checksum", "side-data", "rgb"),
    *("control", "long-texts", "session", "resync", "silence", "retry", "http"),
    *("requests", "input", "queries", "renditions", "pixels"),
)
LIMITS = ("max_picture", "max_message", "max_segment", "fit")


class Claims(NamedTuple):
    """What the program said of itself."""

    name: str
    features: frozenset[str]
    limits: Mapping[str, int]
    """Bytes; `fit` is `width` and `height` here."""

    def takes(self, pixel_format: str, width: int, height: int, message: int = 0) -> bool:
        """Whether this is within the program's limits."""
        known, most = BY_NAME[pixel_format], self.limits.get
        try:
            columns, rows = known.grid(width, height)
        except UsageError:  # to be refused
            return True
        bounds = (
            (most("max_picture"), columns * rows * known.cell),
            (most("max_message"), message),
            (most("max_segment"), content_lengths(known, columns, rows)[1]),
            (most("width"), width),
            (most("height"), height),
        )
        return all(bound is None or size <= bound for bound, size in bounds)


def parse_claims(words: Sequence[str]) -> Claims | None:
    """The answer to `conformance 1`; None if it is none."""
    if list(words[:2]) != ["conformance", "1"] or len(words) < 3:  # noqa: PLR2004 - and the name
        return None
    features, limits = set[str](), dict[str, int]()
    for word in words[3:]:
        name, equals, value = word.partition("=")
        names = ("width", "height") if name == "fit" else (name,)
        numbers = value.split("x")
        if word in FEATURES:
            features.add(word)
        elif equals and name in LIMITS and _are_numbers(numbers, len(names)):
            limits |= dict(zip(names, map(int, numbers), strict=True))
        else:
            return None
    return Claims(words[2], frozenset(features), limits)


def _are_numbers(words: Sequence[str], count: int) -> bool:
    return len(words) == count and all(word.isdecimal() for word in words)

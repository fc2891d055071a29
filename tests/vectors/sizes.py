"""What may be announced: a side is 1 to 16384 pixels, a picture has at most 64 MiB."""

from collections.abc import Iterator
from typing import Any

ALLOWED = (
    ("rgbx8888", 4096, 4096),
    ("bgrx8888", 16384, 1024),
    ("rgb888", 16384, 1365),
    ("rgb565", 2048, 16384),
    ("gray8", 16384, 4096),
    ("gray8", 1, 1),
    ("gray8", 16384, 1),
    ("gray8", 1, 16384),
)
REFUSED = (
    ("rgbx8888", 4096, 4097),
    ("rgbx8888", 4097, 4096),
    ("bgrx8888", 16384, 1025),
    ("rgb888", 16384, 1366),
    ("bgr888", 5000, 4500),
    ("rgb565", 2049, 16384),
    ("rgb444", 16384, 2049),
    ("gray8", 16384, 4097),
    ("rgb332", 16384, 16384),
    ("gray8", 16385, 1),
    ("gray8", 1, 16385),
    ("gray8", 65535, 1),
    ("rgbx8888", 32768, 32768),
    ("rgbx8888", 65535, 65535),
    ("gray8", 0, 1),
    ("gray8", 1, 0),
    ("gray8", 0, 0),
)


def vectors() -> Iterator[dict[str, Any]]:
    """All of them."""
    for answer, sizes in (("ok", ALLOWED), ("refused", REFUSED)):
        for name, width, height in sizes:
            yield vector(name, width, height, answer == "ok")


def vector(name: str, width: int, height: int, is_right: bool) -> dict[str, Any]:
    """Whether pictures of this size may be announced."""
    return {
        "name": f"size/{name} {width}x{height}",
        "about": "Within the limits." if is_right else "Beyond a limit, or no such picture.",
        "needs": [name],
        "format": name,
        "width": width,
        "height": height,
        "answer": "ok" if is_right else "refused",
    }

"""The files of the page, as they are sent: packed once, and named by what they hold.

Knows nothing of requests but two of their headers.
"""

import gzip
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

_CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}
"""Of what is served; types, sources and descriptions of packages are for those who build."""
_GZIP = re.compile(
    r"(?:^|,)\s*gzip\s*(?:;\s*q=(?:0\.0*[1-9][0-9]*|1(?:\.0*)?)\s*)?(?:,|$)", re.IGNORECASE
)
"""In Accept-Encoding, unless its weight is 0."""


class Body(NamedTuple):
    """What is sent of a file, in one coding."""

    content: bytes
    tag: str
    """Its strong entity tag: the same bytes have the same one, also after a restart."""
    coding: str
    """"" where it is sent as it is."""

    def is_known(self, known: str) -> bool:
        """Whether a browser with this If-None-Match has it."""
        return self.tag in (tag.strip().removeprefix("W/") for tag in known.split(","))


class File(NamedTuple):
    """A file of the page."""

    content_type: str
    plain: Body
    packed: Body
    """The plain one where packing gains nothing."""

    def body(self, encodings: str) -> Body:
        """What is sent to a browser with this Accept-Encoding."""
        return self.packed if _GZIP.search(encodings) else self.plain


@cache
def files() -> dict[str, File]:
    """Every file of the page by its path; an editable install finds them beside the package."""
    inside, beside = (
        folder / "web" for folder in (Path(__file__).parents[1], Path(__file__).parents[2])
    )
    found = dict(read(inside if inside.is_dir() else beside))
    return {"/": found["/index.html"], **found}


def read(folder: Path) -> Iterator[tuple[str, File]]:
    """What of a folder, and of those in it, is served, by its path."""
    for path in sorted(folder.rglob("*")):
        content_type = _CONTENT_TYPES.get(path.suffix)
        if content_type and path.is_file():
            content = path.read_bytes()
            plain = _body(content, "")
            packed = _body(gzip.compress(content, mtime=0), "gzip")
            is_less = len(packed.content) < len(content)
            file = File(content_type, plain, packed if is_less else plain)
            yield f"/{path.relative_to(folder).as_posix()}", file


def _body(content: bytes, coding: str) -> Body:
    return Body(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"', coding)

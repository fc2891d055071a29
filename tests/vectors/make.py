"""Writes the files of vectors:  python -m tests.vectors.make

Knows nothing of ws_stream. A test says that the files are what this makes.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from . import (
    bounds,
    control,
    growth,
    invalid,
    invalid_blocks,
    invalid_payloads,
    queries,
    raw,
    renditions,
    sequences,
    shown,
    sizes,
    valid,
    valid_blocks,
)
from .vector import text, written

HERE = Path(__file__).parent


def _valid() -> Iterator[dict[str, Any]]:
    sources = valid.vectors(), valid_blocks.vectors(), bounds.valid(), growth.valid()
    return map(written, chain(*sources, raw.valid()))


def _invalid() -> Iterator[dict[str, Any]]:
    sources = invalid.vectors(), invalid_payloads.vectors(), invalid_blocks.vectors()
    more = bounds.invalid(), growth.invalid(), raw.invalid()
    return map(written, chain(*sources, *more))


def _ignored() -> Iterator[dict[str, Any]]:
    return map(written, growth.ignored())


def _sizes() -> Iterator[dict[str, Any]]:
    return chain(sizes.vectors(), (sizes.vector(*row) for row in raw.sizes()))


def _shown() -> Iterator[dict[str, Any]]:
    return chain(shown.vectors(), raw.shown())


def _control() -> Iterator[dict[str, Any]]:
    return chain(control.vectors(), (control.palette(*row) for row in raw.control()))


def _renditions() -> Iterator[dict[str, Any]]:
    return chain(renditions.vectors(), raw.renditions())


FILES: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
    "valid": _valid,
    "invalid": _invalid,
    "ignored": _ignored,
    "sizes": _sizes,
    "shown": _shown,
    "control": _control,
    "queries": queries.vectors,
    "renditions": _renditions,
    "sequences": sequences.vectors,
}


def files() -> dict[Path, str]:
    """Each file's path and text."""
    return {HERE / f"{name}.json": text(list(make())) for name, make in FILES.items()}


if __name__ == "__main__":
    for path, content in files().items():
        path.write_text(content)

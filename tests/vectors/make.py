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
    return map(written, chain(*sources))


def _invalid() -> Iterator[dict[str, Any]]:
    sources = invalid.vectors(), invalid_payloads.vectors(), invalid_blocks.vectors()
    return map(written, chain(*sources, bounds.invalid(), growth.invalid()))


def _ignored() -> Iterator[dict[str, Any]]:
    return map(written, growth.ignored())


FILES: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
    "valid": _valid,
    "invalid": _invalid,
    "ignored": _ignored,
    "sizes": sizes.vectors,
    "shown": shown.vectors,
    "control": control.vectors,
    "queries": queries.vectors,
    "renditions": renditions.vectors,
    "sequences": sequences.vectors,
}


def files() -> dict[Path, str]:
    """Each file's path and text."""
    return {HERE / f"{name}.json": text(list(make())) for name, make in FILES.items()}


if __name__ == "__main__":
    for path, content in files().items():
        path.write_text(content)

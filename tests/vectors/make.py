"""Writes valid.json and invalid.json:  python -m tests.vectors.make

Knows nothing of ws_stream. A test says that the files are what this makes.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from . import invalid, valid
from .layout import Held

HERE = Path(__file__).parent


def files() -> dict[Path, str]:
    """Each file's path and text."""
    return {
        HERE / "valid.json": _text(_valid(vector) for vector in valid.vectors()),
        HERE / "invalid.json": _text(_invalid(vector) for vector in invalid.vectors()),
    }


def _valid(vector: valid.Valid) -> dict[str, Any]:
    number = vector.base.number + 1 if vector.number is None else vector.number
    return {
        "name": vector.name,
        "about": vector.about,
        "base": _base(vector.base),
        "message": vector.message.hex(),
        "picture": {"number": number, "time": vector.time, "pixels": vector.pixels.hex()},
    }


def _invalid(vector: invalid.Invalid) -> dict[str, Any]:
    return {
        "name": vector.name,
        "about": vector.about,
        "base": _base(vector.base),
        "message": vector.message.hex(),
    }


def _base(base: Held) -> dict[str, Any]:
    return {**vars(base), "pixels": base.pixels.hex()}


def _text(vectors: Iterable[dict[str, Any]]) -> str:
    """A JSON array, one vector a line."""
    return "[\n" + ",\n".join(json.dumps(vector) for vector in vectors) + "\n]\n"


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text)

"""The files of vectors, read. Knows nothing of what is done with them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

Vector = dict[str, Any]


@cache
def vectors(name: str) -> list[Vector]:
    """Those of one file, such as "valid"; an editable install finds them among the tests."""
    package = Path(__file__).parents[1]
    inside, beside = package / "vectors", package.parent / "tests" / "vectors"
    folder = inside if inside.is_dir() else beside
    found: list[Vector] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return found


def expanded(text: str) -> bytes:
    """The bytes of hexadecimal in words, of which WORD*N is WORD N times."""
    words = (word.partition("*") for word in text.split())
    return b"".join(bytes.fromhex(word) * int(times or 1) for word, _, times in words)

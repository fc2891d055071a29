"""What a vector of a binary message is, and how it is written.

Knows nothing of what the messages are about.
"""

import json
import re
import struct
from typing import Any, NamedTuple

from .layout import TIME, Held


class Valid(NamedTuple):
    """The message makes this picture. Its number and time are the message's usual ones unless given."""

    name: str
    about: str
    base: Held
    message: bytes
    pixels: bytes
    number: int | None = None
    time: int = TIME
    ack: bool = True
    """Whether the picture is to be acknowledged."""
    side: object = None
    """Its side data; None for none."""
    needs: tuple[str, ...] = ()
    """What a client must claim besides the format and the kinds."""


class Invalid(NamedTuple):
    """The message is refused."""

    name: str
    about: str
    base: Held
    message: bytes
    needs: tuple[str, ...] = ()


class Ignored(NamedTuple):
    """The message changes nothing."""

    name: str
    about: str
    base: Held
    message: bytes
    needs: tuple[str, ...] = ()


def written(vector: Valid | Invalid | Ignored) -> dict[str, Any]:
    """A vector as it stands in its file."""
    base = {**vars(vector.base), "pixels": compact(vector.base.pixels)}
    plain = {
        "name": vector.name,
        "about": vector.about,
        "needs": needed(vector),
        "base": base,
        "message": compact(vector.message),
    }
    if isinstance(vector, Valid):
        number = vector.base.number + 1 if vector.number is None else vector.number
        picture: dict[str, Any] = {"number": number, "time": vector.time, "ack": vector.ack}
        picture |= {"side": vector.side, "pixels": compact(vector.pixels)}
        return {**plain, "picture": picture}
    return plain


def compact(data: bytes) -> str:
    """Hexadecimal in words; WORD*N is WORD N times."""
    words, end = [], 0
    for run in re.finditer(rb"(.{1,8}?)\1{23,}", data, re.DOTALL):
        words += [data[end : run.start()].hex()]
        words += [f"{run[1].hex()}*{len(run[0]) // len(run[1])}"]
        end = run.end()
    return " ".join(word for word in (*words, data[end:].hex()) if word)


def needed(vector: Valid | Invalid | Ignored) -> list[str]:
    """The features of a vector: the base's format, and the kinds that the message's table names."""
    kinds = {name for name, code in (("lz4", 1), ("copy", 2)) if code in _kinds(vector.message)}
    return ["marked", vector.base.format, *sorted(kinds), *vector.needs]


def _kinds(message: bytes) -> set[int]:
    if len(message) < 36:
        return set()
    (start,), (count,) = struct.unpack_from("<H", message), struct.unpack_from("<I", message, 32)
    ends = (start + 12 * (index + 1) for index in range(min(count, 16384)))
    tables = [end for end in ends if end <= len(message)]
    return {struct.unpack_from("<H", message, end - 8)[0] for end in tables}


def text(rows: list[dict[str, Any]]) -> str:
    """A JSON array, one vector a line."""
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"

"""The vectors of binary messages, as commands to a decoder. Pure."""

import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from ..pixels.raw import BY_NAME
from ..protocol.picture import Message, serialize
from .claims import Claims
from .turn import Case, Judge, Turn, equal_json, exactly, said
from .vectors import Vector, expanded, vectors


def cases(claims: Claims) -> Iterator[Case]:
    """Those that the program's limits let through."""
    for name, make in (("valid", _valid), ("invalid", _invalid), ("ignored", _ignored)):
        for vector in vectors(name):
            base, message = vector["base"], expanded(vector["message"])
            if claims.takes(base["format"], base["width"], base["height"], len(message)):
                picture = Turn(f"picture {said(message)}", make(vector, claims))
                after = _after(vector, name) if name != "valid" else []
                yield Case.of(vector, [*held(base), picture, *after])
    for vector in vectors("sizes"):
        size = vector["format"], vector["width"], vector["height"]
        if vector["answer"] == "refused" or claims.takes(*size):
            command = "announce 1 {} {} {}".format(*size)
            yield Case.of(vector, [Turn(command, exactly(vector["answer"]))])
    for vector in vectors("shown"):
        if claims.takes(vector["format"], vector["width"], vector["height"]):
            shown = exactly(f"rgb {said(expanded(vector['rgb']))}")
            base = {**vector, "epoch": 1, "number": 1}
            yield Case.of(vector, [*held(base), Turn("rgb", shown)])


def held(base: dict[str, Any]) -> list[Turn]:
    """The viewer then holds this picture."""
    size = base["width"], base["height"]
    announce = "announce {} {} {} {}".format(base["epoch"], base["format"], *size)
    hold = f"hold {base['number']} {said(expanded(base['pixels']))}"
    # What is over the limits is refused there already; the message is refused all the same.
    return [
        Turn(announce, lambda _: None),
        *([Turn(hold, lambda _: None)] if base["number"] else []),
    ]


def applied(picture: dict[str, Any], claims: Claims) -> Judge:
    """The answer for this picture."""
    crc = f"{zlib.crc32(expanded(picture['pixels'])):08x}"
    ack = "ack" if picture["ack"] else "no-ack"
    right = f"applied {picture['number']} {picture['time']} {crc} {ack}"
    side = picture["side"] if "side-data" in claims.features else None
    first, count = exactly(right), len(right.split())

    def judge(words: Sequence[str]) -> str | None:
        is_right = first(words) is None and len(words) > count
        return None if is_right and equal_json(words[count], side) else f"{right} {side or '-'}"

    return judge


def _valid(vector: Vector, claims: Claims) -> Judge:
    return applied(vector["picture"], claims)


def _invalid(_vector: Vector, _claims: Claims) -> Judge:
    return exactly("refused")


def _ignored(_vector: Vector, _claims: Claims) -> Judge:
    return exactly("ignored")


def _after(vector: Vector, name: str) -> list[Turn]:
    """A delta that says "as before" shows whether that is still held: it is not when a message was refused."""
    base = vector["base"]
    if not base["number"] or vector["name"].startswith("side/"):
        return []
    number, size = base["number"], (base["width"], base["height"])
    same = Message(
        BY_NAME[base["format"]], base["epoch"], number + 1, number, 1, *size, None, segments=()
    )
    crc = f"{zlib.crc32(expanded(base['pixels'])):08x}"
    right = "refused" if name == "invalid" else f"applied {number + 1} 1 {crc} ack -"
    return [Turn(f"picture {said(serialize(same))}", exactly(right))]

"""A turn of the line protocol: a command, and whether its answer is right. Pure."""

import json
from collections.abc import Callable, Sequence
from typing import NamedTuple, Self

from .vectors import Vector

Judge = Callable[[Sequence[str]], str | None]
"""Takes the words of an answer; returns what is expected, None if they are that."""


class Turn(NamedTuple):
    """One command and its answer."""

    command: str
    judge: Judge


class Case(NamedTuple):
    """One vector."""

    name: str
    needs: frozenset[str]
    """The features that a program claims to which it is put."""
    turns: Sequence[Turn]

    @classmethod
    def of(cls, vector: Vector, turns: Sequence[Turn]) -> Self:
        """A vector, as these turns."""
        return cls(vector["name"], frozenset(vector["needs"]), turns)


def said(data: bytes) -> str:
    """Bytes as a word of a line."""
    return data.hex() or "-"


def heard(word: str) -> bytes | None:
    """The bytes of a word; None for what is none."""
    try:
        return b"" if word == "-" else bytes.fromhex(word)
    except ValueError:
        return None


def exactly(expected: str) -> Judge:
    """These words, whatever follows them."""
    right = expected.split()
    return lambda words: None if list(words[: len(right)]) == right else expected


def holding(content: object) -> Judge:
    """`ok` and a JSON text of this; of an object, these members among others."""

    def judge(words: Sequence[str]) -> str | None:
        found = read_json(words[1]) if list(words[:1]) == ["ok"] and len(words) > 1 else None
        if isinstance(content, dict) and isinstance(found, dict):
            found = {name: found[name] for name in content if name in found}
        return None if _same(found, content) else f"ok and {json.dumps(content)}"

    return judge


def equal_json(word: str, content: object) -> bool:
    """Whether the word is a JSON text of just this; `-` stands for None."""
    return word == "-" if content is None else _same(read_json(word), content)


def read_json(word: str) -> object:
    """What the JSON text in a word says; None for what is none."""
    try:
        return json.loads(heard(word) or b"")
    except ValueError:
        return None


def _same(one: object, other: object) -> bool:
    """Equal as JSON: true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(_like(one, other), sort_keys=True)


def _like(one: object, other: object) -> object:
    """The other one, with numbers written as in the first where they are equal, and lists of names in its order."""
    if isinstance(one, bool) or isinstance(other, bool):
        return other
    if isinstance(one, int | float) and one == other:
        return one
    if isinstance(one, list) and isinstance(other, list):
        if all(isinstance(item, str) for item in (*one, *other)) and sorted(one) == sorted(other):
            return one
        return (
            [_like(*pair) for pair in zip(one, other, strict=True)]
            if len(one) == len(other)
            else other
        )
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: _like(one.get(name), value) for name, value in other.items()}
    return other

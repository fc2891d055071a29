"""A step of a sequence: a command, what is answered, and what a viewer sends.

Knows nothing of what happens.
"""

import json
from typing import Any

from .vector import compact

Step = dict[str, Any]


def step(
    command: str, argument: str | bytes = "", answer: str = "ok", sends: list[str] | None = None
) -> Step:
    """A step; bytes are written compactly, texts as they are."""
    said = compact(argument) if isinstance(argument, bytes) else argument
    return {"do": [command, said] if said else [command], "answer": answer, "sends": sends or []}


def control(message: dict[str, Any], *sends: str) -> Step:
    """The server says this, and it is valid."""
    return step("server", json.dumps(message), "ok", list(sends))

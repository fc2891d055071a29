"""The sequences, as commands to a viewer. Pure."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from ..errors import ProtocolError
from ..protocol.control import parse_from_viewer
from .claims import Claims
from .turn import Case, Turn, exactly, heard, said
from .vectors import expanded, vectors

SILENT_AT_MOST = 5000
"""Milliseconds after which a viewer that hears a report says something."""
_LENGTHS = {"applied": 6, "retry": 2}
"""Words of an answer before the messages that the viewer sends, where they are not one."""


def cases(_claims: Claims) -> Iterator[Case]:
    """All of them."""
    for vector in vectors("sequences"):
        story = Story()
        yield Case.of(vector, [story.turn(step) for step in vector["steps"]])


class Story:
    """What has happened so far to one viewer; its steps are judged in their order."""

    def __init__(self) -> None:
        self._now = self._said_at = 0
        self._epoch = self._shown = -1

    def turn(self, step: dict[str, Any]) -> Turn:
        """The command of a step, and how its answer is judged."""
        command, *arguments = step["do"]
        words = [command]
        for argument in arguments:
            is_bytes = command == "picture"
            data = expanded(argument) if is_bytes else argument.encode()
            words.append(said(data) if command in ("picture", "server") else argument)
        return Turn(" ".join(words), lambda answer: self._judge(step, answer))

    def _judge(self, step: dict[str, Any], words: Sequence[str]) -> str | None:
        command, *arguments = step["do"]
        if command == "begin":
            self._now = self._said_at = 0
        elif command == "time":
            self._now = int(arguments[0])
        elif command == "server" and '"epoch"' in arguments[0] and step["answer"] == "ok":
            self._epoch, self._shown = json.loads(arguments[0])["epoch"], -1
        wrong = _wrong_answer(step["answer"], words)
        if wrong:
            return wrong
        sent = [_message(word) for word in words[_LENGTHS.get(step["answer"].split()[0], 1) :]]
        return self._wrong_messages(step["sends"], sent)

    def _wrong_messages(self, expected: list[str], sent: list[Any]) -> str | None:
        """What should have been sent; None if that was."""
        if None in sent:
            return "messages that keep to their tables"
        silence = self._now - self._said_at
        if sent:
            self._said_at = self._now
        if "something" in expected:
            shown = [f"acknowledge {self._shown}"] if self._shown >= 0 else []
            is_right = sent or silence < SILENT_AT_MOST
            return None if is_right and set(self._named(sent)) <= set(shown) else "any message"
        for name in expected:
            if name.startswith("acknowledge"):
                self._shown = int(name.split()[1])
        if self._named(sent) == expected:
            return None
        return f"the messages {', '.join(expected)}" if expected else "no resync and no acknowledge"

    def _named(self, sent: list[Any]) -> list[str]:
        """What may not be sent at any time."""
        names = []
        for message in sent:
            if message["type"] == "acknowledge":
                number = message["number"]
                is_ours = message.get("epoch", self._epoch) == self._epoch
                names.append(f"acknowledge {number}" if is_ours else "acknowledge another epoch")
            elif message["type"] == "resync":
                names.append("resync")
        return names


def _wrong_answer(expected: str, words: Sequence[str]) -> str | None:
    if not expected.startswith("retry"):
        return exactly(expected)(words)
    _, least, most = expected.split()
    is_retry = list(words[:1]) == ["retry"] and len(words) > 1 and words[1].isdecimal()
    return None if is_retry and int(least) <= int(words[1]) <= int(most) else expected


def _message(word: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """A message of the viewer's; None if it breaks its table."""
    data = heard(word)
    try:
        parse_from_viewer(data or b"")
        return json.loads(data or b"")
    except (ProtocolError, ValueError):
        return None

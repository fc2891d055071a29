"""The programs of all languages say the same of whatever a fuzzer kept: `conformance` without expectations.

What one viewer shows and another refuses is a fault of one of them, though both keep their own laws.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.node import node
from ws_stream.conformance.pipe import Pipe
from ws_stream.conformance.turn import read_json, said
from ws_stream.errors import ProtocolError
from ws_stream.pixels.formats import FORMATS
from ws_stream.protocol import control, messages

from .laws.events import read
from .laws.session import is_played
from .targets import ROOT

PROGRAMS: Mapping[str, Sequence[str]] = {
    "Python": [sys.executable, "-m", "ws_stream.conformance"],
    "JavaScript": [node(), str(ROOT / "tests" / "web" / "conformance.js")],
    "C": [str(ROOT / "build" / "clients" / "c" / "conformance")],
    "C in parts": [str(ROOT / "build" / "clients" / "c" / "conformance"), "7"],
}
_BEGIN = ["begin", "connect"]
LONGEST = 2048
"""Bytes of a text that all of them take."""
_LEFT_OPEN = re.compile(r"\\u00|\\[bfnrt]|[\x7f-\x9f\ud800-\udfff]")
"""Control characters and half surrogates: a receiver may take, replace or refuse them."""
FREE = ("clock", "request")
"""Types of messages that a viewer may send whenever it likes."""


def disagreements(inputs: Iterable[bytes]) -> Iterator[str]:
    """What the programs answer differently, a sentence for each input."""
    stories = [story for data in inputs if len(story := list(_story(data))) > len(_BEGIN)]
    answers = {name: list(_answers(command, stories)) for name, command in PROGRAMS.items()}
    for index, story in enumerate(stories):
        told = {name: _told(answered[index]) for name, answered in answers.items()}
        if len({json.dumps(one, sort_keys=True) for one in told.values()}) > 1:
            yield f"{told}, of {story}"


def _story(data: bytes) -> Iterator[str]:
    """The commands that bring this, up to what is no text, or too large for some."""
    yield from _BEGIN
    for is_binary, message in read(data):
        if not is_binary and not _is_taken(message):
            return
        yield f"{'picture' if is_binary else 'server'} {said(message)}"


def _is_taken(text: bytes) -> bool:
    if len(text) > LONGEST:
        return False
    try:
        told = control.parse_from_server(text.decode())
        written = json.dumps(json.loads(text), ensure_ascii=False)
    except UnicodeDecodeError:
        return False
    except (ProtocolError, ValueError, RecursionError):
        return True
    if isinstance(told, messages.Announcement) and not (
        told.format in FORMATS and is_played(told)  # raw formats are not known to all
    ):
        return False
    return not _LEFT_OPEN.search(written)


def _answers(command: Sequence[str], stories: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    with Pipe(command) as pipe:
        answers = pipe.ask(stories)
        for story in stories:
            yield [next(answers) for _ in story]


def _told(answers: Sequence[str]) -> list[list[Any]]:
    """The words of each answer that must be the same, up to the end of the connection."""
    told = []
    for answer in answers:
        told.append(_words(answer))
        if answer.startswith("close"):
            break
    return told


def _words(answer: str) -> list[Any]:
    """Of side data only whether there are some: numbers are written in several ways."""
    first, *rest = answer.split()
    count = 5 if first == "applied" else 0
    sent = [message for message in map(read_json, rest[count:]) if isinstance(message, dict)]
    due = [message for message in sent if message["type"] not in FREE]
    told = [*rest[: count - 1], rest[count - 1] != "-"] if count else []
    return [first, *told, *sorted(due, key=lambda one: str(one["type"]))]


def corpora(folders: Iterable[Path]) -> list[bytes]:
    """Every input in these folders, each once."""
    return sorted({path.read_bytes() for folder in folders for path in folder.glob("*")})

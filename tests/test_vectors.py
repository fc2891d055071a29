"""The vectors of the protocol, run by the Python side, and what they are."""

import ast
import re
from collections.abc import Sequence
from inspect import getsourcefile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ws_stream.codec import decode
from ws_stream.conformance import pictures, stories, words
from ws_stream.conformance.claims import FEATURES, Claims
from ws_stream.conformance.program import CLAIMED, Program
from ws_stream.conformance.turn import Case
from ws_stream.conformance.vectors import expanded, vectors
from ws_stream.errors import ChecksumError, ProtocolError
from ws_stream.pixels.formats import FORMATS, PixelFormat
from ws_stream.pixels.frame import Frame
from ws_stream.pixels.raw import BY_NAME
from ws_stream.protocol.picture import Kind, parse

from .vectors import make

VECTORS = Path(__file__).parent / "vectors"
CLAIMS = Claims("ws-stream", frozenset(CLAIMED), {})
SOURCES = {"pictures": pictures.cases, "words": words.cases, "stories": stories.cases}
MAX_LINE = 1_000_000

SENTENCES = {
    "short": "shorter than its header",
    "header length": "a header length of|an extension",
    "flags": "hold a critical one",
    "critical": "the critical extension",
    "extension": "an extension",
    "number": "cannot be a delta against picture",
    "time": r"is not below 2\*\*53",
    "format": "is no pixel format's code",
    "checksum": "is not the one its checksum names",
    "side": "a side is 1 to 16384",
    "picture bytes": "is over the limit",
    "epoch": "a picture of epoch",
    "announced": "not the announced",
    "base": "a delta against picture",
    "segment count": "segments for|do not fit the message",
    "table": "do not fit the message",
    "rows": r"segment \d: \d+ rows from row",
    "kind": "is no kind",
    "copy": "segment 1: a copy after marks",
    "shift": r"segment 0: a shift by -?\d+ rows",
    "stored length": r"segment 0: \d+ bytes where \d+ to \d+ are due",
    "copy length": r"segment 0: \d bytes where 0 to 0 are due",
    "packed length": r"segment 0: \d+ bytes where 1 to \d+ are due",
    "payload": "its payload leaves the message",
    "end": "bytes where",
    "bits": r"bytes of bits for \d groups",
    "groups": r"bytes for the marks of \d groups",
    "empty": "a group without a marked pixel",
    "subset": "a colour of a pixel that is not marked",
    "width": "a marked pixel beyond the width",
    "top": "a pixel with none above it has no colour",
    "colours": "bytes of colours, not one for each pixel",
    "sides": "right would be a width divisible",
    "lz4": "the LZ4 block is broken|bytes of colours",
}
"""What the rule in an invalid vector's name is called by the error it raises."""


def frame(base: dict[str, Any]) -> Frame:
    pixel_format = BY_NAME[base["format"]]
    pixels = np.frombuffer(expanded(base["pixels"]), pixel_format.dtype)
    shaped = pixels.reshape(base["height"], base["width"], *pixel_format.components)
    return Frame(base["epoch"], base["number"], 0, pixel_format, shaped)


def refusal(vector: dict[str, Any]) -> ProtocolError:
    with pytest.raises(ProtocolError) as refused:
        decode(expanded(vector["message"]), frame(vector["base"]))
    return refused.value


def faults(cases: Sequence[Case]) -> dict[str, tuple[str, str]]:
    """Which are answered otherwise than expected."""
    program, found = Program(), dict[str, tuple[str, str]]()
    for case in cases:
        for turn in case.turns:
            answer = program.answer(turn.command.split())
            if expected := turn.judge(answer.split()):
                found.setdefault(case.name, (expected, answer))
    return found


@pytest.mark.parametrize("source", SOURCES)
def test_ours_answers_as_the_vectors_say(source: str) -> None:
    cases = [case for case in SOURCES[source](CLAIMS) if case.needs <= CLAIMS.features]
    assert len(cases) > 30
    assert not faults(cases)


def test_an_invalid_message_is_refused_for_the_rule_it_breaks() -> None:
    for vector in vectors("invalid"):
        rule = vector["name"].split("/")[0]
        refused = refusal(vector)
        assert re.search(SENTENCES[rule], str(refused)), vector["name"]
        assert isinstance(refused, ChecksumError) == (rule == "checksum")


def test_a_refused_message_changes_nothing() -> None:
    for vector in vectors("invalid"):
        base = frame(vector["base"])
        before = base.pixels.tobytes()
        with pytest.raises(ProtocolError):
            decode(expanded(vector["message"]), base)
        assert base.pixels.tobytes() == before


def test_every_sentence_of_a_refusal_is_heard_from_some_vector() -> None:
    heard = [str(refusal(vector)) for vector in vectors("invalid")]
    files = [getsourcefile(function) for function in (parse, decode)]
    patterns = [pattern for file in files for pattern in _raised(str(file))]
    assert len(patterns) > 15
    assert not [pattern for pattern in patterns if not any(map(re.compile(pattern).match, heard))]


def test_every_rule_has_a_vector() -> None:
    assert {vector["name"].split("/")[0] for vector in vectors("invalid")} == set(SENTENCES)


@pytest.mark.parametrize("pixel_format", FORMATS, ids=str)
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_shown_in_every_format(pixel_format: PixelFormat, kind: Kind) -> None:
    messages = [parse(expanded(vector["message"])) for vector in vectors("valid")]
    assert any(
        segment.kind is kind
        for message in messages
        if message.format is pixel_format and message.width % 2
        for segment in message.segments
    )


def test_every_feature_has_vectors_and_is_described() -> None:
    needed = {need for name in make.FILES for vector in vectors(name) for need in vector["needs"]}
    assert needed == set(FEATURES)
    page = (VECTORS / "README.md").read_text()
    assert not [name for name in FEATURES if name not in BY_NAME and f"`{name}`" not in page]


def test_names_are_unique() -> None:
    names = [vector["name"] for file in make.FILES for vector in vectors(file)]
    assert len(set(names)) == len(names)


def test_the_files_are_what_make_writes() -> None:
    for path, text in make.files().items():
        assert path.read_text() == text, f"{path.name}: run  python -m tests.vectors.make"


def test_the_files_are_small_and_so_are_the_lines_of_the_pipe() -> None:
    assert sum(path.stat().st_size for path in VECTORS.glob("*.json")) < 3_000_000
    everything = Claims("", frozenset(FEATURES), {})
    cases = [case for source in SOURCES.values() for case in source(everything)]
    assert max(len(turn.command) for case in cases for turn in case.turns) <= MAX_LINE


def test_they_are_made_without_a_line_of_ours() -> None:
    for path in VECTORS.glob("*.py"):
        assert "ws_stream" not in re.sub(r'""".*?"""', "", path.read_text(), flags=re.DOTALL)


def test_the_example_of_the_protocol_is_the_first_vector() -> None:
    page = (VECTORS.parents[1] / "docs" / "protocol.md").read_text()
    example = page.split("### A whole message")[1].split("```")[1]
    lines = re.findall(r"^((?:[0-9a-f]{2} )+) ", example, re.MULTILINE)
    assert bytes.fromhex("".join(lines)) == expanded(vectors("valid")[0]["message"])


def _raised(path: str) -> list[str]:
    """The sentences of every `raise ProtocolError(...)` in a file, as patterns."""
    calls = (
        node.exc
        for node in ast.walk(ast.parse(Path(path).read_text()))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
    )
    return [_pattern(call.args[0]) for call in calls]


def _pattern(sentence: ast.expr) -> str:
    parts = sentence.values if isinstance(sentence, ast.JoinedStr) else [sentence]
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*" for part in parts
    )

"""The vectors of the protocol, run by the Python side."""

import ast
import json
import re
from inspect import getsourcefile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ws_stream.codec import decode
from ws_stream.errors import ChecksumError, ProtocolError
from ws_stream.pixels.formats import BY_NAME, FORMATS, PixelFormat
from ws_stream.pixels.frame import Frame
from ws_stream.protocol.picture import Kind, parse

from .vectors import make

VECTORS = Path(__file__).parent / "vectors"
VALID: list[dict[str, Any]] = json.loads((VECTORS / "valid.json").read_text())
INVALID: list[dict[str, Any]] = json.loads((VECTORS / "invalid.json").read_text())

SENTENCES = {
    "short": "shorter than its header",
    "header length": "a header length of",
    "flags": "hold a bit of a later version",
    "number": "cannot differ from picture",
    "time": r"is not below 2\*\*53",
    "format": "is no pixel format's code",
    "checksum": "is not the one its checksum names",
    "side": "a side is 1 to 16384",
    "picture bytes": "is over the limit",
    "epoch": "a picture of epoch",
    "announced": "not the announced 2x3",
    "base": "a difference from picture",
    "newer": "is not newer than",
    "segment count": "segments for",
    "table": "do not fit the message",
    "rows": r"segment \d: \d+ rows from row",
    "kind": "is no kind",
    "copy": "segment 1: a copy after marks",
    "shift": r"segment 0: a shift by -?\d+ rows",
    "stored length": r"segment 0: \d+ bytes where \d+ to \d+ are due",
    "copy length": r"segment 0: \d bytes where 0 to 0 are due",
    "packed length": r"segment 0: \d+ bytes where 1 to 17 are due",
    "payload": "its payload leaves the message",
    "end": "bytes where",
    "bits": r"bytes of bits for \d groups",
    "groups": r"bytes for the marks of \d groups",
    "empty": "a group without a marked pixel",
    "subset": "a colour of a pixel that is not marked",
    "width": "a marked pixel beyond the width",
    "top": "a pixel with none above it has no colour",
    "colours": "bytes of colours, not one for each pixel",
    "lz4": "the LZ4 block is broken",
}
"""What the rule in an invalid vector's name is called by the error it raises."""


def frame(base: dict[str, Any]) -> Frame:
    pixel_format = BY_NAME[base["format"]]
    pixels = np.frombuffer(bytes.fromhex(base["pixels"]), pixel_format.dtype)
    shaped = pixels.reshape(base["height"], base["width"], *pixel_format.components)
    return Frame(base["epoch"], base["number"], 0, pixel_format, shaped)


def names(vectors: list[dict[str, Any]]) -> list[str]:
    return [vector["name"] for vector in vectors]


@pytest.mark.parametrize("vector", VALID, ids=names(VALID))
def test_a_valid_message_makes_exactly_the_picture(vector: dict[str, Any]) -> None:
    base = frame(vector["base"])
    picture = decode(bytes.fromhex(vector["message"]), base)
    assert (picture.number, picture.time) == (
        vector["picture"]["number"],
        vector["picture"]["time"],
    )
    assert picture.alike(base)
    assert picture.rows.tobytes().hex() == vector["picture"]["pixels"]


@pytest.mark.parametrize("vector", INVALID, ids=names(INVALID))
def test_an_invalid_message_is_refused_for_the_rule_it_breaks(vector: dict[str, Any]) -> None:
    base = frame(vector["base"])
    before = base.pixels.tobytes()
    rule = vector["name"].split("/")[0]
    with pytest.raises(ProtocolError, match=SENTENCES[rule]) as refused:
        decode(bytes.fromhex(vector["message"]), base)
    assert isinstance(refused.value, ChecksumError) == (rule == "checksum")
    assert base.pixels.tobytes() == before


def test_every_sentence_of_a_refusal_is_heard_from_some_vector() -> None:
    heard = [_refusal(vector) for vector in INVALID]
    files = [getsourcefile(function) for function in (parse, decode)]
    patterns = [pattern for file in files for pattern in _raised(str(file))]
    assert len(patterns) > 15
    assert not [pattern for pattern in patterns if not any(map(re.compile(pattern).match, heard))]


def test_every_rule_has_a_vector() -> None:
    assert {vector["name"].split("/")[0] for vector in INVALID} == set(SENTENCES)


@pytest.mark.parametrize("pixel_format", FORMATS, ids=str)
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_shown_in_every_format(pixel_format: PixelFormat, kind: Kind) -> None:
    messages = [parse(bytes.fromhex(vector["message"])) for vector in VALID]
    assert any(
        segment.kind is kind
        for message in messages
        if message.format is pixel_format and message.width % 2
        for segment in message.segments
    )


def test_names_are_unique() -> None:
    assert len({*names(VALID), *names(INVALID)}) == len(VALID) + len(INVALID)


def test_the_files_are_what_make_writes() -> None:
    for path, text in make.files().items():
        assert path.read_text() == text, f"{path.name}: run  python -m tests.vectors.make"


def test_the_example_of_the_protocol_is_the_first_vector() -> None:
    page = (VECTORS.parents[1] / "docs" / "protocol.md").read_text()
    example = page.split("### A whole message")[1].split("```")[1]
    lines = re.findall(r"^((?:[0-9a-f]{2} )+) ", example, re.MULTILINE)
    assert "".join(lines).replace(" ", "") == VALID[0]["message"]


def _refusal(vector: dict[str, Any]) -> str:
    with pytest.raises(ProtocolError) as refused:
        decode(bytes.fromhex(vector["message"]), frame(vector["base"]))
    return str(refused.value)


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

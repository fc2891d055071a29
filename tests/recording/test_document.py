"""docs/recordings.md says what the code does."""

import re
from pathlib import Path

from tests.recording.example import ONE, TWO, dump, example
from tests.recording.recorded import all_same, shown
from ws_stream.protocol import messages
from ws_stream.recording import chunk as c
from ws_stream.recording.chunk import Kind
from ws_stream.recording.recorder import PASSING

DOCUMENT = (Path(__file__).parents[2] / "docs/recordings.md").read_text()


def test_the_example_is_that_of_the_document(tmp_path: Path) -> None:
    assert "\n".join(dump()) in DOCUMENT
    (tmp_path / "a.wss").write_bytes(example())
    assert all_same(shown(tmp_path / "a.wss"), [ONE, TWO])


def test_the_kinds_are_those_of_the_document() -> None:
    _, table = DOCUMENT.split("| kind | name | payload |\n")
    rows = re.findall(r"^\| (\d+) \| ([a-z]+) \|", table, re.MULTILINE)
    assert {name: int(code) for code, name in rows} == {k.name.lower(): k.value for k in Kind}


def test_the_messages_that_are_not_kept_are_those_of_the_document() -> None:
    (line,) = re.findall(r"^\| 129 \|.*\. (.*) are not kept \|$", DOCUMENT, re.MULTILINE)
    passing = {name for name, message in messages.FROM_SERVER.items() if message in PASSING}
    assert set(re.findall(r"`(\w+)`", line)) == passing


def test_the_lengths_are_those_of_the_document() -> None:
    assert f"### Head: {c.HEAD_LENGTH} bytes" in DOCUMENT
    assert f"### Chunk: {c.HEADER_LENGTH} bytes, a payload, 4 bytes" in DOCUMENT
    assert f"The last {c.END_LENGTH} bytes" in DOCUMENT
    assert f"places of {c.PLACE_LENGTH} bytes" in DOCUMENT
    assert f"{c.MAX_PAYLOAD >> 20} MiB" in DOCUMENT

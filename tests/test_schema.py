"""docs/protocol.schema.json says the same as docs/protocol.md, as the vectors, and as ws_stream/protocol."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ws_stream.conformance.vectors import expanded, vectors
from ws_stream.pixels.raw import BY_NAME
from ws_stream.protocol import messages
from ws_stream.protocol.json_text import decode_json
from ws_stream.protocol.request import MEMBERS

DOCS = Path(__file__).parents[1] / "docs"
SCHEMA = json.loads((DOCS / "protocol.schema.json").read_text())
DEFINITIONS: dict[str, Any] = SCHEMA["$defs"]
MESSAGES = {name: one for name, one in DEFINITIONS.items() if "." in name}
CLASSES = {
    **{f"server.{name}": kind for name, kind in messages.FROM_SERVER.items()},
    **{f"viewer.{name}": kind for name, kind in messages.FROM_VIEWER.items()},
}


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({**SCHEMA, "anyOf": [{"$ref": f"#/$defs/{name}"}]})


def own_members(name: str) -> tuple[set[str], set[str]]:
    """Those of a message, and those that are optional."""
    names = set(MESSAGES[name]["properties"]) - {"type", "kind"}
    return names, names - set(MESSAGES[name]["required"])


def documented() -> dict[str, tuple[set[str], set[str]]]:
    """The same, as the document's tables have it."""
    page = (DOCS / "protocol.md").read_text()
    heads = {"server": "### From the server", "viewer": "### From the viewer", "event": "### Input"}
    found = {}
    for speaker, head in heads.items():
        section = page.split(f"{head}\n")[1].split("\n#")[0]
        for row in re.findall(r"^\| `(\w+)` \| (.*?) \|", section, re.MULTILINE):
            cell = re.sub(r"\[[^]`]*\]\([^)]*\)", "", row[1])
            names = set(re.findall(r"`([a-z_]+)`(?! or|,? or `|\s*$)", _without_values(cell)))
            optional = set(re.findall(r"`([a-z_]+)`[^`]*optional", _without_values(cell)))
            if "each optional" in cell:
                optional |= names - {"id"}
            found[f"{speaker}.{row[0]}"] = names, optional
    return found


def _without_values(cell: str) -> str:
    """Without `null`, `[x, y]` and texts in quotes, which are no members."""
    return re.sub(r'`(null|\[[^`]*\]|"[^`]*")`', "", cell) + " ."


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_has_an_example_that_is_valid(name: str) -> None:
    assert MESSAGES[name]["examples"]
    speaker, _, _ = name.partition(".")
    for example in MESSAGES[name]["examples"]:
        validator(speaker).validate(example)
        validator(name).validate(example)


@pytest.mark.parametrize("speaker", ["server", "viewer"])
def test_what_the_vectors_judge_it_judges_alike(speaker: str) -> None:
    judged = validator(speaker)
    for vector in vectors("control"):
        if vector["from"] != speaker or "/length/" in vector["name"]:
            continue
        try:
            data = vector["text"].encode() if "text" in vector else expanded(vector["hex"])
            content = decode_json(data)
        except ValueError:
            assert vector["answer"] == "close"
            continue
        assert judged.is_valid(content) == (vector["answer"] != "close"), vector["name"]


def test_it_has_the_types_and_members_of_the_document() -> None:
    assert documented() == {name: own_members(name) for name in MESSAGES}


def test_it_has_the_types_and_members_of_ours() -> None:
    assert set(CLASSES) == {name for name in MESSAGES if not name.startswith("event.")}
    for name, kind in CLASSES.items():
        fields = set(kind._fields)
        if kind is messages.Requested:
            fields = fields - {"members"} | set(MEMBERS)
        assert own_members(name)[0] == fields, name


def test_it_has_our_formats() -> None:
    assert DEFINITIONS["format"]["enum"] == list(BY_NAME)

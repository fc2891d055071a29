"""The options of the command line are the keys of a file."""

import argparse
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from ws_stream import UsageError
from ws_stream.commands.arguments import parser
from ws_stream.commands.keys import SERVER, STREAM, Keys, complete, given, kind
from ws_stream.commands.reloading import CHANGED

DOCUMENT = (Path(__file__).parents[2] / "docs/configuration.md").read_text()

NO_KEYS: Mapping[str, str] = {
    "help": "is a question",
    "config": "names the file itself",
    "name": "is that of its table, [streams.NAME]",
    "sources": "is the key `source` of each stream",
}
"""What `serve` takes beside the keys of a file, and why it is none."""


def serve() -> argparse.ArgumentParser:
    (commands,) = (action for action in parser()._actions if isinstance(action.choices, dict))
    found: argparse.ArgumentParser = dict(commands.choices or {})["serve"]
    return found


def test_every_option_of_serve_is_a_key_of_the_file_or_says_why_not() -> None:
    options = [
        action.option_strings[-1].removeprefix("--") if action.option_strings else action.dest
        for action in serve()._actions
    ]
    assert sorted(options) == sorted([*SERVER, *STREAM, *NO_KEYS])


def rows(title: str) -> list[tuple[str, str, str]]:
    """Key, an example and the rest, of a table in the document."""
    table = DOCUMENT.partition(f"### {title}\n")[2].partition("\n#")[0]
    return re.findall(r"^\| `([a-z-]+) = ([^`]+)` \| (.*) \|$", table, re.MULTILINE)


@pytest.mark.parametrize(
    ("keys", "title", "others"),
    [(SERVER, "Of the server", []), (STREAM, "Of a stream", ["source"])],
)
def test_the_document_has_each_key_with_a_value_that_can_be(
    keys: Keys, title: str, others: list[str]
) -> None:
    assert sorted(key for key, *_ in rows(title)) == sorted([*others, *keys])
    for key, example, _ in rows(title):
        if key in keys:
            kind(keys[key]).take(key, tomllib.loads(f"value = {example}")["value"])


def test_the_document_says_which_keys_count_at_sighup() -> None:
    marked = {key for key, _, rest in rows("Of the server") if rest.endswith("at once")}
    assert marked == CHANGED


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", {}),
        ("--port 8000", {"port": 8000}),
        ("--port 0 --allow-host a --allow-host b", {"port": 0, "allow_host": ["a", "b"]}),
        ("--announce --unix /a", {"announce": True, "unix": "/a"}),
    ],
)
def test_what_was_given_is_told_from_what_is_the_default(
    arguments: str, expected: dict[str, object]
) -> None:
    options = parser().parse_args(["serve", *arguments.split()])
    assert given(SERVER, options) == expected
    assert given(STREAM, options) == {}
    assert complete(SERVER, expected).log_format == "text"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("port", 8080, 8080),
        ("host", "::", "::"),
        ("allow-host", ["a", "b"], ["a", "b"]),
        ("allow-host", [], []),
        ("announce", True, True),
        ("announce", False, False),
        ("cpu-budget", 12.5, 12.5),
        ("step", 4, 4),
        ("crop", "1,2,3,4", (1, 2, 3, 4)),
        ("depth", 16, 16),
        ("fps", 29.97, 29.97),
        ("speed", 0.5, 0.5),
        ("loop", True, True),
    ],
)
def test_a_value_of_the_file_is_what_the_option_s_is(
    key: str, value: object, expected: object
) -> None:
    assert kind({**SERVER, **STREAM}[key]).take(key, value) == expected


@pytest.mark.parametrize(
    ("key", "value", "right"),
    [
        ("port", True, "a whole number from 0 to 65535"),
        ("port", 8000.0, "a whole number from 0 to 65535"),
        ("port", [8000], "a whole number from 0 to 65535"),
        ("port", {}, "a whole number from 0 to 65535"),
        pytest.param("port", 10**5000, "a whole number from 0 to 65535", id="long"),
        ("host", 5, "text"),
        ("token-file", 5, "text"),
        ("allow-host", "a", 'a list such as ["NAME"]'),
        ("allow-host", [1], 'a list such as ["NAME"]'),
        ("announce", 1, "true or false"),
        ("loop", "yes", "true or false"),
        ("step", 99, "a whole number from 1 to 16"),
        ("crop", [0, 0, 4], "X,Y,WIDTH,HEIGHT in pixels, within the picture"),
    ],
)
def test_what_cannot_be_is_told_with_what_would_be_right(
    key: str, value: object, right: str
) -> None:
    with pytest.raises(UsageError) as refused:
        kind({**SERVER, **STREAM}[key]).take(key, value)
    assert str(refused.value).startswith(f"{key}=")
    assert str(refused.value).endswith(f" cannot be; right would be {right}")

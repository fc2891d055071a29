"""Whatever a file for `serve --config` holds, it says what the same options would; or each fault is on a line of it.

No file that it names is opened.
"""

import argparse
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from tests.fuzz.laws.memory_file import memory_file
from tests.fuzz.laws.sentence import check_sentence
from ws_stream.commands import config, settings
from ws_stream.commands.arguments import parser
from ws_stream.commands.keys import SERVER, STREAM, Keys
from ws_stream.commands.serving import settings as said
from ws_stream.commands.toml_lines import lines_of
from ws_stream.errors import UsageError
from ws_stream.server.server import Server

_PARSER = parser()
_NO_FILES = {"token_file": None, "tls_cert": None, "tls_key": None}


def _server(options: argparse.Namespace, environment: dict[str, str]) -> Server:
    return settings.new_server(argparse.Namespace(**{**vars(options), **_NO_FILES}), environment)


config.new_server = _server  # type: ignore[attr-defined, assignment]  # in place of one that opens files


def check(data: bytes) -> None:
    with memory_file(data) as file:
        try:
            found = config.read_config(str(file))
        except UsageError as error:
            _check_faults(str(error).split("\n"), str(file), data)
            return
    text = data.decode()
    tables = tomllib.loads(text)
    lines = lines_of(text)
    assert set(_paths(tables)) <= set(lines)
    assert set(lines.values()) <= set(range(1, text.count("\n") + 2))
    streams = tables.pop("streams")
    assert [stream.name for stream in found.streams] == list(streams)
    assert vars(said(_options(tables, SERVER, vars(found.server))).server) == vars(found.server)
    for stream in found.streams:
        table = streams[stream.name]
        del table["source"]
        options = _options(table, STREAM, {}, [stream.source, f"--name={stream.name}"])
        (same,) = said(options).streams
        assert same.is_same(stream)


def _check_faults(sentences: list[str], path: str, data: bytes) -> None:
    assert len(sentences) <= settings.MOST_FAULTS + 1
    numbers = []
    for sentence in sentences:
        check_sentence(UsageError(sentence))
        line = re.match(rf"{path}, line (\d+): .", sentence)
        assert line or path in sentence or sentence.startswith("there are ")
        numbers += [int(line[1])] if line else []
    assert numbers == sorted(numbers)
    assert not numbers or 1 <= numbers[0] <= numbers[-1] <= data.count(b"\n") + 1


def _paths(table: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(table, dict):
        for key, value in table.items():
            yield (*path, key)
            yield from _paths(value, (*path, key))


def _options(
    table: Mapping[str, Any], keys: Keys, paths: Mapping[str, Any], more: list[str] | None = None
) -> argparse.Namespace:
    """The same on the command line; paths as they are once they have their folder."""
    arguments = []
    for key, value in table.items():
        action = keys[key]
        if isinstance(value, bool):
            arguments += [f"--{key}"] * value
        elif isinstance(value, list):
            arguments += [f"--{key}={text}" for text in value]
        else:
            is_path = action.metavar in ("FILE", "PATH") and paths.get(action.dest)
            arguments.append(f"--{key}={paths[action.dest] if is_path else value}")
    return _PARSER.parse_args(["serve", *arguments, *(more or [])])

"""A file for `serve --config`: what is to be served, or each of its faults, with its line.

Keys are those of `keys`, and are read as the options are. Opens no source, and no socket. Knows nothing of what
is served now.
"""

import argparse
import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..arguments import PATH, TEXT, plain, shown, why
from ..errors import UsageError
from ..hub.kinds import FPS, NAME
from ..printable import printable
from ..regular_file import read_regular
from . import logs
from .keys import SERVER, STREAM, Keys, complete, kind
from .settings import MOST_FAULTS, Settings, StreamSettings, new_server, refuse
from .sources import anchored, check_played
from .toml_lines import lines_of
from .values import FILE

MOST_BYTES = 1 << 18
"""Of a file: some thousand streams."""
_STREAMS, _SOURCE = "streams", "source"
_PAIR = ("tls-cert", "tls-key")
_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", re.DOTALL)
"""What `tomllib` says, and where."""


def read_config(file: str) -> Settings:
    """What a file says. Raises UsageError, with a line for each of its faults."""
    path, name = Path(PATH.take("config", file)).absolute(), printable(file)
    reader = _Reader(_text(path, name), name, path.parent)
    settings = reader.read()
    reader.refuse()
    return settings


def _text(path: Path, name: str) -> str:
    try:
        content, _ = read_regular(path, MOST_BYTES + 1)
        text = (content or b"").decode()
    except (OSError, ValueError) as error:
        raise UsageError(
            f"cannot read {name}: {plain(why(error))}; right would be a file in TOML"
        ) from None
    if content is None or len(content) > MOST_BYTES:
        raise UsageError(
            f"{name} cannot be read; right would be a regular file of at most {MOST_BYTES >> 10} KiB"
        )
    return text


class _Reader:
    """Reads on past faults. Raises UsageError for what is no TOML at all."""

    def __init__(self, text: str, name: str, folder: Path) -> None:
        self._name, self._folder = name, folder
        self._faults: list[tuple[int, str]] = []
        try:
            self._tables = tomllib.loads(text)
            self._lines = lines_of(text)
        except tomllib.TOMLDecodeError as error:
            found = _PLACE.fullmatch(str(error))
            sentence, line = (found[1], found[2]) if found else (str(error), None)
            line = line or text.rstrip().count("\n") + 1  # where there is something last
            raise UsageError(f"{name}, line {line}: this is no TOML: {plain(sentence)}") from None
        except (ValueError, RecursionError) as error:  # of a number too long, of lists in lists
            raise UsageError(f"{name} cannot be read: {plain(why(error))}") from None

    def read(self) -> Settings:
        """What it says, as far as it can be."""
        streams = self._tables.pop(_STREAMS, {})
        values = self._values((), self._tables, SERVER, STREAM)
        self._check_server(values)
        return Settings(complete(SERVER, values), tuple(self._streams(streams)))

    def refuse(self) -> None:
        """Raises UsageError if there are faults."""
        refuse(f"{self._place(line)}{sentence}" for line, sentence in sorted(self._faults))

    def _streams(self, streams: object) -> Iterator[StreamSettings]:
        if not (isinstance(streams, dict) and streams):
            self._blame(
                (_STREAMS,), 'there is no stream; right would be [streams.NAME] with source = "..."'
            )
            return
        for name, table in streams.items():
            path = (_STREAMS, name)
            with self._blamed(path):
                NAME.take("name", name)
            if not isinstance(table, dict):
                self._blame(
                    path, f"{shown(table)} is no stream; right would be [streams.{plain(name)}]"
                )
                continue
            yield self._stream(path, table)

    def _stream(self, path: tuple[str, ...], table: dict[str, Any]) -> StreamSettings:
        source = table.pop(_SOURCE, None)
        options = complete(STREAM, self._values(path, table, STREAM, SERVER))
        with self._blamed((*path, "fps")):
            FPS.take("fps", options.fps)
        with self._blamed((*path, _SOURCE)):
            if source is None:
                raise UsageError(
                    'this stream has no source; right would be one like source = "fb:/dev/fb0"'
                )
            source = anchored(TEXT.take(_SOURCE, source), self._folder)
            check_played([source], options)
        place = self._place(self._line((*path, _SOURCE)))
        return StreamSettings(path[-1], str(source), options, place)

    def _values(
        self, path: tuple[str, ...], table: Mapping[str, Any], keys: Keys, others: Keys
    ) -> dict[str, Any]:
        """Those of the keys in a table, by their names in Python."""
        values = {}
        for key, value in table.items():
            with self._blamed((*path, key)):
                action = _known(key, keys, others, is_hinted=len(self._faults) < MOST_FAULTS)
                read = kind(action).take(key, value)
                is_path = action.type is FILE and read
                values[action.dest] = str(self._folder / read) if is_path else read
        return values

    def _check_server(self, values: Mapping[str, Any]) -> None:
        """Each key by itself, so that each is blamed for what is its own; but for two of no use alone."""
        for keys in (_PAIR, *((key,) for key in SERVER if key not in _PAIR)):
            said = [key for key in keys if SERVER[key].dest in values]
            if said:
                with self._blamed((said[0],)):
                    names = [SERVER[key].dest for key in said]
                    options = complete(SERVER, {name: values[name] for name in names})
                    logs.FORMAT.take("log-format", options.log_format)
                    new_server(options, {})

    @contextmanager
    def _blamed(self, path: tuple[str, ...]) -> Iterator[None]:
        """What is wrong within is a fault of this key."""
        try:
            yield
        except UsageError as error:
            self._blame(path, str(error))

    def _blame(self, path: tuple[str, ...], sentence: str) -> None:
        self._faults.append((self._line(path), sentence))

    def _line(self, path: tuple[str, ...]) -> int:
        """That of a key, or of the table in which it is missing."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def _place(self, line: int) -> str:
        return f"{self._name}, line {line}: "


def _known(key: str, keys: Keys, others: Keys, *, is_hinted: bool) -> argparse.Action:
    """The option of this name. Raises UsageError; to find what was meant takes a millisecond."""
    if key in keys:
        return keys[key]
    if key in others:
        right = "before the first [streams.NAME]" if others is SERVER else "below a [streams.NAME]"
        raise UsageError(f"{key} cannot be here; right would be {right}")
    near = []
    if is_hinted:
        near = _near(key, [*keys, _STREAMS if others is STREAM else _SOURCE]) or _near(key, others)
    hint = f"did you mean {near[0]}?" if near else "docs/configuration.md has all that there are"
    raise UsageError(f"unknown key {shown(key)}; {hint}")


def _near(key: str, known: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(key[:100].lower().replace("_", "-"), known, 1)

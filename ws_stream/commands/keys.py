"""What `serve` can be told: its options on the command line are the keys of its file, by one table.

Knows nothing of files, nor of what the values bring about.
"""

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from ..arguments import TEXT, Kind
from .listening_arguments import add_listening
from .recording_arguments import add_replaying
from .stream_arguments import add_fps, add_input, add_rendition
from .tls_arguments import add_trusting
from .values import FILE, Checked

Keys = Mapping[str, argparse.Action]
"""Options by their names without dashes before."""


class _Collector(argparse.ArgumentParser):
    """Keeps what is added."""

    def __init__(self) -> None:
        super().__init__(add_help=False)
        self.found: dict[str, argparse.Action] = {}

    def add_argument(self, *names: Any, **settings: Any) -> argparse.Action:  # noqa: ANN401 - as argparse has it
        action = super().add_argument(*names, **settings)
        self.found[names[-1].removeprefix("--")] = action
        return action


def _keys(*additions: Callable[[argparse.ArgumentParser], None]) -> Keys:
    collector = _Collector()
    for add in additions:
        add(collector)
    return collector.found


SERVER = _keys(add_listening)
"""Those of the server."""
_OF_STREAMS = (add_rendition, add_fps, add_input, add_replaying, add_trusting)
STREAM = _keys(*_OF_STREAMS)
"""Those of each stream."""


def add_serving(parser: argparse.ArgumentParser) -> None:
    """All of them, as options of which None says that it was not given."""
    add_server(parser)
    for add in _OF_STREAMS:
        add(parser)
    parser.set_defaults(**dict.fromkeys(action.dest for action in STREAM.values()))


def add_server(parser: argparse.ArgumentParser) -> None:
    """Those of the server, in the same way."""
    add_listening(parser)
    parser.set_defaults(**dict.fromkeys(action.dest for action in SERVER.values()))


def given(keys: Keys, options: argparse.Namespace) -> dict[str, Any]:
    """Which of these options were given, by their names in Python."""
    values = {action.dest: getattr(options, action.dest, None) for action in keys.values()}
    return {name: value for name, value in values.items() if value is not None}


def complete(keys: Keys, values: Mapping[str, Any]) -> argparse.Namespace:
    """These, and the defaults of all others."""
    defaults = {action.dest: action.default for action in keys.values()}
    return argparse.Namespace(**{**defaults, **values})


def kind(action: argparse.Action) -> Kind[Any]:
    """What a key may be in a file."""
    if action.nargs == 0:
        return Kind(_switch, "true or false")
    if isinstance(action.default, list):
        return Kind(_texts, f'a list such as ["{action.metavar}"]')
    if isinstance(action.type, Checked) and action.type is not FILE:
        parse = action.type.parse
        return Kind(lambda value: parse(_text(value)), action.type.right)
    return TEXT


def _switch(value: Any) -> bool:  # noqa: ANN401 - whatever stands in the file
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _texts(value: Any) -> list[str]:  # noqa: ANN401 - as above
    if not isinstance(value, list):
        raise TypeError(value)
    return [TEXT.read(text) for text in value]


def _text(value: Any) -> str:  # noqa: ANN401 - as above
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError(value)
    return str(value)

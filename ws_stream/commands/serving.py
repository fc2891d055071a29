"""What `ws-stream serve`, `relay` and `demo` are asked to serve: by the command line, or by the file that it names."""

import argparse
from collections.abc import Iterator

from ..arguments import plain
from ..errors import UsageError
from ..printable import MAX_LINE
from ..relay.schemes import is_elsewhere, without_secrets
from .config import read_config
from .keys import SERVER, STREAM, complete, given
from .settings import Settings, StreamSettings, refuse
from .sources import check_played


def settings(options: argparse.Namespace) -> Settings:
    """All that is to be served. Raises UsageError."""
    if options.config is None:
        return Settings(complete(SERVER, given(SERVER, options)), tuple(_streams(options)))
    beside = [*options.sources, *(f"--{key}" for key in _of_streams(options))]
    if beside:
        raise UsageError(
            f"{plain(beside[0])} cannot be beside --config; right would be a line of the file, below [streams.NAME]"
        )
    config = read_config(options.config)
    if options.command == "relay":
        _check_relayed(config)
    return config._replace(
        server=argparse.Namespace(**{**vars(config.server), **given(SERVER, options)})
    )


def lines(wanted: Settings) -> Iterator[str]:
    """What is to be served, a line for each stream."""
    for stream in wanted.streams:
        values = vars(stream.options)
        told = [
            key if value is True else f"{key}={value}"
            for key, action in STREAM.items()
            if (value := values[action.dest]) != action.default
        ]
        source = stream.source.partition("#token=")[0]
        if is_elsewhere(source):
            source = without_secrets(source)
        yield " ".join([f"{stream.name}:", plain(source, MAX_LINE), *told])


def _check_relayed(wanted: Settings) -> None:
    """Raises UsageError, with a line for each stream that is no other server's."""
    refuse(
        f"{stream.place}{plain(stream.source)} is no stream of another server; "
        'right would be "ws://HOST:PORT/stream/NAME", or serve --config'
        for stream in wanted.streams
        if not is_elsewhere(stream.source)
    )


def _of_streams(options: argparse.Namespace) -> list[str]:
    found = given(STREAM, options)
    keys = [key for key, action in STREAM.items() if action.dest in found]
    return ["name", *keys] if options.name else keys


def _streams(options: argparse.Namespace) -> Iterator[StreamSettings]:
    sources, names = options.sources or ["test:"], options.name or []
    if len(names) > len(sources):
        raise UsageError(f"{len(names)} names for {len(sources)} sources")
    its = complete(STREAM, given(STREAM, options))
    check_played(sources, its)
    for number, source in enumerate(sources):
        yield StreamSettings(names[number] if number < len(names) else None, source, its)

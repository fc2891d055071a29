"""What `ws-stream list` says: a line for each server that was found. Knows nothing of how they are found."""

from collections.abc import Iterable, Iterator

from ..discovery.browser import MAX_FOUND, browse
from ..discovery.service import Found, Service
from ..printable import printable

LEAST_SHOWN = 20
"""Letters of the streams' names, on however narrow a terminal."""
MOST_SHOWN = 1000
"""The same where there is no terminal: more than one announcement has."""


async def found_lines(seconds: float, width: int | None) -> list[str]:
    """After so many seconds, lines no wider than the terminal, where that can be. Raises UsageError."""
    found, beyond = await browse(seconds)
    said = [*lines(found, width)]
    if not said:
        said = [
            f"no server announced itself within {seconds:g} s; one does with: ws-stream serve --announce --host 0.0.0.0"
        ]
    if beyond:
        said.append(f"and {beyond} more names; only the first {MAX_FOUND} were looked at")
    return said


def lines(found: Iterable[Found], width: int | None = None) -> Iterator[str]:
    """A line for each, in columns: its name, what a browser opens, its streams; no wider, if it can be."""
    sorted_ones = sorted(found)
    names = max((len(one.name) for one in sorted_ones), default=0)
    urls = max((len(one.url) for one in sorted_ones), default=0)
    for one in sorted_ones:
        front = f"{one.name:{names}}  {one.url:{urls}}  "
        room = MOST_SHOWN if width is None else max(LEAST_SHOWN, width - len(front))
        streams = printable(_streams(one.service), room)
        yield f"{front}{streams}".rstrip()


def _streams(service: Service) -> str:
    words = [*service.streams, *([f"{service.more} more"] if service.more else [])]
    if service.token:
        return f"asks for a token: {', '.join(words)}" if words else "asks for a token"
    return ", ".join(words) or "no streams"

"""From a source into a stream, at the asked rate, while somebody watches.

Knows nothing of sockets. The one loop that a picture on the device costs: it waits exactly until the next one is due.
"""

import asyncio
import logging

from .errors import WsStreamError
from .hub import Stream
from .sources import Source
from .viewer import now_us

TORN_TRIES = 3
"""Reads of one picture that its writer overwrites meanwhile, before this turn is given up."""
RETRY_AFTER = 1.0
"""Seconds until a source that failed is asked again."""

_log = logging.getLogger(__name__)


async def capture(source: Source, stream: Stream) -> None:
    """Show what the source holds until nobody watches any more. A failing source is reported and asked again."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while stream.watched:
        try:
            _show(source, stream)
            stream.tell(None)
            pause = 1 / stream.fps
        except WsStreamError as error:
            _report(stream, str(error))
            pause = RETRY_AFTER
        except (
            Exception
        ) as error:  # a source may be anybody's code: viewers are told, the server lives
            _log.exception("stream %s", stream.name)
            _report(stream, f"the source failed: {error!r}")
            pause = RETRY_AFTER
        due = max(due + pause, loop.time())
        await asyncio.sleep(due - loop.time())


def _show(source: Source, stream: Stream) -> None:
    fresh = any(feed.newest is None for feed in stream.feeds.values())
    if not (fresh or source.changed()):
        return
    for _ in range(TORN_TRIES):
        time_us = now_us()
        pictures = stream.read(source.capture())
        if source.intact():
            stream.show(pictures, time_us)
            return


def _report(stream: Stream, problem: str) -> None:
    if problem != stream.problem:
        _log.warning("stream %s: %s", stream.name, problem)
    stream.tell(problem)

"""What the log hears of requests: each sentence once, few a minute, in one line.

Knows nothing of what requests ask for.
"""

import logging
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from ..allowance import Allowance
from ..printable import printable

LINES_A_MINUTE = 10
"""Whatever the requests: enough to see what is wrong, too few to fill a small device's disk (2 MB a day)."""
REMEMBERED = 256
"""Sentences that are not said again; beyond that the oldest is forgotten."""
_LONGEST = 300


class RequestLog(logging.LoggerAdapter[logging.Logger]):
    """A logger for what requests bring about, also inside the `websockets` library.

    A peer can repeat anything it can do, so there are no tracebacks: a fault of ours is told with its place.
    """

    def __init__(self, logger: logging.Logger, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(logger, {})
        self._now = now
        self._said: dict[str, None] = {}
        self._lines = Allowance(LINES_A_MINUTE / 60, LINES_A_MINUTE)

    def log(self, level: int, msg: object, *args: object, **options: Any) -> None:  # noqa: ANN401 - logging's
        """Log this, unless it was said before or too much was said."""
        is_well = level < logging.WARNING
        level = logging.DEBUG if is_well else level  # that it goes well is for debugging
        if self.isEnabledFor(level):
            sentence = str(msg) % args if args else str(msg)
            fault = sys.exc_info()[1] if options.get("exc_info") else None
            sentence = printable(sentence + (_described(fault) if fault else ""), _LONGEST)
            if is_well:
                self.logger.log(level, "%s", sentence)
            elif sentence not in self._said and self._lines.may_take(self._now()):
                self._remember(sentence)
                self.logger.log(level, "%s", sentence)

    def _remember(self, sentence: str) -> None:
        self._said[sentence] = None
        if len(self._said) > REMEMBERED:
            del self._said[next(iter(self._said))]


def _described(fault: BaseException) -> str:
    frames = traceback.extract_tb(fault.__traceback__)
    place = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return f": {fault!r}{place}"

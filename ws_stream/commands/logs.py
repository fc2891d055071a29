"""How a command's log is written: an event a line, for people or for programs.

Whatever a message holds, also one of other packages, no part of it is taken for another event, nor acts on a terminal.
"""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from ..arguments import matching
from ..printable import MAX_LINE, indented, printable


class Lines(logging.Formatter):
    """For people. Where a fault lies follows in lines that are set in."""

    def format(self, record: logging.LogRecord) -> str:
        """The event, in one line and what belongs to it."""
        first, _, rest = super().format(record).partition("\n")
        return printable(first, MAX_LINE) + indented(rest)


class Objects(logging.Formatter):
    """For programs: JSON, an object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The event, in one line."""
        first, _, rest = super().format(record).partition("\n")
        moment = datetime.fromtimestamp(record.created, UTC)
        return json.dumps(
            {
                "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "level": record.levelname,
                "logger": record.name,
                "message": printable(first, MAX_LINE) + indented(rest),
            }
        )


FORMATS: Mapping[str, logging.Formatter] = {
    "text": Lines("%(asctime)s %(name)s: %(message)s"),
    "json": Objects("%(message)s"),
}


FORMAT = matching("|".join(FORMATS), " or ".join(FORMATS))


def begin(log_format: str) -> None:
    """The log goes to standard error, written so: what others warn of, and what becomes of our sources.

    Raises UsageError.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(FORMATS[FORMAT.take("log_format", log_format)])
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("ws_stream").setLevel(logging.INFO)

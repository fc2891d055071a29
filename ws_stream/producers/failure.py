"""What viewers and the log hear of a source that fails: viewers its kind, the log all.

An exception's text may hold whatever the source was opened with, passwords and paths, and viewers are strangers.
"""

import logging
import time
import traceback
from typing import NamedTuple

from ..allowance import Allowance
from ..errors import Failure, SourceError, WsStreamError
from ..hub.stream import Stream
from ..printable import MAX_LINE, indented, printable

LINES_A_MINUTE = 10
"""Of the log, of one source, whatever its writer or its own code does."""

NO_MEMORY = "there is no memory for a picture; right would be more of it, or smaller pictures: --step, --crop"

_log = logging.getLogger(__name__)


class Told(NamedTuple):
    """As text, because a kept exception would keep the source's frames, and with them the device it holds open."""

    viewers: str
    log: str
    details: str = ""
    """Where in the source's own code it failed; the log hears that as well."""


def told(error: BaseException) -> Told:
    """What is to be told of it."""
    if isinstance(error, SourceError):
        return Told(error.failure, str(error))
    if isinstance(error, WsStreamError):
        return Told(Failure.UNFIT, str(error))
    if isinstance(error, MemoryError):
        return Told(Failure.NO_MEMORY, NO_MEMORY)
    details = "".join(traceback.format_exception(error)).rstrip()
    return Told(Failure.FAILED, f"the source failed: {error!r}", details)


class Failures:
    """Those of one source: told to its stream's viewers, and to the log when they are not what it heard last."""

    def __init__(self) -> None:
        self._logged = ""
        self._lines = Allowance(LINES_A_MINUTE / 60, LINES_A_MINUTE)

    def tell(self, stream: Stream, failure: Told | None) -> None:
        """It fails; None: it does not, or no longer. That it does not is logged where it was that it does."""
        is_known = stream.problem is not None and failure and failure.log == self._logged
        if not failure:
            if self._logged:
                _log.info("stream %s: there are pictures again", stream.name)
            self._logged = ""
        elif not is_known and self._lines.may_take(time.monotonic()):
            sentence, details = printable(failure.log, MAX_LINE), indented(failure.details)
            _log.warning("stream %s: %s%s", stream.name, sentence, details)
            self._logged = failure.log
        stream.set_problem(failure.viewers if failure else None)

"""What viewers and the log hear of a source that fails: viewers its kind, the log all.

An exception's text may hold whatever the source was opened with, passwords and paths, and viewers are strangers.
"""

import traceback
from typing import NamedTuple

from ..errors import Failure, SourceError, WsStreamError


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
    details = "".join(traceback.format_exception(error)).rstrip()
    return Told(Failure.FAILED, f"the source failed: {error!r}", f"\n{details}")

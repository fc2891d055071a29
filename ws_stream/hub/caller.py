"""Calls a function of the device's program with each thing that viewers do, in a thread of its own.

Knows nothing of viewers.
"""

import logging
import threading
import traceback
from collections.abc import Callable

from ..printable import printable
from .input import InputEvent, InputEvents

Hearer = Callable[[InputEvent], object]
"""A function of the device's program."""

LAST_WORDS = 1.0
"""Seconds that a function has at the end, so that keys go up: a stuck one must not hold up a shutdown."""
MOST_LOGGED = 400
"""Characters of a line of the log."""

_log = logging.getLogger(__name__)


class Caller:
    """The thread is there once somebody does something, until the events end."""

    def __init__(self, name: str, function: Hearer) -> None:
        self._name = name
        self._function = function
        self._thread: threading.Thread | None = None
        self._logged: set[str] = set()

    def begin(self, events: InputEvents) -> None:
        """Call it with these from now on, once it has heard those of before."""
        self._thread = threading.Thread(
            target=self._call_each,
            args=(events, self._thread),
            name=f"ws-stream input of {self._name}",
            daemon=True,  # one that is stuck must not keep the program alive
        )
        self._thread.start()

    def finish(self) -> None:
        """The events are over; wait until it was called with all of them, if it does not take long."""
        thread, self._thread = self._thread, None
        if thread and thread is not threading.current_thread():
            thread.join(LAST_WORDS)

    def _call_each(self, events: InputEvents, before: threading.Thread | None) -> None:
        if before:
            before.join()
        for event in events:
            try:
                self._function(event)
            except BaseException as error:  # anybody's code: its sys.exit() is a fault too
                self._log(error)

    def _log(self, error: BaseException) -> None:
        """Once for each kind, however often viewers can bring it about."""
        kind = type(error).__name__
        if kind not in self._logged:
            self._logged.add(kind)
            at = traceback.extract_tb(error.__traceback__)[-1]
            failed = (
                f"the function that hears viewers failed: {error!r} at {at.filename}:{at.lineno}"
            )
            _log.warning("stream %s: %s", self._name, printable(failed, MOST_LOGGED))

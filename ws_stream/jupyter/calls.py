"""From a function that returns a picture into a stream: called in a thread of its own, while somebody watches.

Knows nothing of notebooks.
"""

import threading
import time
from collections.abc import Callable

from ..hub.stream import Stream
from ..printable import MAX_LINE, printable
from ..producers.patience import Patience
from ..walk.rate_limit import LONGEST


class Calls:
    """Of a function: `Stream(name, producer=Calls(function))`. If it fails viewers are told, and it is called again."""

    def __init__(self, function: Callable[[], object]) -> None:
        self._function = function
        self._interval = 0.0
        self._is_closed = False
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._patience = Patience()

    def demand(self, stream: Stream) -> None:
        """Call as often as somebody wants; never while nobody watches."""
        self._interval = min(1 / stream.wanted, LONGEST) if stream.wanted else 0.0
        if self._interval and self._thread is None:
            self._thread = threading.Thread(
                target=self._work, args=(stream,), name=f"ws-stream {stream.name}", daemon=True
            )
            self._thread.start()
        self._wake.set()

    def check(self, stream: Stream) -> None:
        """Nothing: the thread says what happens to it."""

    def overdue(self, stream: Stream, now: float) -> float | None:
        """Never: a function may take as long as it likes."""
        return 0.0 if self._interval else None

    def close(self, stream: Stream) -> None:
        """The thread ends with the call that it is in, which is not waited for."""
        self._is_closed = True
        self._wake.set()

    def _work(self, stream: Stream) -> None:
        while not self._is_closed:
            if self._interval:
                begun = time.monotonic()
                wait = self._call(stream, self._interval)
                self._wait(begun + wait)
            else:
                self._wake.wait()
                self._wake.clear()

    def _call(self, stream: Stream, interval: float) -> float:
        """Show one picture; returns after how many seconds the next is due."""
        try:
            stream.publish(self._function())
        except BaseException as error:  # anybody's code: its sys.exit() is a failure too
            wait, is_told = self._patience.failed(interval, time.monotonic())
            if is_told:  # the viewer is who wrote the function
                stream.set_problem(printable(f"{type(error).__name__}: {error}", MAX_LINE))
            return max(wait, interval)
        self._patience.succeeded()
        stream.set_problem(None)
        return interval

    def _wait(self, due: float) -> None:
        """Until then, whatever is wanted meanwhile: the function is called no more often than at the rate asked for."""
        while not self._is_closed and (seconds := due - time.monotonic()) > 0:
            self._wake.wait(seconds)
            self._wake.clear()

"""From pictures that may be long in coming into a stream, by a thread of their own, while somebody watches.

Knows nothing of sockets or of what the pictures come from. The thread takes pictures and notes how it fares; the
event loop looks at its notes and tells viewers. Neither ever waits for the other.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator

from ..errors import Failure, SourceError, UsageError
from ..hub.stream import Stream
from ..pixels.formats import Pixels
from .failure import Failures, Told, told

STALL = 5.0
"""Seconds without a picture after which viewers are told."""
RETRY_FIRST, RETRY_MOST = 1.0, 30.0
"""Seconds until a source that failed is opened again; doubled with every failure that no picture came between."""


class Reader:
    """Reads one source for one stream: `Stream(name, producer=Reader(pictures))`.

    `pictures` opens the source and returns its pictures, newest last; what it returns may block, raise, end or come in
    bursts. It is called in the reader's thread when somebody watches, and its iterator is closed there, if it can be,
    at the first picture that nobody waits for. There is never a second thread while one is still in the source.
    """

    def __init__(self, pictures: Callable[[], Iterable[Pixels]]) -> None:
        self._pictures = pictures
        self._thread: threading.Thread | None = None
        self._unwanted = threading.Event()
        self._unwanted.set()
        self._failure: Told | None = None
        self._failures = Failures()
        self._owing_since: float | None = None
        self._retry_after = RETRY_FIRST
        self._retry_at = 0.0

    def demand(self, stream: Stream) -> None:
        """See that the thread publishes pictures while somebody watches; else it ends with its next picture."""
        if stream.wanted:
            self._unwanted.clear()
            self.check(stream)
        else:
            self._unwanted.set()

    def check(self, stream: Stream) -> None:
        """A failing source is reported and opened again."""
        if not self._unwanted.is_set() and not (self._thread and self._thread.is_alive()):
            self._start(stream)
        self._report(stream)

    def overdue(self, stream: Stream, now: float) -> float | None:
        """Never: that there is no picture is reported as a problem."""
        return None if self._unwanted.is_set() else 0.0

    def close(self, stream: Stream) -> None:
        """The thread ends with its next picture; it may be stuck in the source, and is not waited for."""
        self._unwanted.set()

    def _start(self, stream: Stream) -> None:
        self._owing_since = None
        self._thread = threading.Thread(
            target=self._read_on,
            args=(stream,),
            name=f"ws-stream source of {stream.name}",
            daemon=True,  # one that is stuck in the source must not keep the program alive
        )
        self._thread.start()

    def _report(self, stream: Stream) -> None:
        failure, owing_since = self._failure, self._owing_since
        if owing_since is not None and time.monotonic() - owing_since >= STALL:
            failure = Told(*[f"the source has given no picture for {STALL:g} s"] * 2)
        self._failures.tell(stream, failure)

    # What follows runs in the thread.

    def _read_on(self, stream: Stream) -> None:
        while not self._unwanted.wait(max(0.0, self._retry_at - time.monotonic())):
            try:
                self._read(stream)
            except BaseException as error:  # anybody's code: its sys.exit() is a failure too
                self._retry_at = time.monotonic() + self._retry_after
                self._retry_after = min(2 * self._retry_after, RETRY_MOST)
                self._failure = told(error)
            self._owing_since = None

    def _read(self, stream: Stream) -> None:
        """Publish pictures until one is unwanted. Raises whatever the source does, SourceError when it ends."""
        self._owing_since = time.monotonic()
        arrays = _iterator(self._pictures())
        try:
            for array in arrays:
                if self._unwanted.is_set():
                    return
                self._publish(array, stream)
        finally:
            _close(arrays)
        raise SourceError(Failure.ENDED, Failure.ENDED)

    def _publish(self, array: Pixels, stream: Stream) -> None:
        try:
            stream.publish(array)
        except UsageError as error:  # opening the source again would not help; its next picture may
            self._failure = told(error)
        else:
            self._failure = None
            self._retry_after = RETRY_FIRST
        self._owing_since = time.monotonic()


def _iterator(pictures: Iterable[Pixels]) -> Iterator[Pixels]:
    """Raises UsageError for what is no iterable of pictures, and for one picture, whose rows would pass for some."""
    if hasattr(pictures, "__array__") or not isinstance(pictures, Iterable):
        raise UsageError(
            f"the function returned a {type(pictures).__name__}; right would be an iterable of arrays, as with `yield`"
        )
    return iter(pictures)


def _close(arrays: Iterator[Pixels]) -> None:
    close = getattr(arrays, "close", None)
    if close:
        close()

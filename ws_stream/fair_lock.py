"""A lock that whoever waits for it gets before whoever has just had it."""

import threading
from types import TracebackType


class FairLock:
    """Reentrant. Of many waiters one is sure to be the next, the others contend to come after it.

    A thread that takes a plain lock again as soon as it has released it may keep all others from it: they are woken,
    and come too late. Here a waiter stands in the door, and who comes again has to wait behind it.
    """

    def __init__(self) -> None:
        self._door = threading.Lock()
        self._lock = threading.Lock()
        self._owner: int | None = None
        self._depth = 0

    def __enter__(self) -> None:
        me = threading.get_ident()
        if self._owner != me:
            with self._door:
                self._lock.acquire()
            self._owner = me
        self._depth += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._depth -= 1
        if not self._depth:
            self._owner = None
            self._lock.release()

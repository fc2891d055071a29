"""A lock that whoever waits for it gets before whoever has just had it."""

import threading
from types import TracebackType


class FairLock:
    """Reentrant, also for what interrupts its owner. Of many waiters one is sure to be next, the others contend for it.

    A thread that takes a plain lock again as soon as it has released it may keep all others from it: they are woken,
    and come too late. Here a waiter stands in the door, and who comes again has to wait behind it.
    """

    def __init__(self) -> None:
        self._door = threading.RLock()  # a signal's handler may come between the door and the lock
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        was_owned = self._lock._is_owned()  # type: ignore[attr-defined]  # threading.Condition asks it as well
        try:
            if was_owned:
                self._lock.acquire()
                return
            with self._door:
                self._lock.acquire()
        except BaseException:  # a signal's handler has raised
            if not was_owned and self._lock._is_owned():  # type: ignore[attr-defined]  # as above
                self._lock.release()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.release()

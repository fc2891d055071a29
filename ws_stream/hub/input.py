"""What viewers do with a stream's pictures, as the device's program takes it: an iterator, with and without asyncio.

Few events wait for a program that is slow. Nothing here waits for the program but its own thread or task.
"""

import asyncio
import threading
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, Self

from ..errors import UsageError
from ..loop_thread import LOOKS_EVERY
from ..protocol.input import Action, Pointer, bounded_wheel
from .errands import Errands
from .held import Mover

MAX_WAITING, MAX_OF_VIEWER = 4096, 1024
"""Events that wait for the program, of all viewers and of one: 20 MB at most, and as many as a page that is pasted."""


class InputEvent(NamedTuple):
    """What a viewer did."""

    viewer: int
    """Which viewer: a number of its own, as long as it is connected."""
    epoch: int
    number: int
    """The picture that it showed meanwhile, by epoch and number."""
    time: int | None
    """When that was taken, in microseconds since 1970 by the device's clock; None where it was too long ago."""
    action: Action
    """A `Pointer`, `Touch`, `Key`, `Text` or `Custom`; places are in pixels of the source."""


class InputEvents:
    """Events from now on, for `async for` and, in a thread that may wait, `for`.

    Ends when the stream does, or by `close`. Of moves that wait for the program only the newest is kept.
    """

    def __init__(self, errands: Errands, end: "Callable[[InputEvents], None]") -> None:
        self._errands, self._end = errands, end
        self._changed = threading.Condition()
        self._waiting: deque[list[InputEvent]] = deque()
        self._counts = Counter[int]()
        self._moves: dict[int, dict[Mover, list[InputEvent]]] = {}
        """Of each viewer: what waits, was pressed after nothing else, and gives way to a newer one."""
        self._wakers: set[Callable[[], object]] = set()
        self._is_over = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> InputEvent:
        self._errands.check_process()
        if self._errands.is_current:
            raise UsageError(
                "`for` would hold up the event loop of the stream; right would be `async for`, or another thread"
            )
        with self._changed:
            while not (self._waiting or self._is_over):
                self._changed.wait(LOOKS_EVERY)
            if self._waiting:
                return self._take()
        raise StopIteration

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> InputEvent:
        self._errands.check_process()
        while True:
            with self._changed:
                if self._waiting:
                    return self._take()
                if self._is_over:
                    raise StopAsyncIteration
                waker = _Waker()
                self._wakers.add(waker)
            try:
                await waker.called
            finally:
                with self._changed:
                    self._wakers.discard(waker)

    def close(self) -> None:
        """Hear no more. What waits is given out first, and then goes up what viewers hold down. From any thread."""
        self._end(self)

    def is_full(self, viewer: int) -> bool:
        """Whether the program is so far behind that no more is to wait for it."""
        with self._changed:
            return len(self._waiting) >= MAX_WAITING or self._counts[viewer] >= MAX_OF_VIEWER

    def put(self, event: InputEvent, mover: Mover | None) -> None:
        """One more, which replaces a move of the same mover that waits and has nothing of that viewer behind it."""
        with self._changed:
            moves = self._moves.setdefault(event.viewer, {})
            waiting = moves.get(mover) if mover else None
            if waiting:
                waiting[0] = _merged(waiting[0], event)
                return
            waiting = [event]
            self._waiting.append(waiting)
            self._counts[event.viewer] += 1
            if mover:
                moves[mover] = waiting
            else:
                moves.clear()
            self._wake()

    def finish(self) -> None:
        """No more come."""
        with self._changed:
            self._is_over = True
            self._wake()

    def _take(self) -> InputEvent:
        event = self._waiting.popleft().pop()  # what is empty is replaced no more
        self._counts[event.viewer] -= 1
        if not self._counts[event.viewer]:
            del self._counts[event.viewer], self._moves[event.viewer]
        return event

    def _wake(self) -> None:
        self._changed.notify_all()
        for waker in self._wakers:
            waker()


class _Waker:
    """Wakes the task that made it; from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.called = self._loop.create_future()

    def __call__(self) -> None:
        with suppress(RuntimeError):  # the loop has just been closed
            self._loop.call_soon_threadsafe(self._call)

    def _call(self) -> None:
        if not self.called.done():
            self.called.set_result(None)


def _merged(before: InputEvent, newest: InputEvent) -> InputEvent:
    """The newest move; what the wheel turned by is added up."""
    old, new = before.action, newest.action
    if not isinstance(old, Pointer) or not isinstance(new, Pointer) or not old.wheel:
        return newest
    right, down = new.wheel or (0.0, 0.0)
    wheel = bounded_wheel(old.wheel[0] + right, old.wheel[1] + down)
    return newest._replace(action=new._replace(wheel=wheel))

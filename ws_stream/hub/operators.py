"""The viewers that operate a stream, and the one part of the device's program that hears them.

Whatever a viewer holds down goes up when it leaves, or when nobody hears it any more. Knows nothing of pictures.
"""

import itertools
import logging
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field

from ..errors import UsageError
from ..protocol import messages
from ..protocol.input import within
from .caller import Caller, Hearer
from .errands import Errands
from .held import Held
from .input import InputEvent, InputEvents
from .subscription import Subscription

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Operator:
    """A viewer that has done something."""

    viewer: int
    held: Held = field(default_factory=Held)
    saw: tuple[int, int, int | None] = 0, 0, None
    """The picture that it showed last: epoch, number and time."""


class Operators:
    """`hear`, `leave`, `open` and `close` are called on the event loop, `listen` from any thread."""

    def __init__(self, name: str, errands: Errands, hears: bool | Hearer) -> None:
        self.may_be_heard = bool(hears)
        """Whether viewers are told that they can operate the stream."""
        self._name = name
        self._errands = errands
        self._caller = None if isinstance(hears, bool) else Caller(name, hears)
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._operators: dict[Subscription, _Operator] = {}
        self._hearer: Callable[[], InputEvents | None] = _nobody
        """Weak: whoever has forgotten it does not hear it."""
        self._is_closed = False
        self._was_slow = False

    def open(self) -> None:
        """A server has the stream."""
        self._is_closed = False

    def listen(self) -> InputEvents:
        """All events from now on. Whoever heard them before hears no more. Raises UsageError."""
        if not self.may_be_heard:
            raise UsageError(
                f"the stream '{self._name}' hears no input; right would be to make it with input=True"
            )
        self._errands.check_process()
        events = InputEvents(self._errands, self._end)
        with self._lock:
            self._end(self._hearer())
            self._hearer = weakref.ref(events)
            if self._is_closed:
                self._end(events)
        return events

    def hear(self, subscription: Subscription, said: messages.Input) -> None:
        """What a viewer did. Where nobody hears it, it is as if nothing was done."""
        size = subscription.source
        if not (self.may_be_heard and subscription.may_operate and size):
            return
        with self._lock:
            events = self._hearer() or self._begin()
            if not events:
                return
            operator = self._operators.get(subscription) or _Operator(next(self._numbers))
            self._operators[subscription] = operator
            operator.saw = said.epoch, said.number, subscription.taken(said.epoch, said.number)
            for action in said.events:
                is_full = events.is_full(operator.viewer)
                if is_full:
                    self._warn()
                heard = operator.held.take(within(action, size), is_full=is_full)
                if heard:
                    event = InputEvent(operator.viewer, *operator.saw, heard.action)
                    events.put(event, heard.mover)

    def leave(self, subscription: Subscription) -> None:
        """The viewer is gone."""
        with self._lock:
            operator = self._operators.pop(subscription, None)
            if operator:
                _release(operator, self._hearer())

    def close(self) -> None:
        """Nobody hears any more."""
        with self._lock:
            self._is_closed = True
            self._end(self._hearer())
        if self._caller:
            self._caller.finish()

    def _begin(self) -> InputEvents | None:
        """The function hears from now on, if there is one."""
        if not self._caller or self._is_closed:
            return None
        events = self.listen()
        self._caller.begin(events)
        return events

    def _end(self, events: InputEvents | None) -> None:
        """These are over, and what viewers hold down goes up; unless others are heard since."""
        with self._lock:
            if events is not self._hearer():
                return
            self._hearer = _nobody
            for operator in self._operators.values():
                _release(operator, events)
        if events:
            events.finish()

    def _warn(self) -> None:
        if not self._was_slow:
            self._was_slow = True
            _log.warning(
                "stream %s: the program takes what viewers do too slowly, so some of it is lost",
                self._name,
            )


def _nobody() -> None:
    return None


def _release(operator: _Operator, events: InputEvents | None) -> None:
    for action in operator.held.release():
        if events:
            events.put(InputEvent(operator.viewer, *operator.saw, action), None)

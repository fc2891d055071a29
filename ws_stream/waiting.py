"""The first picture that is as somebody wants it, within a time. Knows nothing of how pictures come."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, Protocol, cast

from .arguments import Kind, above
from .errors import UsageError, WaitTimeoutError
from .pixels.frame import Frame

Predicate = Callable[[Frame], bool]
"""Whether a picture is as it is wanted."""


class Followed(Protocol):
    """A stream that is looked at: a Connection."""

    url: str
    problem: str | None
    lost: str | None

    def __aiter__(self) -> AsyncIterator[Frame]:
        """Its pictures from now on."""


def _predicate(value: Any) -> Predicate:  # noqa: ANN401 - whatever was handed in
    if not callable(value) or inspect.iscoroutinefunction(value):
        raise TypeError(value)
    return cast(Predicate, value)


PREDICATE = Kind(_predicate, "a plain function that takes a Frame and tells whether it will do")
_TIMEOUT = above(0, 86_400, "a number of seconds above 0, up to those of a day")


def frames_of(stream: Followed) -> AsyncGenerator[Frame, None]:
    """An iteration of its own, which whoever began it is to close."""
    return cast(AsyncGenerator[Frame, None], aiter(stream))


class Wait:
    """One wait: what is wanted, and what was seen. Raises UsageError."""

    def __init__(self, stream: Followed, predicate: Predicate, timeout: float) -> None:
        self.stream = stream
        self.seconds = _TIMEOUT.take("timeout", timeout)
        self._predicate = PREDICATE.take("predicate", predicate)
        self._last: Frame | None = None
        self._seen = 0

    def is_over(self, frame: Frame) -> bool:
        """Whether the frame will do. Raises UsageError, and what the predicate does."""
        self._last, self._seen = frame, self._seen + 1
        return _holds(self._predicate(frame))

    def in_vain(self) -> WaitTimeoutError:
        """What is raised when the time is over."""
        within = f"within {self.seconds:g} s from {self.stream.url}"
        said = f"no picture came {within}"
        if self._last:
            last = f"number {self._last.number}, of {self._last.width}x{self._last.height}"
            said = f"no picture was as wanted {within}; the last of {self._seen} was {last}"
        if self.stream.problem:
            said += f"; the source has a problem: {self.stream.problem}"
        if self.stream.lost:
            said += f"; there is no connection: {self.stream.lost}"
        return WaitTimeoutError(said)


async def first_frame(wait: Wait) -> Frame:
    """The first picture from now on that will do. Raises WaitTimeoutError, and what the stream and the predicate do."""
    async with aclosing(frames_of(wait.stream)) as frames:
        try:
            async with asyncio.timeout(wait.seconds) as limit:
                async for frame in frames:
                    if wait.is_over(frame):
                        return frame
        except TimeoutError:
            if not limit.expired():  # it is the predicate's
                raise
    raise wait.in_vain()


def _holds(answer: object) -> bool:
    if inspect.isawaitable(answer):
        getattr(answer, "close", lambda: None)()  # nobody will await it
        raise UsageError(
            f"the predicate's answer must be awaited; right would be {PREDICATE.right}"
        )
    return bool(answer)

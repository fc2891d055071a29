"""`replay:` a recording, or just a path that ends in .wss: played as it was recorded, from the first poll on.

Knows nothing of how recordings lie in files.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..arguments import plain
from ..errors import Failure, SourceError, UsageError
from ..pixels.formats import PixelFormat
from ..protocol.extension import rewritten
from ..protocol.options import SWITCH
from ..recording import Moment, Recording
from .address import Address, stream_name
from .source import Picture

MAX_SPEED = 1000
"""Times as fast as it was: an hour in four seconds."""

_NO_ADDRESS = re.compile(r"(?![A-Za-z][A-Za-z0-9+-]*:).*\.wss", re.DOTALL)


def is_recording(address: str) -> bool:
    """Whether an address of a source is the plain path of a recording."""
    return bool(_NO_ADDRESS.fullmatch(address))


def open_replay(address: Address) -> "Replay":
    """The source at a `replay:` address. Raises UsageError."""
    address.only(*OPTIONS)
    values: dict[str, Any] = {}
    for option, text in address.options.items():
        parse, right = OPTIONS[option]
        try:
            values[option] = parse(text)
        except (KeyError, ValueError):
            raise UsageError(f"{option}={plain(text)} cannot be; right would be {right}") from None
    return Replay(address.path, **values)


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed <= MAX_SPEED:
        raise ValueError(text)
    return speed


OPTIONS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "speed": (_speed, f"how many times as fast as it was, above 0, up to {MAX_SPEED}"),
    "loop": SWITCH,
}
"""How each is read, and what is right."""


class Replay:
    """Shows a recording's pictures when they are due; after the end its last one, or with `loop` the first again."""

    def __init__(
        self,
        file: str,
        *,
        speed: float = 1.0,
        loop: bool = False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._recording = Recording(file)
        self.name = stream_name(self._recording.path.stem, "replay")
        try:
            self._play = _Play(self._recording)
        except BaseException:
            self._recording.close()
            raise
        self._speed = speed
        self._loop = loop and self._recording.seconds > 0
        self._now = now
        self._began: float | None = None

    @property
    def format(self) -> PixelFormat:
        """The pixel format of the picture polled last."""
        return self._play.shown.frame.format

    @property
    def width(self) -> int:
        """Pixels in a row of the picture polled last."""
        return self._play.shown.frame.width

    @property
    def height(self) -> int:
        """Rows of the picture polled last."""
        return self._play.shown.frame.height

    def poll(self, seen: object = None) -> Picture | None:
        """The picture that is due; None if that is `seen`. Raises SourceError where the file is damaged."""
        if self._began is None:
            self._began = self._now()
        seconds, lap = (self._now() - self._began) * self._speed, 0
        if self._loop:
            laps, seconds = divmod(seconds, self._recording.seconds)
            lap = int(laps)
        number = self._play.go_to(lap, seconds)
        shown = lap * len(self._recording) + number
        if seen == shown:
            return None
        frame = self._play.shown.frame
        meta = frame.meta if rewritten(frame.meta) else None
        return Picture(frame.pixels, shown, lambda: True, shown + 1, meta)

    def close(self) -> None:
        """Let go of the file."""
        self._recording.close()


class _Play:
    """Which picture is shown. The next one is decoded before it is due."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._lap = 0
        self._next: Moment | None = None
        self._damage = ""
        """What is said of it, once the last picture before it was shown."""
        self.shown, self._moments = self._from(0)

    def go_to(self, lap: int, seconds: float) -> int:
        """Show the picture of this time, or the last one before damage; its number.

        Raises SourceError from then on.
        """
        if self._damage:
            raise SourceError(self._damage, Failure.UNREADABLE)
        try:
            late = self._next and self._recording.has_place_between(self._next.seconds, seconds)
            if late or lap != self._lap:
                self.shown, self._moments = self._from(seconds)
                self._next, self._lap = None, lap
            self._next = self._next or next(self._moments, None)
            while self._next and self._next.seconds <= seconds:
                self.shown = self._next
                self._next = next(self._moments, None)
        except UsageError as error:
            self._damage = str(error)
        return self.shown.number

    def _from(self, seconds: float) -> tuple[Moment, Iterator[Moment]]:
        """The picture of this time, and those after it."""
        moments = self._recording.seek(seconds=seconds)
        for shown in moments:
            return shown, moments
        raise UsageError(f"{self._recording.name} holds no picture, so there is nothing to show")

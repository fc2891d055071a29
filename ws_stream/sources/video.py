"""`video:FILE`: a film, played at its own pace from the first poll on. Takes PyAV, the extra `video`.

Knows nothing of how films lie in files.
"""

import time
from collections.abc import Callable
from pathlib import Path

from ..arguments import plain
from ..errors import Failure, SourceError, UsageError, WsStreamError
from ..protocol.options import SWITCH
from .address import Address, stream_name
from .film import Film, Moment
from .source import Picture, Shaped

DECODE_WITHIN = 0.25
"""Seconds of decoding in one poll, after which the film goes on from there: where that is too slow, so is the film."""


def open_video(address: Address) -> "Video":
    """The source at a `video:` address. Raises UsageError and SourceError."""
    address.only("loop")
    if not address.path:
        raise UsageError("a video: source needs a file; right would be video:FILE")
    text = address.options.get("loop", "0")
    parse, right = SWITCH
    try:
        loop = parse(text)
    except KeyError:
        raise UsageError(f"loop={plain(text)} cannot be; right would be {right}") from None
    return Video(Path(address.path), loop=loop)


class Video(Shaped):
    """Shows a film's pictures when they are due; after the end its last one, or with `loop` the film again.

    While nobody watches it stands still. A file that is another one is played from its beginning, with `loop` at its
    next turn, and where the old one was damaged.
    """

    _shown: Moment

    def __init__(
        self, path: Path, *, loop: bool = False, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = stream_name(path.stem, "video")
        self._path = path
        self._loop = loop
        self._now = now
        self._clock = _Clock()
        self._number = 1
        self._damage: SourceError | None = None
        self._film = Film(path)
        self._next: Moment | None = None
        try:
            self._shown = self._film.first()
        except BaseException:
            self._film.close()
            raise

    def poll(self, seen: object = None) -> Picture | None:
        """The picture that is due; None if that is `seen`. Raises SourceError where the file is damaged."""
        if self._damage and self._film.is_there():
            raise self._damage
        now = self._now()
        try:
            if self._damage:
                self._begin(now)
            self._play(now)
        except WsStreamError as error:
            self._damage = SourceError(str(error), Failure.UNREADABLE)
            raise self._damage from None
        self._damage = None
        if seen == self._number:
            return None
        return Picture(self._shown.pixels, self._number, lambda: True, self._number)

    def rest(self) -> None:
        """Nobody watches: the film stands still until the next poll."""
        self._clock.stop(self._now())

    def close(self) -> None:
        """Let go of the file."""
        self._film.close()

    def _begin(self, now: float) -> None:
        """Play the file that is there now. Raises UsageError and SourceError."""
        film = Film(self._path)
        try:
            self._next = film.first()
        except BaseException:
            film.close()
            raise
        self._film.close()
        self._film = film
        self._clock.set(0.0, now)

    def _play(self, began: float) -> None:
        """Show what is due. Raises UsageError and SourceError."""
        while True:
            self._next = self._next or self._film.next()
            seconds = self._clock.seconds(began)
            if self._next is None:
                end = self._shown.seconds + self._film.gap
                if not self._loop or not self._shown.seconds or seconds < end:
                    return
                self._begin(began - (seconds - end))
                continue
            if self._next.seconds > seconds:
                return
            self._shown, self._next = self._next, None
            self._number += 1
            if (now := self._now()) - began >= DECODE_WITHIN:
                self._clock.set(self._shown.seconds, now)
                return


class _Clock:
    """How far a film has come. All times are seconds of one clock that only moves forward."""

    def __init__(self) -> None:
        self._zero: float | None = None
        self._stopped: float | None = None

    def seconds(self, now: float) -> float:
        """Since its first picture was shown, without the time for which it stood still."""
        if self._zero is None:
            self._zero = now
        elif self._stopped is not None:
            self._zero += now - self._stopped
        self._stopped = None
        return now - self._zero

    def set(self, seconds: float, now: float) -> None:
        """So far it has come now."""
        self._zero, self._stopped = now - seconds, None

    def stop(self, now: float) -> None:
        """It stands still until it is asked again."""
        self._stopped = now

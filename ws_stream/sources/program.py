"""`cmd:PROGRAM WORDS?width=W&height=H&format=F`: raw pictures that a program writes to its standard output.

It runs while somebody watches. All that it writes is read at once, so it is never kept waiting, and the newest whole
picture is shown. Knows nothing of how processes are started and ended.
"""

import shlex
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from ..arguments import shown
from ..errors import Failure, SourceError, UsageError
from ..limits import MAX_FPS
from ..pixels.formats import PixelFormat
from .address import Address, stream_name
from .process import Process, is_there
from .slots import Slots
from .source import Picture

LINGER = 2.0
"""Seconds that a program runs on when nobody watches any more: a page that is loaded anew finds it running."""
START_EVERY = 1.0
"""Seconds from one start of a program to the next, at least: one that fails at once costs no more than that."""
STALL = 5.0
"""Seconds without a whole picture after which viewers are told, as for functions (`producers/reader`)."""
CLOSE_WITHIN = 2.0
"""Seconds that are waited for its end when the source is closed; a program that does not obey is killed after one."""


def open_cmd(address: Address) -> "ProgramSource":
    """The source at a `cmd:` address; the program is not started. Raises UsageError."""
    address.only("width", "height", "format")
    right = "right would be cmd:PROGRAM WORDS?width=WIDTH&height=HEIGHT&format=PIXELFORMAT"
    try:
        words = shlex.split(address.path)
    except ValueError as error:
        raise UsageError(f"{shown(address.path)} is no command: {error}; {right}") from None
    if not words or not words[0]:
        raise UsageError(f"a cmd: source needs a program; {right}")
    if not is_there(words[0]):
        raise UsageError(
            f"the program {shown(words[0])} cannot be found; right would be the path of one that may be run, or the "
            "name of one in the folders of PATH (it gets no shell)"
        )
    width, height = address.number("width", least=1), address.number("height", least=1)
    return ProgramSource(words, address.pixel_format("format"), width, height)


class ProgramSource:
    """Runs the program from the first poll on, and again when it ends."""

    def __init__(
        self, words: Sequence[str], pixel_format: PixelFormat, width: int, height: int
    ) -> None:
        self.name = stream_name(Path(words[0]).stem, default="cmd")
        self.format = pixel_format
        self.width = width
        self.height = height
        self._words = words
        self._slots = Slots(pixel_format, width, height)
        self._run: _Run | None = None
        self._shown = 0
        self._failure: SourceError | None = None

    def poll(self, seen: object = None) -> Picture | None:
        """The newest whole picture; None if that is `seen`, or if the program has just begun.

        Raises SourceError where it ends, cannot be started, or gives no picture.
        """
        run = self._running()
        count = self._slots.count
        if count == max(
            self._shown, run.first
        ):  # else one is to be seen first that came before the end
            if self._failure:
                raise self._failure
            if run.silent() >= STALL:
                raise SourceError(run.stalled())
            if count in (run.first, seen):
                return None
        self._failure = None
        pixels, self._shown = self._slots.newest()
        return Picture(pixels, self._shown, lambda: True, self._shown)

    def rest(self) -> None:
        """Nobody watches: the program ends in a moment, unless it is polled again."""
        if self._run:
            self._run.want(LINGER)

    def close(self) -> None:
        """End the program."""
        if self._run:
            self._run.want(0)
            self._run.join(CLOSE_WITHIN)

    def _running(self) -> "_Run":
        """The run that is on, or a new one when the last one is over and it is time."""
        run = self._run
        if run and run.is_over():
            self._failure = run.failure or self._failure
            if time.monotonic() - run.began >= START_EVERY:
                run = None
        if run is None:
            run = self._run = _Run(self._words, self._slots, f"ws-stream cmd {self.name}")
            run.start()
        run.want(None)
        return run


class _Run(threading.Thread):
    """One run of a program, from start to end; one thread for it, as its end is that of the thread which began it."""

    def __init__(self, words: Sequence[str], slots: Slots, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.failure: SourceError | None = None
        """How it ended by itself, when it is over."""
        self.began = self._came = time.monotonic()
        self.first = slots.count
        """Pictures that are old: earlier runs completed them, or nobody wanted this one to go on."""
        self._words = words
        self._slots = slots
        self._until: float | None = None
        self._got = 0
        self._process: Process | None = None

    def want(self, seconds: float | None) -> None:
        """It is wanted for so many seconds; None: until that is said."""
        had_end, self._until = self._until, None if seconds is None else time.monotonic() + seconds
        if (had_end is None) != (seconds is None) or seconds == 0:
            process = self._process
            if process:
                process.wake()

    def is_over(self) -> bool:
        """Whether the program has ended."""
        return not self.is_alive()

    def silent(self) -> float:
        """Seconds since its last whole picture, or since it began."""
        return time.monotonic() - self._came

    def stalled(self) -> str:
        """That it gives none."""
        size = len(self._slots.written())
        return (
            f"the program {shown(self._words[0])} has given no picture for {STALL:g} s "
            f"({self._got} of the {size} bytes of the next one came)"
        )

    def run(self) -> None:
        """Read all that it writes, until it ends or is wanted no more."""
        try:
            process = self._process = Process(self._words)
        except SourceError as error:
            self.failure = error
            return
        try:
            is_over = self._read(process)
        finally:
            self._process = None
            how = process.end()
        if is_over:
            self.failure = SourceError(how + self._rest(), Failure.ENDED)

    def _read(self, process: Process) -> bool:
        """Whether it has ended by itself."""
        into, due = self._slots.written(), 0.0
        while self._is_wanted():
            until = self._until
            seconds = None if until is None else max(0.0, until - time.monotonic())
            count = process.read(into[self._got :], seconds)
            if count == 0:
                return True
            self._got += count or 0
            if self._got == len(into):
                self._slots.complete()
                into, self._got, self._came = self._slots.written(), 0, time.monotonic()
                time.sleep(max(0.0, due - self._came))
                due = self._came + 1 / MAX_FPS  # one that writes as quickly as it can takes no more
        self.first = self._slots.count
        return False

    def _is_wanted(self) -> bool:
        until = self._until
        return until is None or time.monotonic() < until

    def _rest(self) -> str:
        """What is to be said of a picture that it did not complete."""
        size = len(self._slots.written())
        right = f"right would be whole pictures of {size} bytes, one after the other"
        return f", {self._got} bytes into a picture; {right}" if self._got else f"; {right}"

"""Pictures in a file or device that another program writes to, mapped read-only: what mmap:, shm:, xwd: and fb: share.

Knows nothing of addresses, nor of what else stands in the file.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ..errors import Failure, SourceError, WsStreamError
from ..pixels.formats import PixelFormat, Pixels
from ..pixels.kept import check_size
from .layout import NOTHING_YET, Counter, Front, Layout
from .mapped_file import MappedFile, Mapping, TooShortError
from .memory import FileMemory, Mapped
from .source import Picture

Locate = Callable[[int], Layout]
"""Says where the picture lies in an open file, given its descriptor; asked before every picture, so it must be quick.
Raises UsageError for a file that is of another kind."""

BEGIN_WITHIN, BEGIN_EVERY = 1.0, 0.0005
"""Seconds that a file has at the start to be as long as it should be, and from one look to the next."""
TRUST = 30
"""Polls of a file whose counter moves before its path is walked again. That costs more than to ask the open file for
its size, which has to be known before memory is read."""


class _Life:
    """What is read of a file, as long as it is that file and of that size."""

    def __init__(
        self, serial: int, layout: Layout, number: Counter | Front | None, memory: FileMemory | None
    ) -> None:
        self.serial = serial
        """Another one each time: the same count is then another picture."""
        self.layout = layout
        self.memory = memory
        """None when there is no file."""
        self.zero_is_none = True
        """A counter of 0 says that nothing was written yet, and not that it has passed through 0."""
        self._number = number

    def number(self) -> int:
        """What the writer keeps: how many pictures it has completed, or which slot is in front; 1 for nothing."""
        if self._number is None:
            return 1
        assert self.memory
        at = self._number
        number = int(at.view(*self.memory.at(at.offset, at.end)))
        if isinstance(at, Counter) and number >= at.half:
            self.zero_is_none = False
        return number

    def version(self, number: int) -> object:
        """Two pictures of one version are the same; None: nobody knows."""
        return (self.serial, number) if isinstance(self._number, Counter) else None

    def slot(self, number: int) -> int:
        """Where the picture lies. Raises SourceError where there is none."""
        if self._number is None:
            return 0
        if isinstance(self._number, Counter) and number == 0 and self.zero_is_none:
            raise SourceError(NOTHING_YET, Failure.NOTHING_YET)
        return self._number.slot(number, self.layout.slots)

    def pixels(self, slot: int) -> Pixels:
        """Those in a slot."""
        assert self.memory
        begin = self.layout.start(slot)
        buffer, start = self.memory.at(begin, begin + self.layout.slot_bytes)
        return self.layout.view(buffer, slot, start)

    def is_intact(self, number: int) -> bool:
        """Asked after reading: whether the writer cannot have come round to that picture; without a number a hope."""
        assert self.memory
        is_torn = self._number and self._number.is_torn(number, self.number(), self.layout.slots)
        return not is_torn and not self.memory.is_lost()  # in this order: the number may be lost


class MappedSource:
    """Pictures in a file. With a counter it is known when there is a new one; with any number, when one was torn."""

    def __init__(
        self,
        name: str,
        path: Path,
        locate: Locate,
        number: Counter | Front | None = None,
        *,
        steady: bool = True,
    ) -> None:
        self.name = name
        self._steady = steady
        self._locate = locate
        self._number = number
        self._polled = 0
        self._trust = 0
        self._file = MappedFile(path)
        try:
            self._life = _Life(0, locate(self._file.fd), number, None)
            self._begin(time.monotonic() + BEGIN_WITHIN)
        except BaseException:
            self._file.close()
            raise

    def _begin(self, until: float) -> None:
        """Map the file; one that is just being written anew is whole a moment later."""
        while True:
            try:
                self._map(self._locate(self._file.fd))
            except TooShortError:
                if time.monotonic() >= until:
                    raise
                time.sleep(BEGIN_EVERY)
                self._file.refresh()
            else:
                return

    @property
    def format(self) -> PixelFormat:
        """The pixel format of the picture polled last."""
        return self._life.layout.shown.format

    @property
    def width(self) -> int:
        """Pixels in a row of the picture polled last."""
        return self._life.layout.shown.width

    @property
    def height(self) -> int:
        """Rows of the picture polled last."""
        return self._life.layout.height

    def poll(self, seen: object = None) -> Picture | None:
        """The picture in the newest complete slot; None if its count, in this life of the file, is the one seen.

        Without a counter never None. Raises SourceError when there is no picture now.
        """
        if self._is_trusted():
            self._trust -= 1
        else:
            self._refresh()
        life = self._life
        number, slot = self._look()
        self._polled = number
        version = life.version(number)
        if version is not None and version == seen:
            return None
        pixels = life.pixels(slot)
        if life.layout.packed:
            pixels = life.layout.packed.look_up(pixels)
        completed = number if isinstance(self._number, Counter) else None
        return Picture(pixels, version, partial(life.is_intact, number), completed)

    def mapping(self) -> Mapping | None:
        """The memory to be read for the next second; None where pictures are copied, looked up or may lie elsewhere.

        Raises SourceError when there is no picture now.
        """
        if not self._steady:
            return None
        self._refresh()
        life, file = self._life, self._file
        if life.layout.packed or not isinstance(life.memory, Mapped):
            return None
        self._look()
        fd = file.fd if file.is_regular else -1
        return Mapping(life.memory, life.layout, self._number, life.zero_is_none, fd, file.size)

    def rest(self) -> None:
        """Nobody watches: let go of the file until the next poll."""
        self.close()

    def close(self) -> None:
        """Let go of the file; views of its memory stay readable as long as they live."""
        self._forget()
        self._file.close()

    def _look(self) -> tuple[int, int]:
        """The number that the writer keeps, and the slot of the newest picture. Raises SourceError."""
        life = self._life
        assert life.memory
        life.memory.stand_guard()
        number = life.number()
        try:
            return number, life.slot(number)
        except SourceError:
            if life.memory.is_lost():  # nobody has written that number
                self._refresh()
            raise

    def _is_trusted(self) -> bool:
        """Whether the file has a writer, as its number moves: that its path still leads to it is seen now and then."""
        life = self._life
        if self._trust <= 0 or life.memory is None or self._file.resized():
            return False
        return life.number() != self._polled and not life.memory.is_lost()

    def _refresh(self) -> None:
        """See what is under the path now. Raises SourceError."""
        self._trust = 0
        try:
            anew = self._file.refresh()
            layout = self._locate(self._file.fd)
            if anew or layout is not self._life.layout or not self._life.memory:
                self._map(layout)
        except WsStreamError as error:
            # It was right when the source was opened: the file has changed.
            self._forget()
            raise SourceError(str(error), getattr(error, "failure", Failure.UNFIT)) from None
        if self._number and self._file.is_regular:  # a device may not know its size
            self._trust = TRUST

    def _map(self, layout: Layout) -> None:
        """Find the slots and the number in the file's memory: a new life."""
        if layout.packed:  # what is looked up takes memory
            check_size(layout.shown.format, layout.shown.width, layout.height)
        number = self._number
        start, end = layout.offset, layout.end
        if number is not None:
            start, end = min(start, number.offset), max(end, number.end)
        memory = self._file.memory(start, end)
        self._life = _Life(self._life.serial + 1, layout, number, memory)

    def _forget(self) -> None:
        """Let go of the memory: a deleted file's is held as long as there are views of it."""
        self._life = _Life(self._life.serial, self._life.layout, self._number, None)

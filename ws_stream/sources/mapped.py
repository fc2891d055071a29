"""Pictures in a file or device that another program writes to, mapped read-only: what mmap:, shm:, xwd: and fb: share.

Knows nothing of addresses, nor of what else stands in the file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..errors import SourceError, WsStreamError
from ..pixels.formats import Pixels
from .layout import Counter, Layout, torn
from .mapped_file import MappedFile, Mapping
from .source import Picture

Locate = Callable[[int], Layout]
"""Says where the picture lies in an open file, given its descriptor; asked before every picture, so it must be quick.
Raises UsageError for a file that is of another kind."""

NOTHING_YET = "nothing written yet: the counter of pictures is 0"

TRUST = 30
"""Polls of a file whose counter moves before its path is walked again. That costs more than to ask the open file for
its size, which has to be known before memory is read."""


@dataclass(frozen=True, slots=True, eq=False)
class _Memory:
    """What is read of a file, as long as it is that file and of that size."""

    life: int
    """Another one each time: the same count is then another picture."""
    layout: Layout
    slots: tuple[Pixels, ...] = ()
    """Empty when there is no file."""
    number: Pixels | None = None
    """Of the pictures completed so far; None where nobody counts."""

    def count(self) -> int:
        """Pictures completed so far; without a counter always 1."""
        return 1 if self.number is None else int(self.number)

    def is_intact(self, count: int) -> bool:
        """Whether the writer cannot have come round to picture `count`; without a counter True, a hope."""
        return not torn(count, self.count(), len(self.slots))


class MappedSource:
    """Pictures in a file. With a counter it is known when there is a new one and when one was torn."""

    def __init__(
        self,
        name: str,
        path: Path,
        locate: Locate,
        counter: Counter | None = None,
        *,
        steady: bool = True,
    ) -> None:
        self.name = name
        self._steady = steady
        self._locate = locate
        self._counter = counter
        self._polled = 0
        self._trust = 0
        self._file = MappedFile(path)
        try:
            self._memory = _Memory(0, locate(self._file.fd))
            self.format = self._memory.layout.format
            self._map(self._memory.layout)
        except BaseException:
            self._file.close()
            raise

    @property
    def width(self) -> int:
        """Pixels in a row of the picture polled last."""
        return self._memory.layout.width

    @property
    def height(self) -> int:
        """Rows of the picture polled last."""
        return self._memory.layout.height

    def poll(self, seen: object = None) -> Picture | None:
        """The picture in the newest complete slot; None if its count, in this life of the file, is the one seen.

        Without a counter never None. Raises SourceError when there is no picture now.
        """
        if self._is_trusted():
            self._trust -= 1
        else:
            self._refresh()
        memory = self._memory
        count = self._polled = memory.count()
        if count == 0:
            raise SourceError(NOTHING_YET)
        version = None if self._counter is None else (memory.life, count)
        if version is not None and version == seen:
            return None
        pixels = memory.slots[(count - 1) % len(memory.slots)]
        counted = None if version is None else count
        return Picture(pixels, version, partial(memory.is_intact, count), counted)

    def mapping(self) -> Mapping | None:
        """The memory to be read for the next second; None where the pictures may lie elsewhere each time.

        Raises SourceError when there is no picture now.
        """
        if not self._steady:
            return None
        self._refresh()
        if self._memory.count() == 0:
            raise SourceError(NOTHING_YET)
        layout, file = self._memory.layout, self._file
        start = layout.offset if self._counter is None else min(layout.offset, self._counter.offset)
        memory, start = file.buffer(start, start)
        fd = file.fd if file.is_regular else -1
        return Mapping(memory, start, layout, self._counter, fd, file.size)

    def close(self) -> None:
        """Let go of the file; views of its memory stay readable as long as they live."""
        self._forget()
        self._file.close()

    def _is_trusted(self) -> bool:
        """Whether the file has a writer, as its counter moves: that its path still leads to it is seen now and then."""
        # The size comes first: the counter is memory, too.
        return self._trust > 0 and not self._file.resized() and self._memory.count() != self._polled

    def _refresh(self) -> None:
        """See what is under the path now. Raises SourceError."""
        self._trust = 0
        try:
            anew = self._file.refresh()
            layout = self._locate(self._file.fd)
            if anew or layout is not self._memory.layout or not self._memory.slots:
                self._map(layout)
        except WsStreamError as error:
            # It was right when the source was opened: the file has changed.
            self._forget()
            raise SourceError(str(error)) from None
        if self._counter and self._file.is_regular:  # a device may not know its size
            self._trust = TRUST

    def _map(self, layout: Layout) -> None:
        """Find the slots and the counter in the file's memory: a new life."""
        if layout.format is not self.format:
            raise SourceError(f"the pixel format was {self.format} and is now {layout.format}")
        counter = self._counter
        start, end = layout.offset, layout.end
        if counter is not None:
            start, end = min(start, counter.offset), max(end, counter.end)
        buffer, start = self._file.buffer(start, end)
        slots = tuple(layout.view(buffer, slot, start) for slot in range(layout.slots))
        number = None if counter is None else counter.view(buffer, start)
        self._memory = _Memory(self._memory.life + 1, layout, slots, number)

    def _forget(self) -> None:
        """Let go of the memory: a deleted file's is held as long as there are views of it."""
        self._memory = _Memory(self._memory.life, self._memory.layout)

"""`ring:NAME`: pictures that a program writes with `ws_stream.Ring` or ws_stream_ring.h; the file says all of itself.

Shows them wherever they are whole, whatever the writer does meanwhile, dies included. docs/ring.md has the bytes.
"""

from functools import partial
from pathlib import Path

from ..errors import Failure, SourceError, WsStreamError
from .address import Address, stream_name
from .mapped_file import MappedFile, Mapping
from .memory import Mapped
from .ring_layout import HEADER, RingHeader, ring_path
from .ring_life import Life
from .source import Picture, Shaped

TRUST = 30
"""Polls of a ring that has a new picture each time, before its path is walked again."""
BEING_DRAWN = "no slot of the ring holds a whole picture now; right would be more slots, or a writer that goes on"


def open_ring(address: Address) -> "RingSource":
    """The source at a `ring:` address. Raises UsageError and SourceError."""
    address.only()
    path = ring_path(address.path)
    return RingSource(stream_name(path.stem, default="ring"), path)


class RingSource(Shaped):
    """The pictures of a ring. A writer that begins anew may have another size and format."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._file = MappedFile(path)
        self._serial = 0
        self._polled = self._trust = 0
        try:
            self._life: Life | None = None
            self._shown = self._begin().layout
        except BaseException:
            self._file.close()
            raise

    def poll(self, seen: object = None) -> Picture | None:
        """The newest whole picture, and where it differs from `seen`; None if it is that one, or there is none now.

        Raises SourceError when there is no ring, or no whole picture in it for whoever has seen none.
        """
        life = self._current()
        life.memory.stand_guard()
        known = self._number(life, seen)
        # Without a picture its writer may be dead, and another have begun.
        trust, self._trust = self._trust, 0
        shown = life.newest()
        if shown is None:
            if known is not None:
                return None
            raise SourceError(BEING_DRAWN, Failure.TORN)
        self._polled, self._trust = shown.number, trust
        if shown.number == known:
            return None
        buffer, start = life.memory.at(*life.extent(shown.slot))
        return Picture(
            life.layout.view(buffer, shown.slot, start),
            (life.serial, shown.number),
            partial(life.is_intact, shown),
            shown.number,
            shown.meta,
            None if known is None else life.damage(known, shown.number),
            shown.taken,
        )

    def mapping(self) -> Mapping | None:
        """The memory to be read for the next second; None where it is copied. Raises SourceError without a picture."""
        self._trust = 0
        life, file = self._current(), self._file
        raw = (
            life.layout.format.raw
        )  # damage is of the picture's rows, and the compiled reader knows those of a slot
        if not isinstance(life.memory, Mapped) or not file.is_regular or (raw and raw.planes > 1):
            return None
        life.memory.stand_guard()
        life.newest()
        return Mapping(life.memory, life.layout, None, True, file.fd, file.size, life.raw)

    def rest(self) -> None:
        """Nobody watches: let go of the file until the next poll."""
        self.close()

    def close(self) -> None:
        """Let go of the file; views of its memory stay readable as long as they live."""
        self._life = None
        self._file.close()

    def _number(self, life: Life, seen: object) -> int | None:
        """The number of the picture seen, if it was of this life."""
        if isinstance(seen, tuple) and seen[0] == life.serial:
            return int(seen[1])
        return None

    def _current(self) -> Life:
        """The file as it is laid out now. Raises SourceError where there is no ring."""
        life = self._life
        if life and self._trust > 0 and not self._file.resized() and life.moves_on(self._polled):
            self._trust -= 1
            return life
        try:
            anew = self._file.refresh()
            if anew or not self._life or not self._life.is_as_it_was():
                self._life = None
                self._begin()
        except WsStreamError as error:
            self._life = None
            failure = getattr(error, "failure", Failure.UNFIT)
            raise SourceError(str(error), failure) from None
        assert self._life
        self._trust = TRUST
        return self._life

    def _begin(self) -> Life:
        """A new life. Raises UsageError for what is no ring, SourceError and TooShortError for what is none now."""
        memory = self._file.memory(0, HEADER.size)
        buffer, _ = memory.at(0, HEADER.size)
        header = RingHeader.parse(bytes(memoryview(buffer)[: HEADER.size]))
        end = max(header.end, header.layout.end)
        self._serial += 1
        self._life = Life(self._serial, header, self._file.memory(0, end))
        self._shown = self._life.layout
        return self._life

"""The compiled walk (core/binding.c). What each method does: ws_stream/walk/numpy_walk.py and places.py.

And memory of files that may be cut off while it is read (core/guard.h).
"""

from collections.abc import Sequence
from mmap import mmap
from typing import Self

from .pixels.formats import Pixels

def unpack(block: bytes | memoryview, most: int, /) -> bytes | None:
    """As `codec.unpack.unpack_in_python`."""

class Memory:
    """Bytes of an open file, mapped to be read; what the file's writer cuts off are zeros then."""

    def __new__(cls, fd: int, offset: int, length: int, /) -> Self:
        """Raises OSError, ValueError and OverflowError for what cannot be mapped."""

    def __buffer__(self, flags: int, /) -> memoryview: ...
    def is_lost(self) -> bool:
        """Asked after reading: whether any of it was cut off."""

    def stand_guard(self) -> None:
        """Asked before reading: another handler of SIGBUS may have been set since."""

class Walk:
    def __new__(cls, lz4_libraries: tuple[str, ...], fps: float) -> Self: ...
    def open_variant(
        self,
        variant_id: int,
        layout: bytes,
        crop: tuple[int, int, int, int],
        step: int,
        average: bool,
        encoding: tuple[bool, bool, int],
        size: tuple[int, int],
        shown: tuple[int, int],
        palette: bytes,
        code: int,
        epoch: int,
        /,
    ) -> None: ...
    def close_variant(self, variant_id: int, /) -> None: ...
    def state(self, variant_id: int, /) -> tuple[int, int, int]: ...
    def picture(self, variant_id: int, /) -> bytes: ...
    def taken(self, place: int, epoch: int, number: int, /) -> int: ...
    def join(
        self, fd: int, variant_id: int, acknowledges: bool, fps: float, now: float, /
    ) -> int: ...
    def leave(self, place: int, /) -> None: ...
    def move(self, place: int, variant_id: int, now: float, /) -> None: ...
    def announced(self, place: int, now: float, /) -> None: ...
    def forget(self, place: int, now: float, /) -> None: ...
    def set_rate(self, place: int, fps: float, now: float, /) -> None: ...
    def limit(self, variant_id: int, fps: float, /) -> None: ...
    def acknowledge(self, place: int, number: int, now: float, /) -> None: ...
    def take(self, place: int, /) -> bytes | None: ...
    def give(self, place: int, /) -> None: ...
    def report(self, place: int, /) -> tuple[int, int, int, bool]: ...
    def update(
        self, view: Pixels, spans: Sequence[tuple[int, int]] | None, now: float, /
    ) -> bool: ...
    def turns(self, now: float, /) -> list[tuple[int, bool]]: ...
    def update_made(
        self,
        variant_id: int,
        made: Pixels,
        spans: Sequence[tuple[int, int]] | None,
        now: float,
        /,
    ) -> bool: ...
    def sample(self, view: Pixels, first: int, every: int, now: float, /) -> bool: ...
    def commit(self, time: int, said: bytes = b"", /) -> None: ...
    def abandon(self) -> None: ...
    def flush(self, now: float, /) -> float: ...
    def flush_one(self, place: int, now: float, /) -> tuple[float, bool]: ...
    def publish(
        self,
        view: Pixels,
        spans: Sequence[tuple[int, int]] | None,
        time: int,
        now: float,
        said: bytes = b"",
        /,
    ) -> tuple[bool, float, bool]: ...
    def messages(self) -> list[tuple[int, bytes]]: ...
    def handed_over(self) -> list[int]: ...
    def counts(self) -> tuple[int, int, int, int, list[int]]: ...
    def is_settled(self) -> bool: ...
    def next_turn(self) -> float: ...
    def first_turn(self) -> float: ...
    def has_handed_over(self) -> bool: ...
    def set_source(
        self,
        memory: memoryview | mmap,
        offset: int,
        stride: int,
        distance: int,
        width: int,
        height: int,
        pixel_bytes: int,
        slots: int,
        kept: int,
        number: int,
        number_bytes: int,
        big_endian: bool,
        zero_is_none: bool,
        fd: int,
        size: int,
        ring: bytes,
        /,
    ) -> None:
        """Read pictures from this memory from now on.

        `kept` is one of core/poller.h, `fd` a regular file's, or -1; `ring` is the header of one, else empty.
        """

    def forget_source(self) -> None:
        """Let go of the memory; it is not read any more."""

    def run(self, interval: float, tell_polled: bool, ahead_us: int, /) -> tuple[int, bool]:
        """Poll the source every `interval` seconds and send, until Python is wanted; with `tell_polled`, once.

        `ahead_us` is by how many microseconds the device's time is ahead of the clock that only moves forward.

        Returns why (the bits of core/poller.h), and whether the device is behind.
        """

    def looked(self) -> float:
        """When the source was asked last, with no fault, by `time.monotonic`; 0: never."""

    def wake(self) -> None:
        """End `run` in another thread."""

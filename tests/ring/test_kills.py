"""A writer that is killed, at whatever instruction, leaves its last whole picture, and its reader lives.

A real process in C is ended by SIGKILL, after a random time or after each number of instructions; another follows it
under the same name. Two readers look: one that was there before, and one that comes then.
"""

import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.ring.written import check, expected, made
from ws_stream.errors import Failure, SourceError
from ws_stream.pixels.formats import BGRX8888
from ws_stream.pixels.rendition import Rendition
from ws_stream.sources import Mapping, Source, open_source
from ws_stream.sources.ring import RingSource
from ws_stream.walk import COMPILED, CompiledWalk

WIDTH, HEIGHT = 16, 12
POLLS = 3
"""Of the compiled poller at a look."""
INVERSE = pow(2654435761, -1, 2**24)
INSTRUCTIONS = 1600
"""More than a picture takes: from the beginning of one into the next."""


@contextmanager
def killing(path: Path, *arguments: int | str) -> Iterator["subprocess.Popen[bytes]"]:
    kind, slots, *others = map(str, arguments)
    command = [str(made("ring_kill")), kind, str(path), str(WIDTH), str(HEIGHT), slots, *others]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as program:
        try:
            yield program
        finally:
            program.kill()


class Compiled:
    """The same by the compiled poller, which keeps a picture and reads what has changed of it."""

    number = 0

    def __init__(self, source: Source) -> None:
        assert isinstance(source, RingSource)
        self._source = source
        self._held: Mapping | None = None
        self._pictures = 0
        self._walk = CompiledWalk(1000.0)
        self._walk.open(0, BGRX8888, Rendition(), (WIDTH, HEIGHT), 1)

    def look(self) -> Failure | None:
        """Let it poll once, and see what the walk then has."""
        try:
            mapping = self._source.mapping()
        except SourceError as error:
            return error.failure
        assert mapping
        if mapping != self._held:
            self._walk.set_source(*mapping.arguments())  # type: ignore[arg-type]  # they are its own
            self._held = mapping
        for _ in range(POLLS):
            self._walk.run(1e-9, True, 0)
            if self._walk.state(0)[1] != self._pictures:
                self._check()  # at once: a later poll may tear the picture that is kept, and not show it
        return None

    def _check(self) -> None:
        self._pictures = self._walk.state(0)[1]
        words = np.frombuffer(self._walk.picture(0), np.uint32).reshape(HEIGHT, WIDTH) % 2**24
        self.number = newest(words)
        assert (words == expected(self.number, HEIGHT)[:, None] % 2**24).all(), "it is torn"


def newest(words: NDArray[np.uint32]) -> int:
    """The number of the picture of which these are the lowest 24 bits."""
    return max(int(word) * INVERSE % 2**24 for word in words[:, 0])


class Reader:
    """Sees that no picture is torn, and that what is said of it is said of no other."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._seen: object = None
        self._mirror = np.empty((0, 0, 4), np.uint8)
        """What nothing but damage makes of the picture before."""
        self.number = 0

    def look(self) -> Failure | None:
        """Read the newest picture as the poller does; why there is none."""
        try:
            picture = self._source.poll(self._seen)
        except SourceError as error:
            self._seen = None
            return error.failure
        if picture is None:
            return None
        pixels = picture.pixels.copy()
        if not picture.intact():
            self._seen = None
            return Failure.TORN
        assert picture.meta is not None
        assert picture.completed == picture.meta["n"]
        check(pixels, picture.meta["n"])
        if picture.damage is not None:
            for _, y, _, height in picture.damage:
                self._mirror[y : y + height] = pixels[y : y + height]
            assert np.array_equal(self._mirror, pixels)
        self._mirror = pixels
        self._seen, self.number = picture.version, picture.meta["n"]
        return None


Follower = type[Reader] | type[Compiled]


def survive(follow: Follower, path: Path, slots: int, *arguments: int | str) -> int:
    """Read while writers are killed, and behind each kill; the number of the last picture, whose writer lived."""
    with killing(path, arguments[0], slots, *arguments[1:]) as program:
        assert program.stdout
        assert program.stdin
        while not path.exists():
            assert program.poll() is None
        follower = follow(open_source(f"ring:{path}"))
        while True:
            while not select.select([program.stdout], [], [], 0)[0]:
                follower.look()
            if not program.stdout.read(len(b"killed\n")):
                assert program.wait() == 0
                follower.look()  # of the file that was there
                follower.look()
                return follower.number
            failure = check_what_is_left(path, slots)
            follower.look()  # of the file that was there, if it has not been asked since
            assert follow is Compiled or follower.look() in {None, failure}
            program.stdin.write(b"\n")


def check_what_is_left(path: Path, slots: int) -> Failure | None:
    """Whoever comes now is shown the last picture, unless there was none, or it is the only slot's."""
    source = open_source(f"ring:{path}")
    newcomer = Reader(source)
    failure = newcomer.look()
    source.close()
    completed = int.from_bytes(path.read_bytes()[128:132], "little")
    if completed == 0:
        assert failure is Failure.NOTHING_YET
    elif slots > 1 or failure is None:
        assert (failure, newcomer.number) == (None, completed)
    else:
        assert failure is Failure.TORN
    return failure


EACH_READER = pytest.mark.parametrize(
    "follow",
    [
        Reader,
        pytest.param(Compiled, marks=pytest.mark.skipif(not COMPILED, reason="there is no core")),
    ],
)


LONG = [pytest.mark.long, pytest.mark.timeout(900)]


@EACH_READER
@pytest.mark.parametrize("slots", [1, 2, 3])
@pytest.mark.parametrize("writers", [17, pytest.param(1_700, marks=LONG)])
def test_writers_are_killed_at_any_time_and_no_picture_is_torn(
    tmp_path: Path, slots: int, follow: Follower, writers: int
) -> None:
    """A hundred in all; or ten thousand."""
    assert survive(follow, tmp_path / "ring", slots, "kill", writers, slots) == 1


@EACH_READER
@pytest.mark.parametrize("slots", [1, 2])
@pytest.mark.parametrize(("count", "first"), [(20, 150), pytest.param(INSTRUCTIONS, 0, marks=LONG)])
def test_writers_are_killed_at_each_of_so_many_instructions(
    tmp_path: Path, slots: int, follow: Follower, count: int, first: int
) -> None:
    assert survive(follow, tmp_path / "ring", slots, "step", count, first * slots) == 1

"""A wall clock that a test sets, for processes of its own: nothing but theirs is another one."""

import os
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

HOUR, DAY = 3600, 86400


class WallClock:
    """That of the processes that are started in `environment`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ahead"
        self.set(0)
        library = folder / "wall_clock.so"
        compiler = shutil.which("cc")
        assert compiler, "tests/install.sh installs it"
        code = Path(__file__).with_name("wall_clock.c")
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, code], check=True)
        self.environment: Mapping[str, str] = {
            "LD_PRELOAD": os.fspath(library),
            "WALL_CLOCK": os.fspath(self._file),
        }

    def set(self, ahead: int) -> None:
        """From now on it is so many seconds ahead of the machine's."""
        with self._file.open("r+b" if self._file.exists() else "w+b") as file:
            file.write(struct.pack("=q", ahead))


@contextmanager
def wall_clock() -> Iterator[WallClock]:
    with tempfile.TemporaryDirectory(prefix="ws-stream-clock-") as folder:
        yield WallClock(Path(folder))

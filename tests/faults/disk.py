"""A small disk, in a mount namespace of its own: nobody else sees it, and it is gone with the process that holds it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .processes import ROOT


class Disk:
    """`inside` is what a command is put behind so that it sees the disk at `seen`; from here it is at `path`."""

    def __init__(self, holder: int, seen: Path) -> None:
        self.seen = seen
        self.path = Path(f"/proc/{holder}/root{seen}")
        self.inside = ("nsenter", f"--mount=/proc/{holder}/ns/mnt", f"--wd={ROOT}")

    def leave(self, room: int) -> None:
        """Leave so many bytes, to the page; what filled it before goes."""
        fill = self.path / "fill"
        fill.unlink(missing_ok=True)
        os.sync()
        free = shutil.disk_usage(self.path).free
        fill.write_bytes(bytes(max(0, free - room)))

    def others(self) -> set[str]:
        """What is on it, but what fills it."""
        return {file.name for file in self.path.iterdir()} - {"fill"}


@contextmanager
def small_disk(size: int = 512 * 1024) -> Iterator[Disk]:
    if os.geteuid() != 0:
        pytest.skip("a disk of the tests' own needs root")
    with tempfile.TemporaryDirectory(prefix="ws-stream-disk-") as folder:
        mount = f"mount -t tmpfs -o size={size} tmpfs {folder} && echo ready && exec cat"
        with subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", mount], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as holder:
            try:
                assert holder.stdout
                assert holder.stdout.readline() == b"ready\n"
                yield Disk(holder.pid, Path(folder))
            finally:
                holder.kill()

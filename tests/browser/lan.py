"""A network of the tests' own: browsers find nothing in it but what a test serves, and plain http has an address."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ADDRESS = "10.77.0.1"
"""As a device on a LAN has one: no browser takes it for this machine."""
CLONE_NEWNET = 0x40000000


@contextmanager
def lan() -> Iterator[None]:
    """What this thread opens and starts meanwhile, and threads and programs that it starts, are there."""
    assert os.geteuid() == 0, "a network of the tests' own needs root"
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/thread-self/ns/net").open("rb") as before:
        if libc.unshare(CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "there cannot be a network of the tests' own")
        try:
            for command in ("link set lo up", f"addr add {ADDRESS}/24 dev lo"):
                subprocess.run(["ip", *command.split()], check=True)
            yield
        finally:
            libc.setns(before.fileno(), CLONE_NEWNET)

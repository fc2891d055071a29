"""Reads a small file that its owner names and that may be anything: never waits for it, nor takes more than so much.

Knows nothing of what it holds.
"""

import os
import stat


def read_regular(path: str | os.PathLike[str], most: int) -> tuple[bytes | None, int]:
    """At most so many bytes of it, None of what is no regular file, and its mode. Raises OSError and ValueError."""
    with open(path, "rb", opener=_at_once) as file:
        mode = os.fstat(file.fileno()).st_mode
        return (file.read(most) if stat.S_ISREG(mode) else None), mode


def _at_once(path: str, flags: int) -> int:
    """Opens what others would wait for, a pipe, without waiting."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)

"""`shm:NAME?...`: raw pixels in POSIX shared memory, with the options of `mmap:`.

Maps the file the name has under /dev/shm rather than use `multiprocessing.shared_memory`, whose resource tracker
would unlink the writer's memory when we exit.
"""

from pathlib import Path

from ..errors import UsageError
from .address import Address
from .mapped import MappedSource
from .mmap_file import open_raw

_DIRECTORY = Path("/dev/shm")  # noqa: S108 - not a place for temporary files: Linux keeps the names here


def open_shm(address: Address) -> MappedSource:
    """The source at a `shm:` address. Raises UsageError and SourceError."""
    name = address.path.removeprefix("/")  # shm_open(3) writes names with a leading slash
    if not name or "/" in name:
        raise UsageError(
            f"'{address.path}' cannot name shared memory; right would be shm:NAME?..., as under {_DIRECTORY}"
        )
    return open_raw(address, _DIRECTORY / name)

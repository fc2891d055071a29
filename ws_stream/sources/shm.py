"""`shm:NAME?...`: raw pixels in POSIX shared memory, with the options of `mmap:`.

Maps the file the name has under /dev/shm rather than use `multiprocessing.shared_memory`, whose resource tracker
would unlink the writer's memory when we exit.
"""

from ..errors import UsageError
from .address import Address
from .mapped import MappedSource
from .mmap_file import open_raw
from .ring_layout import SHARED_MEMORY


def open_shm(address: Address) -> MappedSource:
    """The source at a `shm:` address. Raises UsageError and SourceError."""
    name = address.path.removeprefix("/")  # shm_open(3) writes names with a leading slash
    if not name or "/" in name:
        raise UsageError(
            f"'{address.path}' cannot name shared memory; right would be shm:NAME?..., as under {SHARED_MEMORY}"
        )
    return open_raw(address, SHARED_MEMORY / name)

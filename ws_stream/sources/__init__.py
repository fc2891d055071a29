"""Sources: where pictures come from. One file per kind, and this table of their schemes.

Knows nothing of who watches.
"""

import collections.abc
from collections.abc import Callable
from os import PathLike

from ..arguments import PATH, shown
from ..errors import UsageError
from . import camera, fb, mmap_file, program, replay, ring, screen, shm, testcard, video, xwd
from .address import Address
from .mapped_file import Mapping
from .source import Picture, Source

__all__ = ["SCHEMES", "Mapping", "Picture", "Source", "open_source"]

SCHEMES: collections.abc.Mapping[str, Callable[[Address], Source]] = {
    "mmap": mmap_file.open_mmap,
    "shm": shm.open_shm,
    "ring": ring.open_ring,
    "xwd": xwd.open_xwd,
    "screen": screen.open_screen,
    "fb": fb.open_fb,
    "test": testcard.open_test,
    "replay": replay.open_replay,
    "cmd": program.open_cmd,
    "video": video.open_video,
    "camera": camera.open_camera,
}


def open_source(address: str | PathLike[str]) -> Source:
    """The source at an address such as "mmap:/dev/shm/ring?width=1024&height=600&format=bgrx8888", or in a .wss file.

    Raises UsageError for an address that cannot be right, and SourceError when what it names is not there now.
    """
    text = PATH.take("address", address)
    if replay.is_recording(text):
        return replay.Replay(text)
    parts = known_address(text)
    return SCHEMES[parts.scheme](parts)


def known_address(text: str) -> Address:
    """The address of a source of a kind that there is; nothing is opened. Raises UsageError."""
    parts = Address.parse(text)
    if parts.scheme not in SCHEMES:
        known = ", ".join(f"{scheme}:" for scheme in SCHEMES)
        raise UsageError(
            f"{shown(f'{parts.scheme}:')} is no kind of source; known are {known}, ws: and wss:"
        )
    return parts

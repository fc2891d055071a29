"""System V shared memory: what the X server of this machine can write pictures into.

Python has none of its own. Knows nothing of pictures.
"""

import ctypes
import os
import weakref
from typing import NamedTuple

_PRIVATE, _OWNER_ONLY, _REMOVE = 0, 0o600, 0
"""Of sys/ipc.h: a key of nobody else's, who may attach it, and IPC_RMID."""
_FAILED = ctypes.c_void_p(-1).value

_libc = ctypes.CDLL(None, use_errno=True)
_libc.shmget.argtypes = (ctypes.c_int, ctypes.c_size_t, ctypes.c_int)
_libc.shmat.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_libc.shmat.restype = ctypes.c_void_p
_libc.shmdt.argtypes = (ctypes.c_void_p,)
_libc.shmctl.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_void_p)


class Segment(NamedTuple):
    """A segment, as others attach it and as it is read here."""

    number: int
    """What it is attached by."""
    memory: "ctypes.Array[ctypes.c_ubyte]"
    """Its bytes, zero at first. It goes when the last view of it does."""


def segment(size: int) -> Segment:
    """A new one of so many bytes, for processes of this user and of root. Raises OSError.

    It is marked for removal at once, so that none is left behind however this process ends: Linux lets others attach it
    all the same as long as it lives here.
    """
    number = _libc.shmget(_PRIVATE, size, _OWNER_ONLY)
    if number < 0:
        raise _error()
    address = _libc.shmat(number, None, 0)
    error = _error()
    _libc.shmctl(number, _REMOVE, None)
    if address == _FAILED:
        raise error
    memory = (ctypes.c_ubyte * size).from_address(address)
    weakref.finalize(memory, _libc.shmdt, address)
    return Segment(number, memory)


def _error() -> OSError:
    code = ctypes.get_errno()
    return OSError(code, os.strerror(code))

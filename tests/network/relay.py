"""Carries packets between two network namespaces and delays each: `relay NAMESPACE NAMESPACE INTERFACE SECONDS`.

Knows nothing of what is in a packet. It never drops or reorders one.
"""

import contextlib
import ctypes
import fcntl
import os
import select
import struct
import sys
import time
from collections import deque
from pathlib import Path

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
MAX_PACKET = 65536


def tun(namespace: str, name: str) -> int:
    """A new TUN interface in that namespace; reading gives what is sent there, writing makes it arrive."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/run/netns", namespace).open("rb") as file:
        if libc.setns(file.fileno(), 0):
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


class Way:
    """One direction: packets, each with the moment at which it is due at the other end."""

    def __init__(self, source: int, target: int, delay: float) -> None:
        self.source = source
        self._target = target
        self._delay = delay
        self._packets: deque[tuple[float, bytes]] = deque()

    def read(self) -> None:
        """Take all the packets that wait."""
        due = time.monotonic() + self._delay
        try:
            while True:
                self._packets.append((due, os.read(self.source, MAX_PACKET)))
        except BlockingIOError:
            pass

    def write(self, now: float) -> float | None:
        """Hand over what is due; the seconds until more is."""
        while self._packets and self._packets[0][0] <= now:
            packet = self._packets.popleft()[1]
            with contextlib.suppress(OSError):  # the interface there is not up yet
                os.write(self._target, packet)
        return self._packets[0][0] - now if self._packets else None


def main() -> None:
    """Relay until killed."""
    one, other = (tun(namespace, sys.argv[3]) for namespace in sys.argv[1:3])
    delay = float(sys.argv[4])
    ways = {way.source: way for way in (Way(one, other, delay), Way(other, one, delay))}
    print("ready", flush=True)
    while True:
        waits = [way.write(time.monotonic()) for way in ways.values()]
        timeout = min((wait for wait in waits if wait is not None), default=None)
        for source in select.select(list(ways), [], [], timeout and max(0, timeout))[0]:
            ways[source].read()


if __name__ == "__main__":
    main()

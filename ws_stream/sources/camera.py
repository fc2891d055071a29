"""`camera:/dev/video0`: a camera of Linux (V4L2), its pictures as they lie in its own buffers. Takes linuxpy.

A thread keeps the newest picture and gives all older ones back, so that the driver never fills its last buffer and then
waits, with an old picture as the next one. Knows nothing of the kernel's structures.
"""

import select
import threading
import time
from pathlib import Path

from ..errors import Failure, SourceError, UsageError
from ..pixels.formats import Pixels
from .address import Address, stream_name
from .source import Picture, Shaped
from .v4l2 import Camera, Filled, Wanted

STALL = 5.0
"""Seconds without a picture after which viewers are told and the camera is opened anew."""
LOOK_EVERY = 0.1
"""Seconds after which the thread of a camera that gives no picture sees whether it is still wanted."""
CLOSE_WITHIN = 2.0
"""Seconds that a driver has to stop."""


def open_camera(address: Address) -> "CameraSource":
    """The source at a `camera:` address. Raises UsageError and SourceError."""
    address.only("width", "height", "fps", "format")
    if not address.path:
        raise UsageError("a camera: source needs a device; right would be camera:/dev/video0")
    width, height, fps = (
        address.number(option, least=1) if option in address.options else None
        for option in ("width", "height", "fps")
    )
    has_format = "format" in address.options
    wanted = Wanted(width, height, fps, address.pixel_format("format") if has_format else None)
    return CameraSource(Path(address.path), wanted)


class CameraSource(Shaped):
    """Shows the camera's newest picture. It is open while somebody watches, and once at the start, to be asked."""

    def __init__(self, path: Path, wanted: Wanted) -> None:
        self.name = stream_name(path.stem, default="camera")
        self._path = path
        self._wanted = wanted
        self._count = 0
        self._feed: _Feed | None = None
        self._failure: SourceError | None = None
        camera = Camera(path, wanted)
        self._shown = camera.layout
        camera.close()

    def poll(self, seen: object = None) -> Picture | None:
        """The newest picture; None if that is `seen`, or if there is none yet. Raises SourceError."""
        feed = self._feed
        if feed is None or feed.failure:
            self._failure = feed.failure if feed else None
            feed = self._opened()
        newest = feed.newest()
        if newest is None:
            if self._failure:
                raise self._failure
            return None
        self._failure = None
        pixels, number, taken = newest
        self._count = number
        return (
            None if number == seen else Picture(pixels, number, lambda: True, number, taken=taken)
        )

    def rest(self) -> None:
        """Nobody watches: let go of the camera until the next poll."""
        self.close()

    def close(self) -> None:
        """Let go of the camera; pictures stay readable as long as somebody holds them."""
        if self._feed:
            self._feed.stop()
            self._feed = None

    def _opened(self) -> "_Feed":
        """The camera, at work. Raises SourceError."""
        self.close()
        try:
            camera = Camera(self._path, self._wanted)
        except (
            UsageError
        ) as error:  # it was right when the source was opened: another camera is there
            raise SourceError(str(error), Failure.UNFIT) from None
        try:
            camera.start()
        except BaseException:
            camera.close()
            raise
        self._shown = camera.layout
        self._feed = _Feed(camera, self._count, f"ws-stream camera {self.name}")
        self._feed.start()
        return self._feed


class _Feed(threading.Thread):
    """Takes what a camera fills. Of its buffers one is the newest and one is read; all others are the driver's."""

    def __init__(self, camera: Camera, count: int, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.failure: SourceError | None = None
        """Why it has ended, if nobody wanted it to."""
        self._camera = camera
        self._count = count
        self._lock = threading.Lock()
        self._is_wanted = True
        self._newest: Filled | None = None
        self._read: Filled | None = None

    def newest(self) -> tuple[Pixels, int, float | None] | None:
        """The newest picture, its number, and when it was taken; it is not written to until this is asked again."""
        with self._lock:
            spare, self._read = self._read, self._newest
            newest, number = self._newest, self._count
            if spare and spare is not newest and not self.failure:
                self._camera.give_back(spare.buffer)
            if newest is None or self.failure:
                return None
            return self._camera.pixels(newest.buffer), number, newest.taken

    def stop(self) -> None:
        """Let go of the camera."""
        self._is_wanted = False
        self.join(CLOSE_WITHIN)

    def run(self) -> None:
        """Take what is filled until nobody wants it, or the camera fails."""
        try:
            self._take_all()
        except SourceError as error:
            self.failure = error
        finally:
            with self._lock:
                self._is_wanted = False
                self._camera.close()

    def _take_all(self) -> None:
        """Raises SourceError."""
        ready = select.poll()
        ready.register(self._camera.fd, select.POLLIN)
        came = time.monotonic()
        while self._is_wanted:
            events = ready.poll(LOOK_EVERY * 1000)
            filled = self._camera.take() if events else None
            if filled:
                self._keep(filled)
                came = time.monotonic()
            elif events and events[0][1] & ~select.POLLIN:
                raise SourceError("the camera has stopped", Failure.UNREADABLE)
            elif time.monotonic() - came >= STALL:
                raise SourceError(f"the camera has given no picture for {STALL:g} s")

    def _keep(self, filled: Filled) -> None:
        """It is the newest now, if it is whole; what was the newest is the driver's again, unless it is read."""
        with self._lock:
            spare: Filled | None = filled
            if filled.is_whole:
                spare, self._newest = self._newest, filled
                self._count += 1
            if spare and spare is not self._read:
                self._camera.give_back(spare.buffer)

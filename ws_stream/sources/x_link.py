"""A connection to an X server, and what is asked of its screen by MIT-SHM, DAMAGE and XFIXES.

By python-xlib; imported when it is used, as only those who use it install that. Knows nothing of memory and pictures.
"""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from Xlib import X
from Xlib.error import BadMatch, ConnectionClosedError, DisplayConnectionError, XError
from Xlib.ext import damage, xfixes
from Xlib.protocol import display, request

from ..arguments import plain
from ..errors import Failure, SourceError, UsageError
from .x_requests import CreateEmptyRegion, FetchRegion, ShmAttach, ShmGetImage

Rows = list[tuple[int, int]]
"""The first row and how many, downwards."""

_SHARED, _DAMAGE, _REGION = range(3)
"""What is ours on the server: the memory, what watches for damage, and where that was."""
_NON_EMPTY = 3
"""DamageReportNonEmpty: one event, however much is drawn until it is asked where."""
_RECTANGLE = np.dtype([("x", "i2"), ("y", "i2"), ("width", "u2"), ("height", "u2")])
_ALL_PLANES = 2**32 - 1


class ResizedError(Exception):
    """The screen has another size than when the connection began."""


class _Wire(display.Display):
    """python-xlib's connection without its objects for windows, extensions and key maps, which are not needed here."""

    def __init__(self, name: str) -> None:
        none: Any = {}
        self.resource_classes = none
        try:
            super().__init__(name)
        except DisplayConnectionError:
            if hasattr(self, "socket"):  # it would be left to the garbage collector
                self.socket.close()
            raise


class Link:
    """A connection to the X server of a display of this machine, such as ":0" or ":0.1"."""

    def __init__(self, name: str) -> None:
        self._display = _Wire(f"unix/{name}")
        self._ids = [self._display.allocate_resource_id() for _ in range(3)]
        self._opcodes: dict[str, int] = {}
        self._damaged = 0
        """The code of the event."""
        # What fails without a reply is followed by what has one, and fails as well.
        self._display.set_error_handler(lambda *_: None)

    @property
    def setup(self) -> Any:  # noqa: ANN401 - its attributes are made of what the server sent
        """What the server says of itself."""
        return self._display.info

    def root(self, number: int) -> Any:  # noqa: ANN401 - as above
        """A screen of the server's. Raises UsageError."""
        roots = self.setup.roots
        if number >= len(roots):
            raise UsageError(
                f"the X server has no screen {number}; right would be one from 0 to {len(roots) - 1}"
            )
        return roots[number]

    def may_be_read(self, window: int) -> bool:
        """Whether a window holds a picture, by one pixel of it: MIT-SHM would copy black where there is none."""
        core: Any = self._display
        pixel: Any = {"drawable": window, "x": 0, "y": 0, "width": 1, "height": 1}
        try:
            request.GetImage(display=core, format=X.ZPixmap, plane_mask=_ALL_PLANES, **pixel)
        except BadMatch:
            return False
        return True

    def begin(self, window: int, memory: int) -> None:
        """Watch a window, and share the segment of that number. Whether that is allowed the first `copy` tells.

        Raises SourceError where the server cannot do that at all.
        """
        for name in ("MIT-SHM", "DAMAGE", "XFIXES"):
            found = request.QueryExtension(display=self._display, name=name)
            if not found.present:
                raise SourceError(
                    f"the X server has no extension {name}; right would be one that has, as Xorg and Xvfb do"
                )
            self._opcodes[name] = found.major_opcode
            self._damaged = found.first_event if name == "DAMAGE" else self._damaged
        fixes, damaging = self._to("XFIXES"), self._to("DAMAGE")
        xfixes.QueryVersion(**fixes, major_version=2, minor_version=0)
        damage.QueryVersion(**damaging, major_version=1, minor_version=1)
        ShmAttach(**self._to("MIT-SHM"), segment=self._ids[_SHARED], number=memory, read_only=False)
        attributes = {"event_mask": X.StructureNotifyMask}
        core: Any = self._display
        request.ChangeWindowAttributes(display=core, window=window, attrs=attributes)
        CreateEmptyRegion(**fixes, region=self._ids[_REGION])
        damage.DamageCreate(
            **damaging, damage=self._ids[_DAMAGE], drawable=window, level=_NON_EMPTY
        )

    def hears_of_damage(self) -> bool:
        """Whether something was drawn since `damage` was asked for. Raises ResizedError."""
        heard = [self._display.next_event().type for _ in range(self._display.pending_events())]
        if X.ConfigureNotify in heard:
            raise ResizedError
        return self._damaged in heard

    def damage(self) -> NDArray[np.void]:
        """Rectangles with `x`, `y`, `width` and `height` in which was drawn since this was asked for."""
        damaged, region = self._ids[_DAMAGE], self._ids[_REGION]
        damage.DamageSubtract(**self._to("DAMAGE"), damage=damaged, repair=X.NONE, parts=region)
        fetched = FetchRegion(**self._to("XFIXES"), region=region)
        return np.frombuffer(fetched.rectangles, _RECTANGLE)

    def copy(self, window: int, width: int, rows: Iterable[tuple[int, int, int]]) -> None:
        """Copy rows of a window into the memory shared: of each the first, how many, and at which byte."""
        memory: dict[str, Any] = {
            "segment": self._ids[_SHARED],
            "defer": True,
            **self._to("MIT-SHM"),
        }
        what: dict[str, Any] = {
            "drawable": window,
            "plane_mask": _ALL_PLANES,
            "format": X.ZPixmap,
            "x": 0,
        }
        asked = [
            ShmGetImage(**memory, **what, y=first, width=width, height=count, offset=offset)
            for first, count, offset in rows
        ]
        for image in asked:
            image.reply()

    def close(self) -> None:
        """End it; whoever waits for a reply in another thread wakes up. The server lets go of all that was ours."""
        with suppress(OSError):
            self._display.socket.shutdown(socket.SHUT_RDWR)
        self._display.close_internal("client")

    def _to(self, extension: str) -> dict[str, Any]:
        """To whom a request goes; the library's types speak of its other kind of connection."""
        return {"display": self._display, "opcode": self._opcodes[extension]}


@contextmanager
def sentences(name: str) -> Iterator[None]:
    """What goes wrong at a display, as one sentence. Raises SourceError."""
    try:
        yield
    except DisplayConnectionError as error:
        raise SourceError(_refusal(name, error.msg)) from None
    except (ConnectionClosedError, OSError):
        raise SourceError(f"the X server of display {name} went away") from None
    except XError as error:
        raise SourceError(
            f"the X server of display {name} refused a request ({type(error).__name__} of {error.major_opcode}."
            f"{error.minor_opcode})",
            Failure.UNREADABLE,
        ) from None


def _refusal(name: str, reason: object) -> str:
    """Why there is no connection: by the system, or by the server's own words."""
    if not isinstance(reason, bytes):
        return f"no X server answers as display {name}: {plain(str(reason))}"
    said = plain(reason.decode("ascii", "replace"))
    return (
        f"the X server of display {name} lets nobody in but its user: {said!r}; right would be to run as that user, or "
        "XAUTHORITY=FILE with the path of the user's .Xauthority"
    )

"""One X server's screen, kept in memory: only the rows in which something was drawn are brought there.

Imported when it is used, as `x_link`. Knows nothing of who looks at it.
"""

import secrets
from typing import Any

import numpy as np
from numpy.typing import NDArray
from Xlib.error import BadMatch, XError

from ..errors import SourceError, UsageError
from ..pixels.formats import Pixels
from ..pixels.kept import check_size
from .layout import Layout
from .masks import format_of_masks, told
from .segment import segment
from .x_link import Link, ResizedError, Rows, sentences

NEAR = 16
"""Rows between two damaged ones that are brought as well: asking once more takes as long as copying some of them."""
MARK = 16
"""Bytes, by which it is seen whether the server writes into this very memory: in another machine or container a segment
may have the same number."""
_TRUE_COLOUR = 4
_MOST_FIRST = 1
"""Of a visual's class, and of the byte order of images."""
_RIGHT = "right would be a screen of depth 15, 16, 24 or 30 with true colours"


class Screen:
    """The screen of a display of this machine such as ":0", by its name and number.

    Raises SourceError where there is none, or none that can be shared; UsageError for one that cannot be shown.
    """

    def __init__(self, name: str, number: int) -> None:
        self._name = name
        with sentences(name):
            self._link = Link(name)
            try:
                self._begin(number)
            except BaseException:
                self._link.close()
                raise

    def _begin(self, number: int) -> None:
        root = self._link.root(number)
        self._window, self.layout = int(root.root), layout_of(self._link.setup, root)
        if not self._link.may_be_read(self._window):
            raise SourceError(
                f"the root window of display {self._name} holds no picture, as that of an Xwayland, whose windows a "
                "Wayland compositor shows; right would be the display of an X server of its own, as Xorg and Xvfb are"
            )
        try:
            shared = segment(self.layout.height * self.layout.stride)
        except OSError as error:
            raise SourceError(
                f"there is no memory to share with an X server: {error.strerror}"
            ) from None
        memory = memoryview(shared.memory).cast("B")
        self.pixels: Pixels = self.layout.view(memory)
        mark = secrets.token_bytes(min(MARK, self.layout.width))
        memory[: len(mark)] = mark
        self._link.begin(self._window, shared.number)
        try:
            self._link.damage()  # all that was drawn before
            self._copy([(0, self.layout.height)])
        except XError:
            raise self._unshared() from None
        if memory[: len(mark)] == mark:
            raise self._unshared()

    def bring(self) -> Rows:
        """Bring what was drawn since into the memory; the rows that were read. Raises ResizedError, SourceError."""
        with sentences(self._name):
            if not self._link.hears_of_damage():
                return []
            rows = damaged_rows(self._link.damage(), self.layout.height)
            try:
                self._copy(rows)
            except BadMatch:  # it became smaller before that was heard
                raise ResizedError from None
            return rows

    def close(self) -> None:
        """End the connection; the memory stays readable as long as there are views of it."""
        self._link.close()

    def _copy(self, rows: Rows) -> None:
        asked = [(first, count, first * self.layout.stride) for first, count in rows]
        self._link.copy(self._window, self.layout.width, asked)

    def _unshared(self) -> SourceError:
        return SourceError(
            f"the X server of display {self._name} shares no memory with this program; right would be to run both on "
            "one machine, as one user, and in containers with one IPC namespace (--ipc=host)"
        )


def layout_of(setup: Any, root: Any) -> Layout:  # noqa: ANN401 - see `Link.setup`
    """How whole pictures of a screen lie in memory. Raises UsageError for pixels that cannot be shown."""
    depth = root.root_depth
    pixmap = next(each for each in setup.pixmap_formats if each.depth == depth)
    visual = next(
        each
        for allowed in root.allowed_depths
        for each in allowed.visuals
        if each.visual_id == root.root_visual
    )
    masks = visual.red_mask, visual.green_mask, visual.blue_mask
    bits, most_first = pixmap.bits_per_pixel, setup.image_byte_order == _MOST_FIRST
    pixel_format = format_of_masks(bits, masks, most_first=most_first)
    if visual.visual_class < _TRUE_COLOUR or pixel_format is None:
        found = told(bits, masks, most_first=most_first)
        raise UsageError(f"a screen of depth {depth}, {found}, cannot be shown; {_RIGHT}")
    width, height = root.width_in_pixels, root.height_in_pixels
    check_size(pixel_format, width, height)
    pad = pixmap.scanline_pad
    return Layout(width, height, pixel_format, -(-width * bits // pad) * pad // 8)


def damaged_rows(rectangles: NDArray[np.void], height: int) -> Rows:
    """Those of a screen that the rectangles touch, and what lies between near ones."""
    tops = np.clip(rectangles["y"].astype(np.int64), 0, height)
    ends = np.clip(rectangles["y"].astype(np.int64) + rectangles["height"], 0, height)
    edges = np.zeros(height + 1, np.int64)
    np.add.at(edges, tops, 1)
    np.add.at(edges, ends, -1)
    rows: Rows = []
    for first, count in runs(np.cumsum(edges[:-1]) > 0):
        if rows and first - sum(rows[-1]) <= NEAR:
            begin = rows.pop()[0]
            rows.append((begin, first + count - begin))
        else:
            rows.append((first, count))
    return rows


def runs(rows: NDArray[np.bool_]) -> Rows:
    """The rows that are set: the first, and how many, of each run of them."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], rows, [False])).astype(np.int8)))
    return [(int(first), int(end - first)) for first, end in edges.reshape(-1, 2)]

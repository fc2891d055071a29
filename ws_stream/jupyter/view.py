"""What `show` returns: a stream in a cell's output, to be published to and closed. Knows nothing of how it is shown."""

import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from ..errors import UsageError
from ..hub.stream import Stream
from ..pixels.damage import Damage
from ..protocol.extension import SideData
from ..protocol.request import Request
from .kernel import Kernel, new_widget
from .still import still
from .watchers import Watchers

Run = Callable[[Callable[[], object]], object]
"""Has a function called in a stream's event loop, soon; from any thread."""

_CLOSED = 4410, "it was closed"


class NotebookView:
    """A stream that is shown in the output of a cell, and in as many pages as show that notebook."""

    def __init__(self, kernel: Kernel, stream: Stream, run: Run, request: Request) -> None:
        self.stream = stream
        """What is shown; it can be shown again, by `show(view.stream)`."""
        self._kernel = kernel
        self._run = run
        self._widget = new_widget(stream.name, _attributes(request), self._hear)
        self._watchers = Watchers(stream, request, self._post, kernel.is_deaf)
        self._unfollow = kernel.follow(lambda: self._in_loop(self._watchers.look), self._end_cell)
        self._display_id = uuid.uuid4().hex
        self._displayed = 0
        """In which cell."""
        self._has_still = False
        self._is_closed = False
        self._in_loop(self._watchers.look)

    def publish(
        self,
        picture: object,
        *,
        time_us: int | None = None,
        damage: Damage | None = None,
        meta: SideData | None = None,
    ) -> None:
        """Show this picture, from any thread: as `Stream.publish`, in all. Raises UsageError."""
        self.stream.publish(picture, time_us=time_us, damage=damage, meta=meta)

    def close(self) -> None:
        """Show it no more, anywhere; the stream is as it was. Closing again is no fault."""
        if self._is_closed:
            return
        self._is_closed = True
        self._unfollow()
        self._in_loop(self._finish)

    def display(self) -> None:
        """Show it in the output of the cell that runs."""
        self._displayed = self._kernel.cell
        self._display(again=False)

    def _ipython_display_(self) -> None:
        """As a cell's last line: shown there, unless `show` has done so in this very cell."""
        if self._displayed != self._kernel.cell:
            self.display()

    def _display(self, *, again: bool) -> None:
        png = still(self.stream)
        self._has_still = png is not None
        if png or not again:
            name, display_id = self.stream.name, self._display_id
            self._kernel.display(self._widget, name, png, display_id, again=again)

    def _finish(self) -> None:
        self._watchers.close(_CLOSED)
        self._widget.close()

    def _end_cell(self) -> None:
        self._in_loop(self._watchers.end_look)
        if self._displayed == self._kernel.cell and not self._has_still:
            self._display(again=True)

    def _hear(self, words: object) -> None:
        self._kernel.hear()
        self._in_loop(lambda: self._watchers.hear(words))

    def _post(self, words: dict[str, Any], picture: bytes | None) -> None:
        self._widget.send(words, [picture] if picture else None)

    def _in_loop(self, errand: Callable[[], object]) -> None:
        # The loop has ended, or the server that it is of.
        with suppress(RuntimeError, UsageError):
            self._run(errand)


def _attributes(request: Request) -> Mapping[str, str]:
    """What an element of a page is to request."""
    said = {"step": request.step, "crop": request.crop, "fps": request.fps}
    return {name: str(value) for name, value in said.items() if value is not None}

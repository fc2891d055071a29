"""Pages that show a notebook's output, without a notebook: each does what web/notebook.js does with what it hears."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ws_stream.hub.stream import Stream
from ws_stream.jupyter.watchers import Watchers
from ws_stream.pixels.formats import Pixels
from ws_stream.protocol import control
from ws_stream.protocol.request import Request
from ws_stream.session import Session


class Output:
    """The output of a cell: what the kernel posts goes to all pages that show it."""

    def __init__(self, stream: Stream, request: Request = Request()) -> None:  # noqa: B008 - it never changes
        self.stream = stream
        self.is_deaf = False
        self.posted: list[tuple[dict[str, Any], bytes | None]] = []
        self.pages: list[Page] = []
        self.unheard: list[dict[str, Any]] = []
        self.watchers = Watchers(stream, request, self._post, lambda _now: self.is_deaf)

    def enter(self, query: str = "", name: str = "") -> "Page":
        """A page comes."""
        page = Page(self, query, name or f"page-{len(self.pages)}")
        self.pages.append(page)
        page.say(act="open", query=query)
        return page

    def say(self, words: dict[str, Any]) -> None:
        """A page says this; a kernel that is deaf hears it later."""
        if self.is_deaf:
            self.unheard.append(words)
        else:
            self.watchers.hear(words)

    def end_cell(self) -> None:
        """What was said meanwhile is heard."""
        self.is_deaf = False
        self.watchers.end_look()
        unheard, self.unheard = self.unheard, []
        for words in unheard:
            self.watchers.hear(words)

    @property
    def pictures(self) -> int:
        return sum(picture is not None for _, picture in self.posted)

    def _post(self, words: dict[str, Any], picture: bytes | None) -> None:
        self.posted.append((words, picture))
        for page in tuple(self.pages):
            page.hear(words, picture)


class Page:
    """One of them."""

    def __init__(self, output: Output, query: str, name: str) -> None:
        self.name, self.query = name, query
        self.draws = True
        """Else it is too slow to show any."""
        self.session = Session()
        self.heard: str | None = None
        self.closed: tuple[int, str] | None = None
        self._output = output
        self._undrawn: list[Callable[[], None]] = []

    def say(self, **words: Any) -> None:  # noqa: ANN401 - JSON
        self._output.say({**words, "viewer": self.name})

    def hear(self, words: dict[str, Any], picture: bytes | None) -> None:
        viewer, act = words["viewer"], words["act"]
        if viewer not in ("", self.name):
            return
        if act == "open":
            self.heard = viewer
        elif act == "close":
            self.closed = words["code"], words["reason"]
        elif viewer == self.heard:
            self._receive(words["message"] if act == "say" else picture)

    def draw(self) -> None:
        """Show and acknowledge what came."""
        undrawn, self._undrawn = self._undrawn, []
        for acknowledge in undrawn:
            acknowledge()

    @property
    def shown(self) -> Pixels | None:
        held = self.session.held
        return held.pixels if held and held.number else None

    def _receive(self, message: str | bytes | None) -> None:
        assert message is not None
        frame, refused, reply = self.session.receive(message, time.monotonic())
        assert not refused, refused
        if reply:
            self.say(act="say", message=control.serialize(reply))
        if frame and isinstance(message, bytes):

            def acknowledge() -> None:
                said = self.session.acknowledge(frame, message, time.monotonic())
                if said:
                    self.say(act="say", message=control.serialize(said))

            self._undrawn.append(acknowledge)
            if self.draws:  # later, as a page does
                asyncio.get_running_loop().call_soon(self.draw)


def gray(value: int, width: int = 8, height: int = 6) -> Pixels:
    return np.full((height, width), value, np.uint8)


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for it; the test's own time limit is the only one."""
    while not is_so():
        await asyncio.sleep(0.005)

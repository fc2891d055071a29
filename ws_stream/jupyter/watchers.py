"""Who watches one stream by one comm, and what they are sent while the kernel hears nobody.

Knows nothing of kernels or widgets; web/notebook.js is the other side. Lives on the stream's event loop.

While a cell keeps the kernel from hearing acknowledgements, no viewer could be sent more than a few pictures, and one
that has just come is not known. Then all of them are sent the same, by a viewer that acknowledges nothing: so many
pictures and bytes a second as almost any page takes, and all of the picture every few seconds: nobody can ask for it.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from ..errors import UnsuitedError, UsageError
from ..hub.stream import Stream
from ..protocol.request import Request, parse_request
from ..server.viewer import UNSUITED, Goodbye, goodbye_after
from .viewer import CommViewer, Post

MOST = 32
"""Viewers of one output at a time: pages, and views of it in them."""
EVERYBODY = ""
"""The name of whoever is not heard."""
BLIND_FPS = 10.0
"""Pictures a second at most while nobody is heard."""
BLIND_BYTES = 2_000_000
"""Bytes a second at most, about, while nobody is heard."""
WHOLE_EVERY = 2.0
"""Seconds after which all of the picture is sent anew while nobody is heard, to whoever has come meanwhile."""
LOOK_EVERY = 0.25
"""Seconds between two looks, while a cell runs, at whether anybody is heard."""

_REFUSED = 1008


class Watchers:
    """Each has a name; what they asked for is kept while they are not heard."""

    def __init__(
        self, stream: Stream, request: Request, post: Post, is_deaf: Callable[[float], bool]
    ) -> None:
        self._stream = stream
        self._request = request
        """What a page asks for that is not heard."""
        self._post = post
        self._is_deaf = is_deaf
        self._viewers: dict[str, CommViewer] = {}
        self._unheard: dict[str, Request] = {}
        self._everybody: CommViewer | None = None
        self._renewed = 0.0
        self._is_new = True
        """No cell has ended since: whoever sees it need not be known."""
        self._timer: asyncio.TimerHandle | None = None

    def look(self) -> None:
        """A cell begins, or goes on: see whether anybody is heard."""
        self.rest()
        now = time.monotonic()
        if not self._is_deaf(now):
            self._listen()
        elif self._everybody is None:
            self._go_blind(now)
        elif now >= self._renewed + WHOLE_EVERY:
            self._say_to_all(now)
        self._timer = asyncio.get_running_loop().call_later(LOOK_EVERY, self.look)

    def end_look(self) -> None:
        """No cell runs: all are heard."""
        self.rest()
        self._listen()
        self._is_new = False

    def rest(self) -> None:
        """Look no more."""
        if self._timer:
            self._timer.cancel()
        self._timer = None

    def hear(self, words: Any) -> None:  # noqa: ANN401 - whatever a page says
        """What a page says: `act` "open" with a `query`, "say" with a `message`, "close"; each with its `viewer`."""
        match words:
            case {"act": "open", "viewer": str(name), "query": str(query)} if name:
                self._listen()
                self._open(name, query)
            case {"act": "say", "viewer": str(name), "message": str(message)}:
                self._listen()
                if viewer := self._viewers.get(name):
                    viewer.hear(message)
            case {"act": "close", "viewer": str(name)}:
                self._end(name, None)

    def close(self, goodbye: Goodbye) -> None:
        """All are told that it is over."""
        self.rest()
        self._unheard.clear()
        if self._everybody:
            self._everybody.leave()
        self._everybody = None
        for name in tuple(self._viewers):
            self._end(name, None)
        code, reason = goodbye
        self._post({"act": "close", "viewer": EVERYBODY, "code": code, "reason": reason}, None)

    def _open(self, name: str, query: str) -> None:
        self._end(name, None)
        try:
            if len(self._viewers) >= MOST:
                raise UsageError(f"{MOST} pages show this output, and that is the limit")
            self._join(name, parse_request(query))
        except UsageError as error:
            self._refuse(name, (_REFUSED, str(error)))

    def _join(self, name: str, request: Request) -> None:
        try:
            viewer = CommViewer(name, self._stream, request, self._post)
        except UnsuitedError as error:
            self._refuse(name, (UNSUITED, str(error)))
        except MemoryError as error:
            self._refuse(name, goodbye_after(error))
        else:
            self._viewers[name] = viewer
            viewer.ended.add_done_callback(lambda ended: self._ended(name, viewer, ended.result()))

    def _refuse(self, name: str, goodbye: Goodbye) -> None:
        code, reason = goodbye
        self._post({"act": "close", "viewer": name, "code": int(code), "reason": reason}, None)

    def _ended(self, name: str, viewer: CommViewer, goodbye: Goodbye | None) -> None:
        if self._viewers.get(name) is viewer:
            self._end(name, goodbye)

    def _end(self, name: str, goodbye: Goodbye | None) -> None:
        self._unheard.pop(name, None)
        if viewer := self._viewers.pop(name, None):
            viewer.leave(goodbye)

    def _go_blind(self, now: float) -> None:
        """Say the same to all from now on, if somebody is known to see it, or may have come in this very cell."""
        requests = {name: viewer.request for name, viewer in self._viewers.items()}
        if not any(request.fps != 0 for request in requests.values()) and (
            requests or not self._is_new
        ):
            return
        self._unheard = requests
        for viewer in self._viewers.values():
            viewer.leave()
        self._viewers.clear()
        self._say_to_all(now)

    def _say_to_all(self, now: float) -> None:
        if self._everybody:
            self._everybody.leave()
        fps = BLIND_FPS if self._request.fps is None else min(self._request.fps, BLIND_FPS)
        request = self._request._replace(acknowledge=False, fps=fps)
        self._everybody = CommViewer(EVERYBODY, self._stream, request, self._post, BLIND_BYTES)
        self._renewed = now

    def _listen(self) -> None:
        """Each has what it asked for again."""
        if self._everybody:
            self._everybody.leave()
            self._everybody = None
        unheard, self._unheard = self._unheard, {}
        for name, request in unheard.items():
            self._join(name, request)

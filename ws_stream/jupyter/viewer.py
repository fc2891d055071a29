"""One viewer behind a comm: whole messages go to the front end, and what it says to the stream.

Knows nothing of kernels or widgets. It is a peer like one behind a socket, with the same flow control; the comm takes
whatever it is given, so what is on its way is bounded by what the viewer has acknowledged.
"""

import asyncio
import logging
from collections.abc import Callable
from math import inf
from typing import Any

from ..hub.stream import Stream
from ..protocol.request import Request
from ..server.viewer import Goodbye, Socketless, Viewer
from ..walk.outlet import payload

Post = Callable[[dict[str, Any], bytes | None], None]
"""Sends words, and the bytes of a picture with them."""


class CommViewer(Socketless):
    """Of one name: what is said carries it, as every page that shows the notebook hears all."""

    may_operate = True
    """Whoever runs cells may do anything."""
    logger = logging.getLogger(__name__)

    def __init__(
        self, name: str, stream: Stream, request: Request, post: Post, bytes_a_second: float = inf
    ) -> None:
        """It joins the stream, on its event loop. Raises UnsuitedError."""
        self._name = name
        self._post = post
        self._seconds_a_byte = 1 / bytes_a_second
        self._pause: asyncio.TimerHandle | None = None
        self._viewer = Viewer(self, stream, request)
        self.ended = self._viewer.ended
        self._say("open")
        stream.begin(self._viewer.subscription)

    @property
    def request(self) -> Request:
        """What it asks for."""
        return self._viewer.subscription.request

    def hear(self, message: str) -> None:
        """What it says."""
        try:
            self._viewer.on_message(message.encode(errors="surrogatepass"))
        except Exception:
            self.fail()

    def leave(self, goodbye: Goodbye | None = None) -> None:
        """It watches no more, and is told why."""
        if self._pause:
            self._pause.cancel()
        self._viewer.leave()
        if goodbye:
            self._say("close", code=int(goodbye[0]), reason=goodbye[1])

    def _hear(self, message: str) -> None:
        self._say("say", message=message)

    def _say(self, act: str, picture: bytes | None = None, **more: object) -> None:
        self._post({"act": act, "viewer": self._name, **more}, picture)

    def _finish(self) -> None:
        frame = self._viewer.subscription.take()
        if frame:
            self._say("picture", payload(frame))
            seconds = len(frame) * self._seconds_a_byte
            if seconds:
                self._pause = asyncio.get_running_loop().call_later(seconds, self._rest)

    def _rest(self) -> None:
        self._pause = None
        self._give()

    def _give(self) -> None:
        """The next picture may come, and be it at once."""
        if not self._pause:
            self._viewer.subscription.give()

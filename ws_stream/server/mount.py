"""A server's requests and viewers as the sockets of another program bring them: the seam of every mount.

Its policy, tokens, bounds and log are those of the server's own port. Knows nothing of the other program's framework:
that hands over requests as `HttpRequest`, and for a viewer a `Channel` and what it says.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from http import HTTPStatus
from typing import Any

from websockets.frames import CloseCode

from ..errors import UsageError
from . import pages
from .admission import Entry
from .files import files
from .mounted import MountedViewer
from .peers import origin
from .proxy import Proxies
from .readers import Channel as ReplyChannel
from .readers import Look
from .reception import Reception
from .request import HttpRequest
from .request_log import RequestLog
from .speech import Channel


class Mount:
    """Answers requests and follows viewers, in the event loop of the other program."""

    def __init__(self, reception: Reception, proxies: Proxies, enter: Callable[[], None]) -> None:
        self._reception = reception
        self._proxies = proxies
        self._enter = enter
        self._log = RequestLog(logging.getLogger(__name__))
        self._guests: dict[MountedViewer, asyncio.Event] = {}

    def begin(self) -> None:
        """The program starts: nobody is to wait for what can be done before. Raises UsageError."""
        files()
        self._enter()

    async def answer(self, asked: HttpRequest, peer: str) -> pages.Reply | Entry | Look:
        """The reply to a request of this peer, with all its headers.

        Or a viewer's entry, which `follow` takes; or what `show` answers, as that takes time.

        `asked.target` begins behind the path under which this is mounted, which is `asked.root_path`.
        """
        try:
            self._enter()
        except UsageError as error:
            self._log.warning(str(error))
            return self._refused(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        try:
            asked, address = self._proxies.original(asked, peer)
        except UsageError as error:
            self._log.warning(str(error))
            return self._refused(HTTPStatus.BAD_REQUEST, str(error))
        source = origin(address)
        wait = self._reception.connections.turn(source, time.monotonic())
        if wait > 0:
            await asyncio.sleep(wait)
        try:
            return self._reception.admission.answer(asked, source)
        except Exception:
            self._log.exception("a request could not be answered")
            return self._refused(HTTPStatus.INTERNAL_SERVER_ERROR, "the log says why")

    async def show(
        self, look: Look, channel: ReplyChannel, gone: Coroutine[Any, Any, None]
    ) -> bool:
        """Answer who sees pictures by plain HTTP, until `gone` ends, as nobody is there any more.

        Else the reply is to be ended: whether it is.
        """
        showing = asyncio.create_task(self._reception.admission.show(look, channel))
        leaving = asyncio.create_task(gone)
        try:
            await asyncio.wait((showing, leaving), return_when=asyncio.FIRST_COMPLETED)
            return showing.done()
        finally:
            showing.cancel()
            leaving.cancel()
            await asyncio.gather(showing, leaving, return_exceptions=True)

    def _refused(self, status: HTTPStatus, sentence: str) -> pages.Reply:
        reply = pages.sentence(status, sentence)
        said = {"Content-Type": reply.content_type, "Content-Length": str(len(reply.body))}
        return reply._replace(headers={**self._reception.standing_headers, **said})

    async def follow(
        self, entry: Entry, channel: Channel, said: AsyncIterator[str | bytes]
    ) -> None:
        """Serve one viewer, whose WebSocket is open, until it ends. What it says comes by `said`, until it is gone."""
        guest = MountedViewer(entry, channel, self._log)
        left = self._guests[guest] = asyncio.Event()
        tasks = [asyncio.create_task(each) for each in (guest.speak(), guest.hear(said))]
        try:
            await self._reception.admission.follow(guest)
        except asyncio.CancelledError:  # by the program, which ends
            guest.end(None)
            await guest.say_goodbye(CloseCode.GOING_AWAY, "")
            raise
        finally:
            del self._guests[guest]
            left.set()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Say goodbye to all viewers; who does not take it is left without one."""
        all_left = [left.wait() for left in self._guests.values()]
        for guest in tuple(self._guests):
            guest.end((CloseCode.GOING_AWAY, ""))
        await asyncio.gather(*all_left)

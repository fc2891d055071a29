"""Who sees pictures by plain HTTP: one as a snapshot, or each as a part of MJPEG.

Knows nothing of sockets: replies go through a channel that keeps whoever sends waiting.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import NamedTuple, Protocol

from websockets.frames import CloseCode

from ..errors import UnsuitedError
from ..hub.stream import Stream
from ..walk.rate_limit import RateLimit
from .lens import Lens, LensError, Still
from .pages import Reply, sentence
from .peers import Viewers
from .plain_http import SLOWEST
from .request import HttpRequest
from .request_log import RequestLog
from .snapshots import Snapshots
from .stills import CLOSING, FRESH, KINDS, MULTIPART, OPENING, Wanted, described
from .tokens import Right
from .viewer import CLOSE_TIMEOUT, GONE, GONE_AFTER, Goodbye, Visitor

SHOWN_AFTER = 0.2
"""Seconds after which a picture is sent once more if no other follows: browsers may show one when the next begins."""
AGAIN_AFTER = 1.0
"""Seconds until a picture that does not change is sent again, by which readers know that the device is there."""
COSTLY = (
    "somebody reads MJPEG: this device packs each picture as JPEG, which takes several times the work of a viewer; "
    "right would be the page at /, wherever it can be shown"
)


class Look(NamedTuple):
    """A request for pictures, which `Readers.show` answers: that takes time."""

    asked: HttpRequest
    address: Hashable
    right: Right
    wanted: Wanted


class Channel(Protocol):
    """Where the reply to one request goes. Each may wait for room, and raises OSError when nobody is there."""

    @property
    def has_begun(self) -> bool:
        """Whether its reply has no length, and begins: from then on there is no other."""

    async def reply(self, reply: Reply) -> None:
        """Send all of it."""

    async def begin(self, reply: Reply) -> None:
        """Send the beginning of one that has no length, and ends with the connection."""

    async def send(self, data: bytes) -> None:
        """Send what follows; returns when there is room for more."""


class Reader(Visitor):
    """Somebody who sees pictures by plain HTTP, until `scope` ends it."""

    def __init__(self, look: Look) -> None:
        self.asked, self.address, self.right = look[:3]
        self.wanted = look.wanted
        self.scope = asyncio.timeout(None)
        self.why = GONE
        """It is sent away, where it is."""
        self.left = asyncio.Event()

    def watches(self, stream: Stream) -> bool:
        """Whether it sees this stream."""
        return self.wanted.stream is stream

    def end(self, goodbye: Goodbye | None) -> None:
        """Send it away; the first to say why counts."""
        if self.scope.when() is None:
            self.why = goodbye[1] if goodbye else GONE
            self.scope.reschedule(asyncio.get_running_loop().time())


class Readers:
    """All of a server. They are bounded as viewers are, among which they count."""

    def __init__(
        self,
        viewers: Viewers[Visitor],
        log: RequestLog,
        complete: Callable[[HttpRequest, Reply], Reply],
    ) -> None:
        self._viewers = viewers
        self._log = log
        self._complete = complete
        self._snapshots = Snapshots(log)
        self._lenses: dict[Lens, dict[Reader, float | None]] = {}
        """By what they see through: how many pictures a second each wants."""

    async def show(self, look: Look, channel: Channel, refused: str | None) -> None:
        """Answer the request, until the reader is gone or sent away; `refused` says why it is to see nothing."""
        reader = Reader(look)
        try:
            ended = (
                sentence(HTTPStatus.SERVICE_UNAVAILABLE, refused)
                if refused
                else await self._follow(reader, look, channel)
            )
            if channel.has_begun:
                await _taken(channel.send(CLOSING))
            elif ended:
                await channel.reply(self._complete(look.asked, ended))
        except OSError:
            pass  # nobody is there
        finally:
            reader.left.set()

    async def _follow(self, reader: Reader, look: Look, channel: Channel) -> Reply | None:
        """Show it what it wants; the reply where there is nothing, or no more. Raises OSError when it is gone."""
        try:
            async with reader.scope:
                self._viewers.add(reader)
                try:
                    if look.wanted.is_film:
                        await self._film(reader, channel)
                    else:
                        return await self._snapshot(reader.wanted)
                finally:
                    self._viewers.remove(reader)
        except TimeoutError:
            return sentence(HTTPStatus.SERVICE_UNAVAILABLE, reader.why)
        except LensError as error:
            return sentence(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        except UnsuitedError as error:
            return sentence(HTTPStatus.NOT_ACCEPTABLE, str(error))
        except OSError:
            raise
        except Exception:
            self._log.exception("pictures could not be shown")
            return sentence(HTTPStatus.INTERNAL_SERVER_ERROR, "the log says why")
        return None

    async def close(self) -> None:
        """Send all away; who does not take that is left."""
        self._snapshots.close()
        readers = [visitor for visitor in self._viewers if isinstance(visitor, Reader)]
        for reader in readers:
            reader.end((CloseCode.GOING_AWAY, "the server is closing"))
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                for reader in readers:
                    await reader.left.wait()

    async def _snapshot(self, wanted: Wanted) -> Reply:
        file = await self._snapshots.take(wanted)
        headers = {**described(file.frame), **FRESH}
        return Reply(HTTPStatus.OK, KINDS[wanted.kind].content_type, file.content, headers)

    async def _film(self, reader: Reader, channel: Channel) -> None:
        """Send pictures until somebody ends it. Raises LensError and UnsuitedError."""
        fps = reader.wanted.request.fps
        with self._through(reader) as lens:
            still = await lens.first()
            sent = await still.part()
            self._log.warning(COSTLY)
            reply = Reply(HTTPStatus.OK, MULTIPART, b"", FRESH, has_length=False)
            await _taken(channel.begin(self._complete(reader.asked, reply)))
            await _taken(channel.send(OPENING))
            limit, wait = RateLimit(time.monotonic()), SHOWN_AFTER
            while True:
                await _taken(channel.send(sent), len(sent))
                if fps:
                    limit.sent(fps, now := time.monotonic())
                    await asyncio.sleep(limit.due(fps) - now)
                newer = await _newer(lens, still, wait)
                wait = AGAIN_AFTER if newer is still else SHOWN_AFTER
                still, sent = newer, await newer.part()

    @contextmanager
    def _through(self, reader: Reader) -> Iterator[Lens]:
        """What the reader sees through, with all others who see the same. Raises UnsuitedError."""
        new = Lens(reader.wanted.stream, reader.wanted.request, self._log)
        lens = next((one for one in self._lenses if one.shows_as(new)), new)
        rates = self._lenses.setdefault(lens, {})
        rates[reader] = reader.wanted.request.fps
        try:
            if lens is new:
                lens.begin()
            else:
                new.leave()
                lens.set_rates(rates.values())
            yield lens
        finally:
            del rates[reader]
            if rates:
                lens.set_rates(rates.values())
            else:
                del self._lenses[lens]
                lens.leave()


async def _newer(lens: Lens, still: Still, wait: float) -> Still:
    """The next picture; the same after so many seconds, unless there is a problem: then it may not be what is there."""
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                return await lens.newer(still)
        if lens.problem is None:
            return still


async def _taken(sending: Awaitable[None], size: int = 0) -> None:
    """Wait until so many bytes are. Raises OSError also when the reader takes them too slowly."""
    try:
        async with asyncio.timeout(GONE_AFTER + size / SLOWEST):
            await sending
    except TimeoutError:
        raise ConnectionResetError from None

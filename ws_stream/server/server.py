"""Streams on a port: the public API for programs that have pictures.

Knows nothing of how pictures are encoded. Runs in the caller's event loop (`async with`) or in a thread of its own
(`with`), for programs that have no event loop.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Self
from urllib.parse import quote

from ..arguments import each, matching, optional, shown
from ..errors import UsageError
from ..hub.budget import PERCENT
from ..hub.stream import Stream
from ..loop_thread import LoopThread, leave_to_parent
from .access import AccessPolicy
from .addresses import port_of
from .budgeting import keep_budget
from .catalogue import STREAM, Catalogue
from .certificate import certificate
from .judgement import Judge
from .lifetime import Lifetime
from .listener import Listener
from .places import checked_place
from .proxy import checked_proxies
from .reception import Reception
from .tokens import known

_HOSTS = each(matching("[ -~]{1,253}", "a host's name"))  # AccessPolicy says which letters
_ORIGINS = each(matching("[ -~]{1,300}", "an origin of pages, such as 'http://panel.example:3000'"))


class Server(Catalogue):
    """Serves streams, and the page that shows them, on one port.

        with Server() as server:
            camera = server.stream("camera", step=4)
            camera.publish(array)

    Listens on this machine only unless `host` says otherwise ("0.0.0.0" is every network); instead of a port, on a Unix
    socket at the path `unix`, or on `sockets` of the caller's. `root_path` is the path under which a proxy shows it,
    `trusted_proxies` are whose X-Forwarded-* are believed: docs/proxy.md. Requests must name the server by an address,
    localhost, this machine's name or one of `allow_hosts`, and come from its own pages, those of loopback to loopback,
    or those of `allow_origins`; pages of `allow_frames` may frame the viewer: docs/network.md has the table. With
    `tokens`, lines such as "view:TOKEN" or "control:TOKEN", or a `token_file` of them, nobody sees pictures or operates
    the device without one. With the files `tls_cert` and `tls_key` it speaks https and wss, by what lies in them at the
    time: docs/tls.md. `cpu_budget` is a share of one core, in percent, that this process is to stay within:
    pictures become fewer, then coarser, until it does. Raises UsageError.
    """

    def __init__(  # noqa: PLR0913 - each is an option by its own name
        self,
        host: str = "127.0.0.1",
        port: int = 8000,
        *,
        unix: str | os.PathLike[str] | None = None,
        sockets: Iterable[socket.socket] = (),
        root_path: str = "",
        trusted_proxies: Iterable[str] = (),
        allow_hosts: Iterable[str] = (),
        allow_origins: Iterable[str] = (),
        allow_frames: Iterable[str] = (),
        tokens: str | Sequence[str] | None = None,
        token_file: str | os.PathLike[str] | None = None,
        tls_cert: str | os.PathLike[str] | None = None,
        tls_key: str | os.PathLike[str] | None = None,
        cpu_budget: float | None = None,
    ) -> None:
        self._place = checked_place(host, port, unix, sockets)
        self.port = self._place.port
        super().__init__()
        policy = AccessPolicy(
            _HOSTS.take("allow_hosts", allow_hosts),
            _ORIGINS.take("allow_origins", allow_origins),
            _ORIGINS.take("allow_frames", allow_frames),
        )
        judge = Judge(policy, partial(known, tokens, token_file))
        proxies = checked_proxies(trusted_proxies, root_path)
        reception = Reception(self.streams, judge, proxies, certificate(tls_cert, tls_key))
        self._listener = Listener(reception)
        self._thread: LoopThread | None = None
        self._cpu_budget = optional(PERCENT).take("cpu_budget", cpu_budget)
        self._budgeting: asyncio.Task[None] | None = None

    def urls(self, stream: Stream | None = None) -> list[str]:
        """Where a browser on this machine, or on the LAN when it can, finds the page (of one stream).

        Asked of the sockets: all of these answer, and while nothing listens there are none. A Unix socket is unix:PATH.
        """
        if (
            stream is not None
            and self.streams.get(STREAM.take("stream", stream).name) is not stream
        ):
            raise UsageError(
                f"the stream {shown(stream.name)} is not on this server; right would be one of its own"
            )
        return self._listener.urls(f"?stream={quote(stream.name)}" if stream else "")

    def reload(self) -> None:
        """Read tokens, certificate and key from their files anew. In the server's event loop."""
        self._listener.reload()

    async def start(self) -> None:
        """Listen; once. Raises UsageError when the address cannot be listened on."""
        self._lifetime.begin()
        try:
            for stream in self.streams.values():
                stream.adopt(self)
            await self._listener.listen(self._place._replace(port=self.port))
        except BaseException:
            self._lifetime = Lifetime()  # it may be tried again
            raise
        self.port = port_of(self._listener.sockets)
        if self._cpu_budget is not None:
            self._budgeting = asyncio.create_task(keep_budget(self.streams, self._cpu_budget))

    async def close(self) -> None:
        """Say goodbye to viewers (close code 1001), stop the sources, free the port. Closing again is no fault.

        Raises UsageError in another event loop than `start` was called in.
        """
        if self._lifetime.is_forked:
            return
        self._lifetime.end()
        if self._budgeting:
            self._budgeting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._budgeting
        await self._listener.close()
        self._let_go()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __enter__(self) -> Self:
        thread = LoopThread("ws-stream")
        try:
            thread.run(self.start)
        except BaseException:
            thread.stop()
            raise
        self._thread = thread
        return self

    def __exit__(self, *_: object) -> None:
        if self._lifetime.is_forked:
            leave_to_parent()
            return
        thread, self._thread = self._thread, None
        if thread is None:
            self._lifetime.check("leave")
            self._lifetime.end()
            self._let_go()
            return
        try:
            thread.run(self.close)
        finally:
            thread.stop()

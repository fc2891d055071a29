"""Streams on a port: the public API for programs that have pictures.

Knows nothing of how pictures are encoded. Runs in the caller's event loop (`async with`) or in a thread of its own
(`with`), for programs that have no event loop.
"""

import asyncio
import os
import socket
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Self
from urllib.parse import quote

from ..arguments import each, instance, matching
from ..hub.stream import Stream
from ..limits import MAX_VIEWERS
from ..loop_thread import LoopThread, leave_to_parent
from .access import AccessPolicy
from .addresses import port_of
from .announcing import Announcing
from .budgeting import Budgeting
from .catalogue import Catalogue
from .certificate import certificate
from .judgement import Judge
from .lifetime import Lifetime
from .listener import Listener
from .mount import Mount
from .peers import times
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
    pictures become fewer, then coarser, until it does. A relay on a larger machine may have more `max_viewers` than a
    device: docs/relays.md. With `announce`, others on the network find it without its
    address (docs/discovery.md). Raises UsageError.
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
        max_viewers: int = MAX_VIEWERS,
        announce: bool = False,
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
        its = certificate(tls_cert, tls_key)
        reception = Reception(self.streams, judge, proxies, its, times(max_viewers))
        self._listener = Listener(reception)
        self._mount = Mount(reception, proxies, self._enter)
        self._thread: LoopThread | None = None
        self._budgeting = Budgeting(self.streams, cpu_budget)
        self._announcing = Announcing(announce, self.streams, reception, self._listener)

    def urls(self, stream: Stream | None = None) -> list[str]:
        """Where a browser on this machine, or on the LAN when it can, finds the page (of one stream).

        Asked of the sockets: all of these answer, and while nothing listens there are none. A Unix socket is unix:PATH.
        """
        query = "" if stream is None else f"?stream={quote(self._own(stream).name)}"
        return self._listener.urls(query)

    def mounted(self) -> Mount:
        """Its requests and viewers by the sockets of another program: what mounts are made of (docs/mounting.md).

        Raises UsageError when it runs in another event loop or process, or is closed.
        """
        self._lifetime.check("mount")
        return self._mount

    def _enter(self) -> None:
        """A mount has a request. The first starts what is to run, if nothing runs yet. Raises UsageError."""
        if self._lifetime.enter():
            for stream in self.streams.values():
                stream.adopt(self)
            self._budgeting.start()

    def remove(self, stream: Stream) -> None:
        """Serve this stream no more; from any thread. Its name is free at once.

        Its viewers are told that there is no such stream now (close code 4004), and come again when there is one. Its
        source is closed. Nobody else notices. Raises UsageError.
        """
        self._lifetime.check("use")
        del self.streams[self._own(stream).name]
        self._lifetime.run(partial(self._end, stream))

    def reload(self) -> None:
        """Read tokens, certificate and key from their files anew. In the server's event loop."""
        self._listener.reload()

    def change(self, other: "Server", names: Sequence[str]) -> None:
        """Serve the streams of these names, in this order: those of another server, never started, else those here.

        Answer whom it would, by its tokens and within its budget. In the server's event loop.
        """
        for stream in self._exchange(other, names):
            self._end(stream)
        self._listener.change(other._listener)
        self._budgeting.change(other._budgeting)

    def _end(self, stream: Stream) -> None:
        self._listener.dismiss(stream)
        self._stop(stream)

    async def start(self) -> None:
        """Listen; once. Raises UsageError when the address cannot be listened on."""
        self._lifetime.begin()
        try:
            for stream in self.streams.values():
                stream.adopt(self)
            await self._listener.listen(self._place._replace(port=self.port))
            self._announcing.start()
        except BaseException:
            await self._listener.close()
            self._lifetime = Lifetime()  # it may be tried again
            raise
        self.port = port_of(self._listener.sockets)
        self._budgeting.start()

    async def close(self) -> None:
        """Say goodbye to viewers (close code 1001), stop the sources, free the port. Closing again is no fault.

        Raises UsageError in another event loop than `start` was called in.
        """
        if self._lifetime.is_forked:
            return
        self._lifetime.end()
        await self._budgeting.close()
        await self._announcing.close()
        await asyncio.gather(self._mount.close(), self._listener.close())
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


SERVER = instance(Server, "a ws_stream.Server")
"""What an argument for one may be."""

"""A node is found by others also while nobody watches it: one quiet connection, in a thread of its own.

Knows nothing of pictures.
"""

import asyncio
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Protocol, runtime_checkable

from ..errors import ConnectError
from ..hub.stream import Stream
from ..loop_thread import LoopThread
from .nats_link import linked
from .nats_presence import Found, be_found
from .nats_upstream import NatsUpstream


@runtime_checkable
class _Served(Protocol):
    """What has a stream's viewers."""

    def urls(self, stream: Stream | None = None) -> list[str]:
        """Where they find it."""


class Introduction:
    """Of one stream, from when it is there until it is closed."""

    def __init__(self, upstream: NatsUpstream) -> None:
        self._upstream = upstream
        self._thread: LoopThread | None = None
        self._running: Future[None] | None = None

    def begin(self, stream: Stream) -> None:
        """Be found."""
        self._thread = LoopThread(f"ws-stream found {stream.name}")
        self._running = self._thread.begin(partial(self._run, stream))

    def close(self) -> None:
        """Be found no more. The end of the connection is not waited for: the server may be gone."""
        thread, self._thread = self._thread, None
        if thread and self._running:
            self._running.cancel()
            thread.stop_behind(_others_ended)

    async def _run(self, stream: Stream) -> None:
        with suppress(ConnectError):  # whoever watches is told
            async with linked(self._upstream.address) as link:
                await be_found(link, partial(self._told, stream))
                await asyncio.Event().wait()

    def _told(self, stream: Stream) -> Found:
        owner = stream.owner
        urls = owner.urls(stream) if isinstance(owner, _Served) else []
        return Found(
            *(self._upstream.subject, "node", next(iter(urls), "nowhere")),
            len(stream.audience.subscriptions),
            self._upstream.age_now(),
        )


async def _others_ended() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*tasks, return_exceptions=True)

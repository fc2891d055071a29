"""What a server serves: the public API for programs that have pictures, and the sources that have them themselves.

Knows nothing of sockets, nor of who watches.
"""

import contextlib
import itertools
import os
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..arguments import instance, optional, shown
from ..client import Connection
from ..errors import UsageError, WsStreamError
from ..hub.caller import Hearer
from ..hub.stream import Stream
from ..pixels.described import FORMAT
from ..pixels.formats import PixelFormat
from ..pixels.rendition import rendition
from ..sources import Source
from .lifetime import Lifetime
from .offer import Offer, Pictures, open_offer

if TYPE_CHECKING:
    from ..relay.nats_upstream import NatsUpstream

STREAM = instance(Stream, "a ws_stream.Stream")


class Catalogue:
    """The streams of a server, by name."""

    def __init__(self) -> None:
        self.streams: dict[str, Stream] = {}
        self._offers: dict[Stream, Offer] = {}
        self._lifetime = Lifetime()

    def stream(
        self,
        name: str,
        *,
        format: str | PixelFormat | None = None,  # noqa: A002 - the field's word for it
        step: int = 1,
        crop: Sequence[int] | None = None,
        average: bool = False,
        tolerance: int = 0,
        depth: int = 24,
        fps: float = 30,
        verify_damage: bool = False,
        input: bool | Hearer = False,  # noqa: A002 - the wire's word for it
    ) -> Stream:
        """A new stream to publish arrays to.

        `format` is a pixel format's name; without one it is taken from each array (RGB order is assumed). Viewers
        get every `step`-th pixel and row, or with `average` the mean of each step x step box, of the part `crop`
        (x, y, width, height). Film and camera noise can be sent in less than there is: with a `tolerance`, a pixel is
        sent only when a channel (of eight bits) has moved by more than that from what viewers show, so none is ever off
        by more, and what stands still is exact within a second; with a `depth` of 16, 12 or 8, so many bits of a pixel.
        `fps` is the most pictures per second that a viewer is sent. With `verify_damage`, `publish` checks every damage
        hint and raises UsageError for a wrong one: for debugging, it costs what the hint saves. With `input`, whoever
        reaches the server, or where it asks for tokens who has one for that, may operate the device (docs/input.md): a
        function is called with each `InputEvent`, in a thread of its own; with True, `input()` of the stream gives
        them. Raises UsageError.
        """
        options = rendition(crop=crop, step=step, average=average, tolerance=tolerance, depth=depth)
        pixel_format = optional(FORMAT).take("format", format)
        stream = Stream(
            name,
            format=pixel_format,
            rendition=options,
            fps=fps,
            verify_damage=verify_damage,
            input=input,
        )
        return self.add(stream)

    def serve(
        self,
        source: "str | os.PathLike[str] | Source | Pictures | Connection | NatsUpstream",
        *,
        name: str | None = None,
        format: str | PixelFormat | None = None,  # noqa: A002 - the field's word for it
        step: int = 1,
        crop: Sequence[int] | None = None,
        average: bool = False,
        tolerance: int = 0,
        depth: int = 24,
        fps: float = 30,
        input: bool | Hearer = False,  # noqa: A002 - the wire's word for it
    ) -> Stream:
        """A new stream of what a source shows, polled `fps` times a second while somebody watches.

        `source` is an address such as "mmap:/dev/shm/ring?width=1024&height=600&format=bgrx8888", or an object with the
        methods of `Source`, or a function that returns an iterable of arrays: that may wait for its pictures, and
        runs in a thread of its own. Only for a function there is a `format`; the others have their own. The address of
        another server's stream, or what `connect` returns for it, is relayed: docs/relays.md. The rest is as for
        `stream`. Raises UsageError and SourceError.
        """
        options = rendition(crop=crop, step=step, average=average, tolerance=tolerance, depth=depth)
        self._lifetime.check("use")
        offer = open_offer(source, optional(FORMAT).take("format", format))
        name = self._free_name(offer.name) if name is None else name
        try:
            stream = self.add(offer.stream(name, options, fps, input))
        except WsStreamError:
            if isinstance(source, str | os.PathLike):
                offer.close()  # the others are the program's
            raise
        self._offers[stream] = offer
        return stream

    def add(self, stream: Stream) -> Stream:
        """Serve a stream that was made elsewhere. Raises UsageError when its name is taken."""
        self._lifetime.check("use")
        STREAM.take("stream", stream)
        if stream.name in self.streams:
            raise UsageError(
                f"there is a stream named '{stream.name}' already; give one another name"
            )
        stream.adopt(self)
        self.streams[stream.name] = stream
        return stream

    def run(self, errand: Callable[[], object]) -> None:
        """Do this in the event loop that the server runs in; from any thread. Raises UsageError if it does not run."""
        self._lifetime.check("reach")
        self._lifetime.run(errand)

    def _own(self, stream: object) -> Stream:
        """The stream, which is one of these. Raises UsageError."""
        found = STREAM.take("stream", stream)
        if self.streams.get(found.name) is not found:
            raise UsageError(
                f"the stream {shown(found.name)} is not on this server; right would be one of its own"
            )
        return found

    def _exchange(self, other: "Catalogue", names: Sequence[str]) -> list[Stream]:
        """Serve the streams of these names: another's, else those here. Returns what is served no more."""
        for stream in other.streams.values():
            stream.release()
            stream.adopt(self)
        before = tuple(self.streams.values())
        now = {name: {**self.streams, **other.streams}[name] for name in names}
        self.streams.clear()
        self.streams.update(now)
        self._offers.update(other._offers)
        return [stream for stream in before if now.get(stream.name) is not stream]

    def _stop(self, stream: Stream) -> None:
        """Close a stream that is served no more, and its source, which may keep whoever closes it waiting."""
        stream.release()
        offer = self._offers.pop(stream, None)
        both = contextlib.ExitStack()
        if offer:
            both.callback(offer.close)
        both.callback(stream.close)  # before its source, as above
        name = f"ws-stream end of {stream.name}"
        threading.Thread(target=both.close, name=name, daemon=True).start()

    def _free_name(self, name: str) -> str:
        numbered = (f"{name}-{number}" for number in itertools.count(2))
        return next(free for free in itertools.chain([name], numbered) if free not in self.streams)

    def _let_go(self) -> None:
        with contextlib.ExitStack() as all_of_them:
            for offer in self._offers.values():
                all_of_them.callback(offer.close)
            for stream in self.streams.values():
                all_of_them.callback(stream.close)  # before the sources: it may be reading one
        self._offers.clear()

"""What a program offers to be served: an address, a source of its own, or a function that returns pictures.

Whatever else is offered is refused with what would be right: the fault would come up much later, on another thread.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any, NamedTuple

from ..arguments import TEXT, Kind, shown
from ..client import Connection
from ..errors import UsageError
from ..hub.caller import Hearer
from ..hub.stream import Stream
from ..pixels.described import known
from ..pixels.formats import SIDE, PixelFormat, Pixels
from ..pixels.kept import check_rendition
from ..pixels.rendition import Rendition
from ..producers.poller import Poller
from ..producers.reader import Reader
from ..relay.addresses import name_of, open_upstream
from ..relay.relayed import Relayed
from ..relay.schemes import without_secrets
from ..relay.upstream import Upstream
from ..sources import Source, open_source
from ..sources.address import stream_name

if TYPE_CHECKING:
    from ..relay.nats_introduction import Introduction
    from ..relay.nats_upstream import NatsUpstream

Pictures = Callable[[], Iterable[Pixels]]
"""Opens a source and returns its pictures; it and its iterator may block."""

_SOURCE: Mapping[str, Kind[Any]] = {
    "name": TEXT,
    "format": Kind(known, "one of ws_stream.pixels.formats, such as GRAY8"),
    "width": SIDE,
    "height": SIDE,
}
"""What the attributes of a source may be."""

_NOT_ASYNC = "a function with `def` and `yield`, not `async def`"
_ANYTHING = (
    "an address such as 'test:', an object with the methods of ws_stream.Source, "
    "or a function that returns an iterable of arrays"
)
_HINTS: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (inspect.isclass, "an object of this class"),
    (lambda offered: hasattr(offered, "__array__"), "server.stream(NAME).publish(array)"),
    (lambda offered: hasattr(offered, "__aiter__"), _NOT_ASYNC),
    (lambda offered: hasattr(offered, "__next__"), "the function that made it: it is called again"),
    (lambda offered: isinstance(offered, list | tuple), "a function that returns it"),
    (lambda offered: hasattr(offered, "read"), "a function that yields what its read() returns"),
)
"""What is often offered, and what would be right then; the first that holds."""


NO_ARGUMENT = "one that needs no argument, as functools.partial makes"
"""Where a function `needs_argument`."""


def is_async(function: Callable[..., object]) -> bool:
    """Whether calling it only begins what it does."""
    called = (function, getattr(function, "__call__", None))  # noqa: B004 - an object's may be async
    return any(
        inspect.isasyncgenfunction(one) or inspect.iscoroutinefunction(one) for one in called
    )


def needs_argument(function: Callable[..., object]) -> bool:
    """Whether it cannot be called as it is, as far as it tells."""
    try:
        inspect.signature(function).bind()
    except ValueError:
        return False  # some of those in C do not tell
    except TypeError:
        return True
    return False


class Offer(NamedTuple):
    """What can be served."""

    name: str
    """What its stream is called unless the program says otherwise."""
    stream: Callable[[str, Rendition, float, bool | Hearer], Stream]
    """A stream of what it shows, by its name, rendition, rate and hearer. Raises UsageError where these do not fit."""
    close: Callable[[], None]


def open_offer(offered: object, pixel_format: PixelFormat | None) -> Offer:
    """The offer of a source, function or connection; the format is a function's. Raises UsageError and SourceError."""
    if upstream := open_upstream(offered):
        _check_format(pixel_format, without_secrets(upstream.url))
        return _of_upstream(upstream)
    if callable(offered) and not hasattr(offered, "poll"):
        _check_function(offered)
        name = stream_name(getattr(offered, "__name__", ""), default="pictures")
        return Offer(name, partial(_read, offered, pixel_format), lambda: None)
    _check_format(pixel_format, offered)
    is_address = isinstance(offered, str | PathLike)
    to_source: Callable[[Any], Source] = open_source if is_address else _checked_source
    source = to_source(offered)
    return Offer(source.name, partial(_polled, source), source.close)


def _check_format(pixel_format: PixelFormat | None, offered: object) -> None:
    if pixel_format:
        raise UsageError(
            f"format={shown(pixel_format.name)} is for functions; right would be none, as {shown(offered)} has its own"
        )


def _of_upstream(upstream: "Connection | NatsUpstream") -> Offer:
    if isinstance(upstream, Connection):
        return Offer(name_of(upstream), partial(_relayed, upstream), lambda: None)
    from ..relay.nats_introduction import Introduction  # noqa: PLC0415 - whoever has none need not wait for it

    introduction = Introduction(upstream)
    its = partial(_introduced, introduction, upstream)
    return Offer(name_of(upstream), its, introduction.close)


def _read(
    function: Pictures,
    pixel_format: PixelFormat | None,
    name: str,
    rendition: Rendition,
    fps: float,
    hears: bool | Hearer,
) -> Stream:
    reader = Reader(function)
    return Stream(
        name, format=pixel_format, rendition=rendition, fps=fps, input=hears, producer=reader
    )


def _relayed(
    upstream: Upstream, name: str, rendition: Rendition, fps: float, hears: bool | Hearer
) -> Stream:
    if hears:
        raise UsageError(
            "what viewers do is not passed on to another server; right would be input where the device is"
        )
    return Stream(name, rendition=rendition, fps=fps, producer=Relayed(upstream))


def _introduced(
    introduction: "Introduction",
    upstream: Upstream,
    name: str,
    rendition: Rendition,
    fps: float,
    hears: bool | Hearer,
) -> Stream:
    stream = _relayed(upstream, name, rendition, fps, hears)
    introduction.begin(stream)
    return stream


def _polled(
    source: Source, name: str, rendition: Rendition, fps: float, hears: bool | Hearer
) -> Stream:
    width, height = SIDE.read(source.width), SIDE.read(source.height)
    check_rendition(rendition, source.format, width, height)
    stream = Stream(name, rendition=rendition, fps=fps, input=hears, producer=Poller(source))
    stream.resize(source.format, width, height)
    return stream


def _check_function(function: Callable[..., object]) -> None:
    if is_async(function):
        raise _refusal(function, _NOT_ASYNC)
    if inspect.isclass(function) and not hasattr(function, "__iter__"):
        raise _refusal(function, "a function that returns an iterable of arrays")
    if needs_argument(function):
        raise _refusal(function, NO_ARGUMENT)


def _checked_source(offered: Any) -> Source:  # noqa: ANN401 - whatever was handed in
    methods = [getattr(offered, name, None) for name in ("poll", "close")]
    if (
        inspect.isclass(offered)
        or not all(map(callable, methods))
        or any(map(inspect.iscoroutinefunction, methods))
    ):
        raise _refusal(
            offered, next((right for is_it, right in _HINTS if is_it(offered)), _ANYTHING)
        )
    for name, kind in _SOURCE.items():
        kind.take(f"the source's {name}", getattr(offered, name, None))
    source: Source = offered
    return source


def _refusal(offered: object, right: str) -> UsageError:
    return UsageError(f"{shown(offered)} cannot be served; right would be {right}")

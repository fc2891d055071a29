"""`ws_stream.show`: a picture, a function or a stream in the output of a notebook's cell."""

from collections.abc import Callable, Sequence
from functools import cache

from ..arguments import optional, shown
from ..errors import UsageError
from ..hub.kinds import FPS
from ..hub.stream import Stream
from ..loop_thread import LoopThread
from ..pixels.rendition import KINDS
from ..protocol.request import Request
from ..server.catalogue import Catalogue
from ..server.offer import NO_ARGUMENT, is_async, needs_argument
from .calls import Calls
from .kernel import this_kernel
from .view import NotebookView, Run

NAME = "notebook"
"""Of a stream that is shown in one only."""
MOST_FPS = 30.0
"""Pictures a second of such a stream, if no other rate is asked for."""


def show(
    picture: object = None,
    *,
    fps: float | None = None,
    step: int | None = None,
    crop: Sequence[int] | None = None,
) -> NotebookView:
    """Show a picture, or what follows it, in the output of this cell: in JupyterLab, Jupyter Notebook or VS Code.

    `picture` is whatever `Stream.publish` takes; or a function without parameters that returns one, which is called in
    a thread of its own, at most `fps` times a second, while somebody sees the output; or a Stream. Without any they
    come by `publish` of what is returned, from any thread. Pages are sent at most `fps` pictures a second (30 by
    default; of a Stream, as many as it gives), every `step`-th pixel and row of the part `crop` (x, y, width, height).
    Raises UsageError, also where there is no notebook, and whatever the function raises when it is first called.
    """
    fps = optional(FPS).take("fps", fps)
    step = optional(KINDS["step"]).take("step", step)
    request = Request(step=step, crop=KINDS["crop"].take("crop", crop), fps=fps)
    kernel = this_kernel()
    stream = (
        picture
        if isinstance(picture, Stream)
        else _new_stream(picture, MOST_FPS if fps is None else fps)
    )
    view = NotebookView(kernel, stream, _loop_of(stream), request)
    view.display()
    return view


def _new_stream(picture: object, fps: float) -> Stream:
    """A stream of this picture, or of what the function returns. Raises what its first call does."""
    function: Callable[[], object] | None = _function(picture) if callable(picture) else None
    stream = Stream(NAME, fps=fps, producer=Calls(function) if function else None)
    if function or picture is not None:
        stream.publish(function() if function else picture)
    return stream


def _function(offered: Callable[..., object]) -> Callable[[], object]:
    """It can be called as it is. Raises UsageError."""
    if is_async(offered):
        raise UsageError(f"{shown(offered)} cannot be shown; right would be a function with `def`")
    if needs_argument(offered):
        raise UsageError(f"{shown(offered)} cannot be shown; right would be {NO_ARGUMENT}")
    return offered


@cache
def _home() -> LoopThread:
    """Where streams have their viewers that no server has."""
    return LoopThread("ws-stream-notebook")


def _loop_of(stream: Stream) -> Run:
    """The event loop of the stream's viewers. Raises UsageError where its server does not run."""
    if isinstance(stream.owner, Catalogue):
        server = stream.owner
        server.run(lambda: None)
        return server.run
    home = _home()
    stream.adopt(home)
    return home.call

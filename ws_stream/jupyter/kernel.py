"""The kernel of this notebook: its cells, its outputs, the comms of its widgets. All that is known of IPython is here.

Knows nothing of pictures. What it takes is imported when it is used, as only those who use it install it.
"""

import importlib
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from ..errors import UsageError
from .bundle import bundle
from .ear import Ear

_NOT_INSTALLED = (
    "to show pictures in a notebook takes anywidget, which is not installed; "
    "right would be: pip install 'ws-stream[jupyter]'"
)
_NO_NOTEBOOK = (
    "there is no notebook here; right would be to call show() in a cell of one, or in a program to serve the stream: "
    "ws_stream.Server"
)


class Kernel:
    """There is one in a process. What is called when cells begin and end is called in their thread."""

    def __init__(self, shell: Any) -> None:  # noqa: ANN401 - IPython's
        self._shell = shell
        self._ear = Ear(time.monotonic())
        self._followers: list[tuple[Callable[[], None], Callable[[], None]]] = []
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)

    @property
    def cell(self) -> int:
        """The number of the cell that runs, or ran last."""
        return int(self._shell.execution_count)

    def is_deaf(self, now: float) -> bool:
        """Whether what front ends say waits until the cell that runs has ended."""
        return self._ear.is_deaf(now)

    def hear(self) -> None:
        """A front end has said something; in the thread in which that was heard."""
        is_apart = threading.current_thread() is not threading.main_thread()
        self._ear.hear(time.monotonic(), is_apart=is_apart)

    def follow(self, begin: Callable[[], None], end: Callable[[], None]) -> Callable[[], None]:
        """Call these when cells begin and end, until what is returned is called."""
        follower = begin, end
        self._followers.append(follower)
        return lambda: self._followers.remove(follower)

    def display(
        self,
        widget: Any,  # noqa: ANN401 - anywidget's
        name: str,
        png: bytes | None,
        display_id: str,
        *,
        again: bool = False,
    ) -> None:
        """Show a widget in the output of the cell, or `again`; a saved notebook has the PNG in its place."""
        made = widget._repr_mimebundle_()
        data, metadata = made if isinstance(made, tuple) else (made, {})
        data = {**data, "text/plain": f"the stream '{name}'"}
        if png:
            data["image/png"] = b64encode(png).decode()
        transient = {"display_id": display_id}
        self._shell.display_pub.publish(
            data=data, metadata=metadata, transient=transient, update=again
        )

    def _begin(self, _info: object) -> None:
        self._ear.begin(time.monotonic())
        for begin, _ in tuple(self._followers):
            begin()

    def _end(self, _result: object) -> None:
        self._ear.end()
        for _, end in tuple(self._followers):
            end()


def new_widget(name: str, attributes: Mapping[str, str], hear: Callable[[object], None]) -> Any:  # noqa: ANN401 - anywidget's
    """A widget of the stream of this name, whose element has these attributes; `hear` is told what pages say."""
    widget = _widget_class()(name=name, attributes=dict(attributes))
    widget.on_msg(lambda _widget, words, _buffers: hear(words))
    # Where a kernel hears comms beside a cell that runs, ipykernel 7.4 hands words to the thread that last sent some,
    # which need not be one that can hear; this has it take the one that the front end names.
    widget.comm._reply_subshell_for = lambda _words, named: named
    return widget


@cache
def _widget_class() -> Any:  # noqa: ANN401 - anywidget's
    traitlets = importlib.import_module("traitlets")

    class StreamWidget(importlib.import_module("anywidget").AnyWidget):  # type: ignore[misc]  # known when it is there
        """A stream in a cell's output."""

        _esm = bundle()
        name = traitlets.Unicode().tag(sync=True)
        attributes = traitlets.Dict().tag(sync=True)

    return StreamWidget


@cache
def _kernel_of(shell: Any) -> Kernel:  # noqa: ANN401 - IPython's
    return Kernel(shell)


def this_kernel() -> Kernel:
    """Raises UsageError where this is no notebook, or what it takes is not installed."""
    try:
        importlib.import_module("anywidget")
    except ImportError:
        raise UsageError(_NOT_INSTALLED) from None
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if getattr(shell, "kernel", None) is None:
        raise UsageError(_NO_NOTEBOOK)
    return _kernel_of(shell)

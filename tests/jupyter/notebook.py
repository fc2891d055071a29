"""A notebook without Jupyter: cells begin and end when a test says so, and what is displayed is kept."""

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from ws_stream.jupyter.kernel import Kernel

SHOW = importlib.import_module(
    "ws_stream.jupyter.show"
)  # the package has the function by this name


class FakeWidget:
    """What anywidget makes."""

    def __init__(self, name: str, attributes: object, hear: Callable[[object], None]) -> None:
        self.name, self.attributes, self.hear = name, attributes, hear
        self.sent: list[tuple[dict[str, Any], Any]] = []
        self.is_closed = False

    def send(self, words: dict[str, Any], buffers: Any) -> None:  # noqa: ANN401 - bytes in a list
        self.sent.append((words, buffers))

    def close(self) -> None:
        self.is_closed = True

    def _repr_mimebundle_(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"application/vnd.jupyter.widget-view+json": {}}, {}


class Notebook:
    """IPython, as far as it is known."""

    def __init__(self) -> None:
        self.execution_count = 1
        self.displayed: list[dict[str, Any]] = []
        self.widgets: list[FakeWidget] = []
        self._called: dict[str, list[Callable[[object], None]]] = {}
        self.events = SimpleNamespace(register=self._register)
        self.display_pub = SimpleNamespace(publish=self._publish)

    def end_cell(self) -> None:
        self._call("post_run_cell")
        self.execution_count += 1

    def begin_cell(self) -> None:
        self._call("pre_run_cell")

    def _register(self, event: str, function: Callable[[object], None]) -> None:
        self._called.setdefault(event, []).append(function)

    def _call(self, event: str) -> None:
        for function in self._called[event]:
            function(None)

    def _publish(self, **output: Any) -> None:  # noqa: ANN401 - as IPython has it
        self.displayed.append(output)


@contextmanager
def notebook() -> Iterator[Notebook]:
    """Within, `ws_stream.show` shows in this one."""
    shell = Notebook()
    kernel = Kernel(shell)

    def widget(*arguments: Any) -> FakeWidget:  # noqa: ANN401 - as new_widget has them
        shell.widgets.append(FakeWidget(*arguments))
        return shell.widgets[-1]

    with (
        patch.object(SHOW, "this_kernel", lambda: kernel),
        patch("ws_stream.jupyter.view.new_widget", widget),
    ):
        yield shell

"""What `ws-stream serve --allow-input` writes: a line of JSON for each thing that a viewer does.

Knows nothing of how a server is started.
"""

import json
import os
import threading
from collections.abc import Callable

from ..hub.input import InputEvent
from ..protocol.input import members_of

_OUTPUT = 1
"""Past Python's own buffer, whose lock a thread that is stuck would hold when the program ends."""
_WRITING = threading.Lock()
"""Streams have a thread each, and lines are longer than what a pipe takes in one."""


class InputLines:
    """Hears one stream, and writes to standard output: whoever reads that may be slow, or gone."""

    def __init__(self, on_gone: Callable[[], object]) -> None:
        self.stream = ""
        """Its name, which is known once it is served."""
        self._on_gone = on_gone

    def __call__(self, event: InputEvent) -> None:
        """One more."""
        data = f"{line_of(self.stream, event)}\n".encode()
        try:
            with _WRITING:
                while data:
                    data = data[os.write(_OUTPUT, data) :]
        except BrokenPipeError:
            self._on_gone()


def line_of(stream: str, event: InputEvent) -> str:
    """An event as JSON, in ASCII: what a user typed acts on no terminal."""
    seen = event._asdict()
    action = members_of(seen.pop("action"))
    return json.dumps({"stream": stream, **seen, **action}, separators=(",", ":"))

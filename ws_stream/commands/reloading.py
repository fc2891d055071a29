"""What SIGHUP does to a server: what stands in its files now counts from then on, or all stays and the log says why."""

import argparse
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from ..errors import WsStreamError
from ..hub.stream import Stream
from ..printable import MAX_LINE, printable
from ..server.server import Server
from .keys import SERVER
from .serving import settings
from .settings import Settings, new_server, open_streams

CHANGED = frozenset({"allow-host", "allow-origin", "allow-frame", "token-file", "cpu-budget"})
"""Keys of the server that are heeded while it runs."""

_log = logging.getLogger(__name__)


class Reloading:
    """One server, and what it serves now; `stop` as for `open_streams`."""

    def __init__(
        self,
        options: argparse.Namespace,
        served: Settings,
        server: Server,
        stop: Callable[[], object],
    ) -> None:
        self._options = options
        self._served = served
        self._server = server
        self._stop = stop

    def reload(self) -> list[Stream]:
        """Read all files anew; returns the streams that are new, or others than before. In the server's event loop."""
        if self._options.config is None:
            self._server.reload()
            return []
        try:
            wanted = settings(self._options)
            return self._change(wanted)
        except WsStreamError as error:
            for line in str(error).splitlines():
                _log.warning("%s", printable(f"{line}; until then all is as before", MAX_LINE))
            return []

    def _change(self, wanted: Settings) -> list[Stream]:
        """Serve this from now on. Raises UsageError, and then nothing was changed."""
        before = {stream.name: stream for stream in self._served.streams}
        others = [one for one in wanted.streams if not one.is_same(before.get(one.name))]
        with ExitStack() as undone:
            server = new_server(wanted.server, os.environ)
            undone.push(server)
            open_streams(server, others, self._stop)
            undone.pop_all()
        self._server.change(server, [str(stream.name) for stream in wanted.streams])
        now = self._kept(vars(wanted.server))
        self._served = wanted._replace(server=argparse.Namespace(**now))
        return [self._server.streams[str(stream.name)] for stream in others]

    def _kept(self, wanted: Mapping[str, object]) -> dict[str, object]:
        """The server's options from now on; what of those wanted takes another start, is told."""
        now, late = dict(wanted), []
        for key, action in SERVER.items():
            before = getattr(self._served.server, action.dest)
            if key not in CHANGED and wanted[action.dest] != before:
                now[action.dest] = before
                late.append(key)
        if late:
            sentence = f"{', '.join(late)}: as before until it is started anew"
            _log.warning("%s", printable(sentence, MAX_LINE))
        return now

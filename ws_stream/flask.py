"""The viewer in the templates of a Flask app. Its server runs beside the app, on a port of its own.

WSGI has no WebSockets, so pictures do not pass through Flask. Knows Flask, which the program brings.
"""

import atexit
import logging
import threading
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from .arguments import instance, optional, whole
from .errors import TakenError, UsageError
from .printable import MAX_LINE, printable
from .server.access import is_loopback
from .server.server import SERVER, Server

if TYPE_CHECKING:
    from flask import Flask
    from markupsafe import Markup

_log = logging.getLogger(__name__)

MACRO = "ws_stream"
"""Its name in templates."""
_PIXELS = whole(1, 16384)
_SERVER = optional(SERVER)
_WORKERS = (
    "right would be a port that is free; and of worker processes only one with threads (gunicorn --threads 8), or "
    "start() of this extension before they are forked (gunicorn --preload)"
)


class StreamExtension:
    """Shows the streams of a server in a Flask app: `{{ ws_stream("camera") }}` in a template is the viewer.

        server = Server("0.0.0.0", 8000)
        server.serve("mmap:/dev/shm/picture?width=1024&height=600&format=rgbx8888", name="camera")
        StreamExtension(app, server)

    The server starts in a thread of its own with the first request that the app answers, or by `start()`, unless it
    runs already; it ends with the process. The viewer is a frame at the host that the page was asked for, and that
    server's port. Raises UsageError.
    """

    def __init__(self, app: "Flask | None" = None, server: Server | None = None) -> None:
        self.server = _SERVER.take("server", server) or Server()
        self._lock = threading.Lock()
        self._is_begun = self._has_tried = False
        if app is not None:
            self.init_app(app)

    def init_app(self, app: "Flask") -> None:
        """Add the macro to an app that was made later. Raises UsageError."""
        try:
            from flask import Flask  # noqa: PLC0415 - only here
        except ImportError:
            raise UsageError("there is no Flask; right would be: pip install flask") from None
        instance(Flask, "a flask.Flask").take("app", app)
        app.jinja_env.globals[MACRO] = self.viewer
        app.before_request(self._begin)

    def start(self) -> None:
        """Start the server now, if it does not run: in this process, and for those that are forked off it.

        Raises UsageError when it cannot, and may be tried again.
        """
        with self._lock:
            if self._is_begun:
                return
            if not self.server.urls():
                try:
                    self.server.__enter__()
                except TakenError as error:
                    raise UsageError(f"{str(error).partition('; ')[0]}; {_WORKERS}") from None
                atexit.register(self.server.__exit__, None, None, None)
            self._is_begun = True

    def viewer(self, stream: str | None = None, width: int = 800, height: int = 520) -> "Markup":
        """The viewer of a stream, or of all, as a frame of so many CSS pixels. Where there can be none, why.

        Raises UsageError for a stream that there is not.
        """
        from flask import request  # noqa: PLC0415 - as above
        from markupsafe import Markup  # noqa: PLC0415 - Flask's

        width, height = _PIXELS.take("width", width), _PIXELS.take("height", height)
        if stream is not None and stream not in self.server.streams:
            known = ", ".join(self.server.streams) or "none yet"
            raise UsageError(f"there is no stream named {stream!r}; there are: {known}")
        try:
            self.start()
            place = self._place(request.host)
        except UsageError as error:
            return Markup("<p>{}</p>").format(str(error))
        query = "" if stream is None else f"?stream={quote(stream)}"
        return Markup(
            '<iframe src="{}/{}" title="{}" width="{}" height="{}" style="border:0"></iframe>'
        ).format(place, query, stream or "streams", width, height)

    def _begin(self) -> None:
        """At the first request, and not at each: a viewer that is to be shown tries again."""
        if not self._has_tried:
            self._has_tried = True
            try:
                self.start()
            except UsageError as error:
                _log.warning("%s", printable(str(error), MAX_LINE))

    def _place(self, host: str) -> str:
        """Where a browser that asked for this host finds the server."""
        urls = [urlsplit(url) for url in self.server.urls() if "//" in url]
        if not urls:
            raise UsageError(
                "a browser finds no server on a Unix socket; right would be one on a port"
            )
        try:
            asked = urlsplit(f"//{host}").hostname
        except ValueError:
            asked = None
        if not asked:
            raise UsageError(
                f"'{printable(host)}' is no host; right would be one that a browser asks for"
            )
        if not is_loopback(asked) and all(is_loopback(url.hostname or "") for url in urls):
            raise UsageError(
                f"the viewer's server listens on this machine only; right would be Server('0.0.0.0', {urls[0].port})"
            )
        shown = f"[{asked}]" if ":" in asked else asked
        return f"{urls[0].scheme}://{shown}:{urls[0].port}"

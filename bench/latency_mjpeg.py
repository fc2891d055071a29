"""The fastest multipart stream of JPEGs we know to make with Flask: `python -m bench.latency_mjpeg RING STEP`.

A picture is packed by libjpeg-turbo within a millisecond of being complete, and sent together with the head of the part
behind it: a browser shows a part only when that has come.
"""

import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import simplejpeg
from flask import Flask, Response
from werkzeug.serving import WSGIRequestHandler

from .ring import Ring

QUALITY = 75
HEAD = b"\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n"


class Handler(WSGIRequestHandler):
    """Sends what it has at once."""

    disable_nagle_algorithm = True


def jpegs(ring: Ring, step: int) -> Iterator[bytes]:
    """Parts of a multipart answer, one per picture."""
    yield HEAD
    sent = None
    while True:
        while ring.counter == sent:
            time.sleep(0.001)
        sent = int(ring.counter)
        words = ring.slots[(sent - 1) % len(ring.slots), ::step, ::step].view(np.uint32)
        pixels = np.ascontiguousarray(words).view(np.uint8)
        yield simplejpeg.encode_jpeg(pixels, QUALITY, "RGBX", "420") + HEAD


def application(ring: Ring, step: int) -> Flask:
    """The app with its one route."""
    app = Flask(__name__)

    def stream() -> Response:
        return Response(jpegs(ring, step), mimetype="multipart/x-mixed-replace; boundary=frame")

    app.add_url_rule("/stream", view_func=stream)
    return app


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    print(f"http://127.0.0.1:{port}/stream", flush=True)
    flask = application(Ring(Path(sys.argv[1])), int(sys.argv[2]))
    flask.run(port=port, threaded=True, request_handler=Handler)

"""The first user's pipeline: Flask, and PIL making a JPEG of every 4th pixel for a multipart stream.

`python -m bench.rivals.flask_pil RING STEP` prints the stream's address. Two things are better than they were: the
pause is shortened by the time the picture took, so that 30 a second are reached, and the newest complete slot is read.
"""

import io
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from flask import Flask, Response
from PIL import Image

from ..ring import PER_SECOND, Ring

QUALITY = 75


def jpegs(ring: Ring, step: int) -> Iterator[bytes]:
    """Parts of a multipart answer, one per picture."""
    due = time.monotonic()
    while True:
        picture = ring.newest()[::step, ::step, :3]
        output = io.BytesIO()
        Image.fromarray(picture).save(output, "JPEG", quality=QUALITY)
        yield b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + output.getvalue() + b"\r\n"
        due += 1 / PER_SECOND
        time.sleep(max(0.0, due - time.monotonic()))


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
    application(Ring(Path(sys.argv[1])), int(sys.argv[2])).run(port=port, threaded=True)

"""What the two Flask rivals share: a multipart stream of JPEGs, 30 a second.

Knows nothing of how a JPEG is made.
"""

import socket
import time
from collections.abc import Callable, Iterator

from flask import Flask, Response

PER_SECOND = 30

Encode = Callable[[], tuple[int, bytes]]
"""The number of the newest picture, and its JPEG."""


def parts(encode: Encode) -> Iterator[bytes]:
    """Parts of a multipart answer, one per picture; the pause is shortened by the time the picture took."""
    due = time.monotonic()
    while True:
        number, jpeg = encode()
        head = b"--frame\r\nContent-Type: image/jpeg\r\nX-Picture: %d\r\n\r\n" % number
        yield head + jpeg + b"\r\n"
        due += 1 / PER_SECOND
        time.sleep(max(0.0, due - time.monotonic()))


def serve(encode: Encode) -> None:
    """Print the stream's address and serve it."""
    app = Flask(__name__)

    def stream() -> Response:
        return Response(parts(encode), mimetype="multipart/x-mixed-replace; boundary=frame")

    app.add_url_rule("/stream", view_func=stream)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    print(f"http://127.0.0.1:{port}/stream", flush=True)
    app.run(port=port, threaded=True)

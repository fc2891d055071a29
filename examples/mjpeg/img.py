"""For what can show an <img> only: JPEGs of the stream, made by any machine but the device, once for all who look.

python img.py ws://device:8000/stream/camera 5001
"""

import io
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator

from flask import Flask, Response, abort
from PIL import Image

from ws_stream import ConnectError, connect

url, port = sys.argv[1:]
app = Flask(__name__)
newest: deque[bytes] = deque(maxlen=1)
fresh = threading.Condition()


def follow() -> None:
    while True:
        try:
            for frame in connect(url):
                jpeg = io.BytesIO()
                Image.fromarray(frame.to_rgb()).save(jpeg, "JPEG")
                with fresh:
                    newest.append(jpeg.getvalue())
                    fresh.notify_all()
        except ConnectError as error:  # at the first attempt: lost ones are made again
            print(error, file=sys.stderr)
            time.sleep(1)


def parts() -> Iterator[bytes]:
    while True:
        with fresh:
            fresh.wait(1)  # then the same again: browsers show a part when the next begins
        for jpeg in tuple(newest):
            yield b"--part\r\nContent-Type: image/jpeg\r\n\r\n" + jpeg + b"\r\n"


@app.route("/camera")
def camera() -> Response:
    return Response(parts(), mimetype="multipart/x-mixed-replace; boundary=part")


@app.route("/camera.jpg")
def snapshot() -> Response:
    if not newest:
        abort(503, "no picture has come yet")
    return Response(newest[0], mimetype="image/jpeg")


threading.Thread(target=follow, daemon=True).start()
app.run("127.0.0.1", int(port))

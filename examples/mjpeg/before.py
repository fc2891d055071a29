"""Before: Flask, and a JPEG of each picture made on the device, for each viewer anew.

python before.py /dev/shm/picture 5000
"""

import io
import sys
import time
from collections.abc import Iterator

import numpy as np
from flask import Flask, Response
from PIL import Image

path, port = sys.argv[1:]
app = Flask(__name__)
region = np.memmap(path, np.uint8, "r", shape=(600, 1024, 4))


@app.route("/")
def page() -> str:
    return "<h1>Camera</h1> <img src='/camera'>"


def parts() -> Iterator[bytes]:
    while True:
        jpeg = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(region[::4, ::4, :3])).save(jpeg, "JPEG")
        yield b"--part\r\nContent-Type: image/jpeg\r\n\r\n" + jpeg.getvalue() + b"\r\n"
        time.sleep(1 / 30)


@app.route("/camera")
def camera() -> Response:
    return Response(parts(), mimetype="multipart/x-mixed-replace; boundary=part")


app.run("127.0.0.1", int(port))

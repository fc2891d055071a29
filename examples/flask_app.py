"""The viewer in a page of a Flask app. The memory at $PICTURE holds 1024x600 RGBA, and another program writes it.

    python examples/flask_app.py
    gunicorn --threads 8 --chdir examples flask_app:app

examples/mjpeg/before.py is the same with JPEG. Run here by tests/test_examples.py.
"""

import os

from flask import Flask, render_template_string

from ws_stream import Server
from ws_stream.flask import StreamExtension

PICTURE = os.environ.get("PICTURE", "/dev/shm/picture")  # noqa: S108 - where the writer has it

app = Flask(__name__)
server = Server(port=int(os.environ.get("PICTURES_PORT", "8000")))  # "0.0.0.0" for the LAN
server.serve(f"mmap:{PICTURE}?width=1024&height=600&format=rgbx8888", name="camera", step=4)
StreamExtension(app, server)


@app.route("/")
def page() -> str:
    return render_template_string("<h1>Camera</h1> {{ ws_stream('camera') }}")


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "5000")))

"""After: the same page, whose pictures come from ws-stream; none passes through Flask.

python after.py /dev/shm/picture 5000 8000
"""

import sys

from flask import Flask, request

from ws_stream import Server

path, port, pictures_port = sys.argv[1:]
app = Flask(__name__)
server = Server("127.0.0.1", int(pictures_port))  # "0.0.0.0" for every browser of the LAN
server.serve(f"mmap:{path}?width=1024&height=600&format=rgbx8888", name="camera", step=4)


@app.route("/")
def page() -> str:
    host = request.host.partition(":")[0]
    viewer = f"http://{host}:{server.port}/?stream=camera"
    return f"<h1>Camera</h1> <iframe src='{viewer}' width='800' height='520'></iframe>"


with server:
    app.run("127.0.0.1", int(port))

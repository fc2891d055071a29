"""An aiohttp program that shows its pictures itself, at /cam of its own port.

    python examples/aiohttp_app.py 5000          # and: curl -X POST http://127.0.0.1:5000/shade/200

Run here by tests/test_examples.py.
"""

import sys

import numpy as np
from aiohttp import web

from ws_stream import Server, aiohttp_app

server = Server()  # never started: it needs no port
camera = server.stream("camera")


async def page(_: web.Request) -> web.Response:
    html = "<h1>Camera</h1> <iframe src='cam/?stream=camera'></iframe>"
    return web.Response(text=html, content_type="text/html")


async def show(request: web.Request) -> web.Response:
    picture = np.zeros((120, 160, 3), np.uint8)
    picture[:, ::2] = int(request.match_info["shade"]) % 256
    camera.publish(picture)
    return web.Response(text="shown")


app = web.Application()
app.router.add_get("/", page)
app.router.add_post("/shade/{shade}", show)
app.add_subapp("/cam/", aiohttp_app(server))

if __name__ == "__main__":
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)

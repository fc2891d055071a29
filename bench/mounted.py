"""The program of bench/mount.py: a server in somebody else's. It shows $SOURCE, and says its process's number."""

import os
import sys

from aiohttp import web

from ws_stream import Server, aiohttp_app, asgi

server = Server()
server.serve(os.environ["SOURCE"], name="camera")
app = asgi(server)
print(os.getpid(), flush=True)

if __name__ == "__main__":
    web.run_app(aiohttp_app(server), host="127.0.0.1", port=int(sys.argv[1]), print=None)

"""A FastAPI program that shows its pictures itself, at /cam of its own port.

    python examples/fastapi_app.py 5000          # and: curl -X POST http://127.0.0.1:5000/shade/200

Starlette has the same `mount`. Run here by tests/test_examples.py.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from ws_stream import Server, asgi

server = Server()  # never started: it needs no port
camera = server.stream("camera")


@asynccontextmanager
async def living(_: FastAPI) -> AsyncIterator[None]:
    yield
    await server.close()


app = FastAPI(lifespan=living)
app.mount("/cam", asgi(server))


@app.get("/")
def page() -> HTMLResponse:
    return HTMLResponse("<h1>Camera</h1> <iframe src='cam/?stream=camera'></iframe>")


@app.post("/shade/{shade}")
def show(shade: int) -> str:
    picture = np.zeros((120, 160, 3), np.uint8)
    picture[:, ::2] = shade % 256
    camera.publish(picture)  # from any thread
    return "shown"


if __name__ == "__main__":
    # Pictures are packed already: to deflate them once more costs time and saves nothing.
    uvicorn.run(app, port=int(sys.argv[1]), ws_per_message_deflate=False)

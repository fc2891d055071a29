"""Programs of other frameworks with a server mounted at /cam, for the hosts that run them from a command line."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
from fastapi import FastAPI
from hypercorn.middleware import DispatcherMiddleware
from quart import Quart
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

import ws_stream
from ws_stream import Server

PICTURE = np.random.default_rng(3).integers(0, 256, (48, 64, 3), np.uint8)
server = Server(tokens=os.environ.get("TOKENS"))
server.stream("camera").publish(PICTURE)


@asynccontextmanager
async def living(_: object) -> AsyncIterator[None]:
    yield
    await server.close()


def starlette() -> Starlette:
    async def home(_: object) -> PlainTextResponse:
        return PlainTextResponse("at home")

    routes = [Route("/", home), Mount("/cam", ws_stream.asgi(server))]
    return Starlette(routes=routes, lifespan=living)


def fastapi() -> FastAPI:
    app = FastAPI(lifespan=living)
    app.mount("/cam", ws_stream.asgi(server))

    @app.get("/")
    def home() -> str:
        return "at home"

    return app


def quart() -> object:
    app = Quart(__name__)

    @app.get("/")
    async def home() -> str:
        return "at home"

    return DispatcherMiddleware({"/cam": ws_stream.asgi(server), "": app})

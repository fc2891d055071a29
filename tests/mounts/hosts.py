"""Hosts that run programs from a command line, and the programs; what holds by each of them."""

import asyncio
import itertools
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import numpy as np

from ws_stream import Server, Stream

HOST = "127.0.0.1"
ROOT = Path(__file__).parents[2]


def _uvicorn(app: str, port: int) -> Sequence[str]:
    return "uvicorn", "--factory", app, f"--port={port}", "--log-level=warning"


def _hypercorn(app: str, port: int) -> Sequence[str]:
    settings = "--graceful-timeout=0", "--log-level=warning"
    return "hypercorn", f"{app}()", f"--bind={HOST}:{port}", *settings


def _granian(app: str, port: int) -> Sequence[str]:
    settings = "--interface=asgi", "--factory", "--log-level=warning", "--workers-kill-timeout=1"
    return "granian", *settings, app, f"--port={port}"


HOSTS: Mapping[str, Callable[[str, int], Sequence[str]]] = {
    "uvicorn": _uvicorn,
    "hypercorn": _hypercorn,
    "granian": _granian,
}


def free_port() -> int:
    with socket.create_server((HOST, 0)) as taken:
        return int(taken.getsockname()[1])


def get(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    connection = HTTPConnection(HOST, port, timeout=60)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@contextmanager
def hosted(host: str, app: str) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """A program that runs, and its port."""
    port = free_port()
    command = HOSTS[host](f"tests.mounts.program:{app}", port)
    with subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT) as program:
        try:
            while program.poll() is None:
                try:
                    get(port, "/")
                    break
                except OSError:
                    time.sleep(0.05)
            yield port, program
        finally:
            program.terminate()
            try:
                program.wait(10)
            except subprocess.TimeoutExpired:
                program.kill()


async def nothing_grows(server: Server, camera: Stream, transport: asyncio.Transport) -> None:
    """Show the mount's only viewer pictures until no more are sent, while it reads none by this transport."""
    random = np.random.default_rng(1)
    film = itertools.cycle([random.integers(0, 256, (300, 400, 3), np.uint8) for _ in range(8)])
    while not camera.watched:
        await asyncio.sleep(0.01)
    transport.pause_reading()
    sent = -1
    while sent != (sent := camera.audience.walk.counts().sent):
        for _ in range(50):
            camera.publish(next(film))
            await asyncio.sleep(0.002)
    assert sent
    (guest,) = server._mount._guests
    assert len(guest._speech._waiting) <= 2
    assert sum(isinstance(message, bytes) for message in guest._speech._waiting) <= 1
    transport.abort()
    while camera.watched:
        await asyncio.sleep(0.01)

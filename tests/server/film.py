"""A reader of MJPEG, byte by byte as it comes over a socket."""

import asyncio
import io
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ws_stream import Server
from ws_stream.pixels.formats import Pixels


def gray(value: int, width: int = 60, height: int = 40) -> Pixels:
    return np.full((height, width, 3), value, np.uint8)


def opened(content: bytes) -> NDArray[np.uint8]:
    return np.array(Image.open(io.BytesIO(content)).convert("RGB"))


class Part(NamedTuple):
    """One picture."""

    headers: dict[str, str]
    jpeg: bytes

    @property
    def shade(self) -> int:
        return int(opened(self.jpeg)[0, 0, 0])

    @property
    def number(self) -> int:
        return int(self.headers["X-Number"])

    @property
    def size(self) -> tuple[int, int]:
        height, width, _ = opened(self.jpeg).shape
        return width, height


class Film:
    """What is read of one reply."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.status, self.headers = 0, dict[str, str]()

    async def begin(self) -> None:
        async with asyncio.timeout(20):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.splitlines()
        self.status = int(first.split()[1])
        self.headers = dict(line.split(": ", 1) for line in lines if line)

    async def line(self) -> bytes:
        async with asyncio.timeout(20):
            return await self.reader.readuntil(b"\r\n")

    async def body(self) -> bytes:
        """That of a reply with a length."""
        async with asyncio.timeout(20):
            return await self.reader.readexactly(int(self.headers["Content-Length"]))

    async def part(self) -> Part | None:
        """The next picture; None where the last one was."""
        while (line := await self.line()) != b"--picture\r\n":
            if line == b"--picture--\r\n":
                return None
            assert line == b"\r\n", line
        headers = {}
        while (line := await self.line()) != b"\r\n":
            if line == b"--picture--\r\n":
                return None
            name, _, value = line.decode().rstrip().partition(": ")
            headers[name] = value
        return Part(headers, await self.reader.readexactly(int(headers["Content-Length"])))

    async def shows(self, shade: int) -> Part:
        """The first picture that is nearly of this gray."""
        while True:
            part = await self.part()
            assert part, "the film ended"
            if abs(part.shade - shade) < 3:
                return part


async def asked(
    server: Server,
    path: str,
    method: str = "GET",
    tls: ssl.SSLContext | None = None,
    **headers: str,
) -> Film:
    """A connection that has asked, whatever the answer."""
    name = "localhost" if tls else None
    film = Film(
        *await asyncio.open_connection("127.0.0.1", server.port, ssl=tls, server_hostname=name)
    )
    lines = {"Host": "localhost", **headers}
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    film.writer.write(f"{method} {path} HTTP/1.1\r\n{text}\r\n".encode())
    return film


@asynccontextmanager
async def reading(server: Server, path: str = "/mjpeg/camera") -> AsyncIterator[Film]:
    """A film whose reply has begun."""
    film = await asked(server, path)
    try:
        await film.begin()
        yield film
    finally:
        film.writer.transport.abort()

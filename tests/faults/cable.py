"""What is between a viewer and a server, and can be cut. Knows nothing of what goes through."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path


class Cable:
    """From a port of this machine to a server's port, or to its Unix socket."""

    def __init__(self, target: int | Path) -> None:
        self.port = 0
        self.carries = asyncio.Event()
        """Cleared, whatever is said waits."""
        self.carries.set()
        self._target = target
        self._transports: set[asyncio.WriteTransport] = set()

    def cut(self) -> None:
        """Whoever says something more hears that there is no such connection."""
        for transport in tuple(self._transports):
            transport.abort()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            if isinstance(self._target, Path):
                far, to_far = await asyncio.open_unix_connection(self._target)
            else:
                far, to_far = await asyncio.open_connection("127.0.0.1", self._target)
            await asyncio.gather(self._pass(reader, to_far), self._pass(far, writer))
        writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._transports.add(writer.transport)
        try:
            while data := await reader.read(65536):
                await self.carries.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            self._transports.discard(writer.transport)
            writer.close()


@asynccontextmanager
async def cabled(target: int | Path) -> AsyncIterator[Cable]:
    cable = Cable(target)
    server = await asyncio.start_server(cable.carry, "127.0.0.1", 0)
    cable.port = server.sockets[0].getsockname()[1]
    try:
        yield cable
    finally:
        server.close()
        cable.cut()
        await asyncio.sleep(0.05)

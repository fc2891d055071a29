"""What others on the network are told of a server, asked of its sockets and streams.

Knows nothing of how they are told.
"""

import socket
from collections.abc import Collection

from ..arguments import SWITCH
from ..discovery.announcer import Announcer
from ..discovery.service import Service, label
from ..errors import UsageError
from .addresses import elsewhere, is_open_to_others
from .listener import Listener
from .reception import Reception


class Announcing:
    """Has a server found by others while it listens, if its owner wants that. Raises UsageError where it cannot be."""

    def __init__(
        self, announce: bool, streams: Collection[str], reception: Reception, listener: Listener
    ) -> None:
        wanted = SWITCH.take("announce", announce)
        self._streams = streams
        self._reception = reception
        self._listener = listener
        self._announcer = Announcer(label(socket.gethostname()), self._service) if wanted else None

    def start(self) -> None:
        """It listens. Raises UsageError where nobody else can reach it."""
        if self._announcer is None:
            return
        if not any(map(is_open_to_others, self._listener.sockets)):
            raise UsageError(
                "a server that listens on this machine only cannot be found by others; "
                "right would be --host 0.0.0.0, or no --announce"
            )
        self._announcer.start()

    async def close(self) -> None:
        """It listens no more."""
        if self._announcer:
            await self._announcer.close()

    def _service(self) -> Service:
        """As it is now; without addresses while there is no network."""
        found = elsewhere(self._listener.sockets)
        port = found[0][1] if found else 0
        hosts = tuple(host for host, its in found if its == port)
        asks = self._reception.judge.tokens is not None
        return Service(
            hosts,
            port,
            () if asks else tuple(self._streams),  # what needs a token is not told to all
            path=f"{self._reception.root_path}/",
            tls=self._reception.certificate is not None,
            token=asks,
        )

"""Where a server listens, as the command line and systemd say. Knows nothing of what is served there."""

import argparse
import os
import socket
from collections.abc import MutableMapping
from typing import Any

from ..arguments import shown
from ..errors import UsageError
from .values import FILE

_FIRST = 3
"""The number of the first one: those before it are the standard ones."""
_MOST = 64
"""More are a mistake: each is one line of a unit's file."""


def add_places(parser: argparse.ArgumentParser) -> None:
    """What there is beside a host and its port."""
    parser.add_argument(
        "--unix",
        type=FILE,
        metavar="PATH",
        help="listen on this Unix socket, for its owner and its group, instead of a port",
    )
    parser.add_argument(
        "--root-path",
        default="",
        metavar="PATH",
        help="the path under which a proxy shows this server, such as /camera1",
    )
    parser.add_argument(
        "--trusted-proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="believe the X-Forwarded-* of this proxy: its address, a network, or unix for all on a Unix socket; "
        "may be repeated",
    )


def places(options: argparse.Namespace, environment: MutableMapping[str, str]) -> dict[str, Any]:
    """These options as `Server` takes them. Raises UsageError."""
    return {
        "unix": options.unix,
        "sockets": handed_over(environment),
        "root_path": options.root_path,
        "trusted_proxies": options.trusted_proxy,
    }


def found(url: str) -> str:
    """What is said of an address of `Server.urls`."""
    return f"listens on {url}" if url.startswith("unix:") else f"open {url}"


def handed_over(environment: MutableMapping[str, str]) -> list[socket.socket]:
    """Those meant for this process; no other that it starts shall take them for its own. Raises UsageError.

    Whether anybody can be let in by them the server says.
    """
    process, count, _ = (
        environment.pop(name, "") for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")
    )
    if process != str(os.getpid()):
        return []
    if not count.isascii() or not count.isdigit() or int(count) > _MOST:
        raise UsageError(
            f"LISTEN_FDS={shown(count)} cannot be; right would be a number of sockets up to {_MOST}"
        )
    return [_socket(number) for number in range(_FIRST, _FIRST + int(count))]


def _socket(number: int) -> socket.socket:
    try:
        os.set_inheritable(number, False)
        return socket.socket(fileno=number)
    except OSError:
        raise UsageError(
            f"file descriptor {number}, which was handed over, is no socket; right would be a ListenStream= of a unit"
        ) from None

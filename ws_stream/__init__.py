"""Stream raw pictures from a small device to browsers. See README.md, and docs/ for the depth."""

import importlib
import typing

from .client import Connection, connect
from .errors import (
    ChecksumError,
    ConnectError,
    ProtocolError,
    SourceError,
    UsageError,
    WaitTimeoutError,
    WsStreamError,
)
from .hub.input import InputEvent, InputEvents
from .hub.stream import Stream
from .pixels.colours import to_rgb
from .pixels.formats import PixelFormat
from .pixels.frame import Frame
from .plain import PlainConnection
from .protocol.input import Custom, Key, Pointer, Text, Touch
from .recording import Moment, Recording, open_recording
from .ring import Ring
from .server.server import Server
from .sources import Picture, Source, open_source

if typing.TYPE_CHECKING:
    from .jupyter import show
    from .mounts.aiohttp_app import aiohttp_app
    from .mounts.asgi import asgi

__all__ = [
    "ChecksumError",
    "ConnectError",
    "Connection",
    "Custom",
    "Frame",
    "InputEvent",
    "InputEvents",
    "Key",
    "Moment",
    "Picture",
    "PixelFormat",
    "PlainConnection",
    "Pointer",
    "ProtocolError",
    "Recording",
    "Ring",
    "Server",
    "Source",
    "SourceError",
    "Stream",
    "Text",
    "Touch",
    "UsageError",
    "WaitTimeoutError",
    "WsStreamError",
    "aiohttp_app",
    "asgi",
    "connect",
    "open_recording",
    "open_source",
    "show",
    "to_rgb",
]

_LATER = {"aiohttp_app": "mounts.aiohttp_app", "asgi": "mounts.asgi", "show": "jupyter"}
"""Where they are, imported when they are asked for: a device that has no use for them does not wait for them."""


def __getattr__(name: str) -> object:
    if name in _LATER:
        return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Stream raw pictures from a small device to browsers. See README.md, and docs/ for the depth."""

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
from .server.server import Server
from .sources import Picture, Source, open_source

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
    "Server",
    "Source",
    "SourceError",
    "Stream",
    "Text",
    "Touch",
    "UsageError",
    "WaitTimeoutError",
    "WsStreamError",
    "connect",
    "open_recording",
    "open_source",
    "to_rgb",
]

"""The public names. A change here is a change for users and belongs in CHANGELOG.md."""

import types

import ws_stream


def test_the_public_names_are_these() -> None:
    assert set(ws_stream.__all__) == {
        "ChecksumError",
        "ConnectError",
        "Frame",
        "InputEvent",
        "InputEvents",
        "Key",
        "Connection",
        "Custom",
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
    }


def test_nothing_else_is_in_sight_than_modules() -> None:
    seen = {name for name in vars(ws_stream) if not name.startswith("_")}
    others = seen - set(ws_stream.__all__)
    assert all(isinstance(getattr(ws_stream, name), types.ModuleType) for name in others)

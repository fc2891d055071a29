"""The public names. A change here is a change for users and belongs in CHANGELOG.md."""

import subprocess
import sys
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
    }


def test_nothing_else_is_in_sight_than_modules() -> None:
    seen = {name for name in vars(ws_stream) if not name.startswith("_")}
    others = seen - set(ws_stream.__all__)
    assert all(isinstance(getattr(ws_stream, name), types.ModuleType) for name in others)


def test_who_mounts_nothing_does_not_wait_for_a_mount() -> None:
    waits = "import sys, ws_stream; sys.exit(any('mounts' in n or n in ('flask', 'aiohttp') for n in sys.modules))"
    assert subprocess.run([sys.executable, "-c", waits], check=False).returncode == 0
    assert ws_stream.asgi.__module__ == "ws_stream.mounts.asgi"


def test_who_has_nothing_by_nats_does_not_wait_for_that() -> None:
    waits = "import sys, ws_stream; sys.exit(any('.nats_' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", waits], check=False).returncode == 0


def test_who_shows_nothing_in_a_notebook_does_not_wait_for_that() -> None:
    waits = "import sys, ws_stream; sys.exit(any('jupyter' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", waits], check=False).returncode == 0
    assert ws_stream.show.__module__ == "ws_stream.jupyter.show"

"""The Node that runs JavaScript without a browser."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

OLDEST_WITH_WEBSOCKET = 22


def node() -> str:
    """The one beside this Python, or that of the machine."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which("node", path=beside) or shutil.which("node")
    if not found:
        pytest.fail("there is no node to run web/ with; `make test` installs one into .venv")
    return found


def nodes() -> list[list[str]]:
    """Commands that run a module which opens WebSockets: one for each Node there is."""
    programs = {node(), shutil.which("node") or node()}
    return [[program, *_options(program)] for program in sorted(programs)]


def _options(program: str) -> list[str]:
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    major = int(version.stdout.lstrip("v").partition(".")[0])
    # Both say on stderr that it is, or was, experimental.
    return [] if major >= OLDEST_WITH_WEBSOCKET else ["--experimental-websocket", "--no-warnings"]

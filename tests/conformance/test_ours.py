"""Our programs pass what they claim, and claim what they have."""

import sys
from pathlib import Path

import pytest

from ws_stream.conformance import run
from ws_stream.conformance.claims import FEATURES

from ..node import node

ROOT = Path(__file__).parents[2]
PROGRAMS = {
    "ws-stream": lambda: [sys.executable, "-m", "ws_stream.conformance"],
    "ws-stream-js": lambda: [node(), str(ROOT / "tests" / "web" / "conformance.js")],
}
VIEWER = set(FEATURES[: FEATURES.index("requests")])
UNSEEN = {
    "ws-stream": {"silence"},
    "ws-stream-js": {"silence", "http"},
}
"""What is decided in a socket's own code, or hidden by browsers."""


@pytest.mark.parametrize("name", PROGRAMS)
def test_ours_pass(name: str) -> None:
    report = run(PROGRAMS[name](), patience=60)
    assert report.claims.name == name
    assert report.is_passed, "\n".join(report.lines())
    assert report.claims.features & VIEWER == VIEWER - UNSEEN[name]

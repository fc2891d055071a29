"""Fixtures of several rooms' tests."""

import logging
import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# No time is a reason to fail: the machine may be busy with something else, or be emulated and so take fewer examples.
settings.register_profile(
    "untimed",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=int(os.environ.get("WS_STREAM_EXAMPLES", "100")),
)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _quiet_log() -> Iterator[None]:
    """A command that ran in this process has begun a log, which is not the next test's."""
    root, ours = logging.getLogger(), logging.getLogger("ws_stream")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C interrupts this process and its children, also where a shell has started it to ignore that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)

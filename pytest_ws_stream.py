"""The pytest plugin of ws-stream: a device's screen in a test, `device_screen.wait_until(similar_to("menu.png"))`.

docs/clients.md tells how. pytest imports this file whenever it starts, so it stands outside the package, and
imports that only for a test that has a screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ws_stream.testing import DeviceScreen

_UPDATED = pytest.StashKey["list[Path]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the screen is, and whether golden pictures are made."""
    group = parser.getgroup("ws-stream", "screens of devices")
    group.addoption("--device-screen", metavar="URL", help="address of the screen's stream")
    group.addoption(
        "--update-golden",
        action="store_true",
        help="make golden pictures of what the screen shows, where they are missing or differ",
    )
    parser.addini("device_screen", "address of the screen's stream", default="")


def pytest_configure(config: pytest.Config) -> None:
    """The mark that says where the screen is."""
    config.addinivalue_line("markers", "device_screen(url): the screen that the test looks at")
    config.stash[_UPDATED] = []


@pytest.fixture
def device_screen_url(request: pytest.FixtureRequest) -> str:
    """Where the screen is: the test's mark, the option or the ini file says so, or a fixture of this name of yours."""
    mark = request.node.get_closest_marker("device_screen")
    marked = [*mark.args, mark.kwargs.get("url")] if mark else []
    said = request.config.getoption("--device-screen"), request.config.getini("device_screen")
    url: str | None = next(filter(None, [*marked, *said]), None)
    if not url:
        pytest.fail(
            "there is no screen to look at; right would be --device-screen=URL, device_screen = URL in pytest's "
            "ini file, or @pytest.mark.device_screen(URL)",
            pytrace=False,
        )
    return url


@pytest.fixture
def device_screen(
    request: pytest.FixtureRequest, device_screen_url: str, tmp_path: Path
) -> Iterator[DeviceScreen]:
    """The screen of a device: `wait_until(condition)`, `frame()`."""
    from ws_stream import connect  # noqa: PLC0415 - see above
    from ws_stream.testing import DeviceScreen  # noqa: PLC0415

    with connect(device_screen_url) as connection:
        screen = DeviceScreen(
            connection,
            goldens=request.path.parent,
            results=tmp_path,
            update=request.config.getoption("--update-golden"),
        )
        yield screen
    request.config.stash[_UPDATED] += screen.updated


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say which golden pictures were made, so that somebody looks at them."""
    for path in config.stash[_UPDATED]:
        terminalreporter.write_line(f"golden picture made: {path}")

"""Browsers that all tests of this folder share: starting one takes longer than most tests."""

import os
from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from tests.browser import lan
from tests.browser.browser import Browser, started


@pytest.fixture(scope="package", autouse=True)
def network() -> Iterator[None]:
    """All of this folder's tests run in one network, where they may make one."""
    with lan.lan() if os.geteuid() == 0 else nullcontext():
        yield


@pytest.fixture
def address() -> str:
    """This machine's, at which a browser's context is not secure."""
    assert os.geteuid() == 0, "a network of the tests' own needs root"
    return lan.ADDRESS


@pytest.fixture(scope="package")
def chromium(network: None) -> Iterator[Browser]:
    with started("chromium") as browser:
        yield browser


@pytest.fixture(scope="package")
def firefox(network: None) -> Iterator[Browser]:
    with started("firefox") as browser:
        yield browser


@pytest.fixture(params=["chromium", "firefox"])
def browser(request: pytest.FixtureRequest) -> Browser:
    """Each in turn."""
    running: Browser = request.getfixturevalue(request.param)
    return running

"""The library that speaks multicast DNS: imported when it is used, as only those who use it install it."""

import importlib
import logging
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

from ..errors import UsageError
from .service import TYPE

if TYPE_CHECKING:
    from zeroconf import Zeroconf
    from zeroconf.asyncio import AsyncServiceBrowser


def library() -> ModuleType:
    """`zeroconf`, with `zeroconf.asyncio`. Raises UsageError where it is not installed."""
    try:
        importlib.import_module("zeroconf.asyncio")
    except ImportError:
        raise UsageError(
            "to be found on the network, and to find others, takes zeroconf, which is not installed; "
            "right would be: pip install 'ws-stream[discovery]'"
        ) from None
    # It quotes what comes from the network; what fails is said in sentences of ours.
    logging.getLogger("zeroconf").setLevel(logging.CRITICAL)
    return importlib.import_module("zeroconf")


def listen(zeroconf: "Zeroconf", changed: Callable[..., None]) -> "AsyncServiceBrowser":
    """Hear which servers come and go, until it is cancelled.

    They are asked to answer to all: this machine's port is often shared with another program (Avahi), and what is sent
    to the port alone reaches only one of them.
    """
    module = library()
    browser: AsyncServiceBrowser = module.asyncio.AsyncServiceBrowser(
        zeroconf, TYPE, handlers=[changed], question_type=module.DNSQuestionType.QM
    )
    return browser

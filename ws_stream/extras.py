"""Modules that only an extra brings: imported when they are used, or a sentence that says how to install them."""

import importlib
from typing import Any

from .errors import UsageError


def needed(module: str, extra: str, what: str) -> Any:  # noqa: ANN401 - a module
    """A module of an extra, which `what` takes. Raises UsageError where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise UsageError(
            f"{module.partition('.')[0]} is not installed, which {what} takes; "
            f"right would be: pip install 'ws-stream[{extra}]'"
        ) from None

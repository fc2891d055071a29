"""What commands say, on standard output and beside it, also where these are full or nobody reads; the only `print`."""

import contextlib
import os
import sys

from ..arguments import why
from ..errors import UsageError, WsStreamError


def say(*lines: str) -> None:
    """On standard output. Raises UsageError when that is full, and BrokenPipeError when nobody reads it."""
    try:
        print(*lines, sep="\n", flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        leave_output()
        raise UsageError(f"cannot write to standard output: {why(error)}") from None


def leave_output() -> None:
    """What could not be written is not tried again: Python would at the end, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say_aside(line: str) -> None:
    """On standard error, where that takes it."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def complain(error: WsStreamError) -> None:
    """Say what is wrong, a line for each fault."""
    for line in str(error).splitlines():
        say_aside(f"ws-stream: {line}")


def progress(text: str) -> None:
    """Say what is done now; on a terminal in one line that is written anew, and gone at the end."""
    if text and not sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)
    rewrite(text)


def rewrite(text: str) -> None:
    """On a terminal, say how it goes, in one line that is written anew."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)

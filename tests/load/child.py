"""A server under load, in a process of its own: it answers each line that it reads with one."""

import subprocess
import sys
import time
from typing import IO


class Child:
    """Runs a module of tests.load, whose first line is its port."""

    def __init__(self, module: str, errors: int | IO[str], *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"tests.load.{module}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())

    def ask(self) -> str:
        """What it says of itself now."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def terminate(self) -> float:
        """Send SIGTERM; seconds until the process is gone."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(30)
        return time.monotonic() - began

    def close(self) -> str:
        """Stop it; what it said on standard error, where that is a pipe."""
        self.process.kill()
        _, errors = self.process.communicate()
        return errors or ""

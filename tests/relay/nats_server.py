"""A real NATS server, of the package or of Debian, on a port of this machine. Gone whatever becomes of the test."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
WITHIN = 30.0
NEWEST = Path(sys.executable).with_name("nats-server")
DEBIANS = Path("/usr/sbin/nats-server")
WAITS_FOR_NOBODY: dict[str, Any] = {"no_fast_producer_stall": True}


def free_port() -> int:
    with socket.create_server((HOST, 0)) as taken:
        return int(taken.getsockname()[1])


class NatsServer:
    """One that may be killed and started again, at the same port."""

    def __init__(self, folder: Path, options: Mapping[str, Any], program: Path) -> None:
        self.port = free_port()
        self.url = f"nats://{HOST}:{self.port}"
        self.log = folder / f"nats-{self.port}.log"
        self._program = program
        self._config = folder / f"nats-{self.port}.conf"
        own = {"host": HOST, "port": self.port, **options}
        include = (
            f"include {json.dumps(os.path.relpath(own.pop('include'), folder))}\n"
            if "include" in own
            else ""
        )
        self._config.write_text(
            include + "\n".join(f"{name}: {json.dumps(value)}" for name, value in own.items())
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def start(self) -> None:
        command = [
            os.fspath(self._program),
            "-c",
            os.fspath(self._config),
            "-l",
            os.fspath(self.log),
        ]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE)
        end = time.monotonic() + WITHIN
        while True:
            with socket.socket() as probe:
                if not probe.connect_ex((HOST, self.port)):
                    return
            if self._process.poll() is not None or time.monotonic() > end:
                assert self._process.stderr
                raise AssertionError(self._process.stderr.read())
            time.sleep(0.01)

    def send(self, number: signal.Signals) -> None:
        assert self._process
        self._process.send_signal(number)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None


@contextmanager
def nats_server(
    folder: Path, options: Mapping[str, Any] = WAITS_FOR_NOBODY, program: Path = NEWEST
) -> Iterator[NatsServer]:
    """One with these options of its configuration."""
    assert shutil.which(program), f"{program} is not there"
    server = NatsServer(folder, options, program)
    server.start()
    try:
        yield server
    finally:
        server.kill()

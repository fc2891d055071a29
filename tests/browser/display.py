"""A real X server whose framebuffer is mapped, for the tests: programs draw into it."""

import asyncio
import os
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class Display:
    """Xvfb, and the programs that were started on it."""

    def __init__(self, folder: Path, *needed: str) -> None:
        missing = [name for name in ("Xvfb", *needed) if not shutil.which(name)]
        assert not missing, f"{missing} not found; tests/install.sh installs what the tests need"
        self.framebuffer = folder / "Xvfb_screen0"
        reading, writing = os.pipe()
        self._processes = [
            subprocess.Popen(
                [
                    *("Xvfb", "-displayfd", str(writing), "-screen", "0", "1024x600x24"),
                    *("-fbdir", folder, "-nocursor"),
                ],
                pass_fds=[writing],
                stderr=subprocess.DEVNULL,
            )
        ]
        os.close(writing)
        with os.fdopen(reading) as numbers:
            self.name = f":{numbers.readline().strip()}"

    def start(self, *command: str | Path, **environment: str) -> None:
        """Start a program on it."""
        env = {**os.environ, "DISPLAY": self.name, **environment}
        self._processes.append(subprocess.Popen(command, env=env))

    def close(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
            process.wait(10)

    def rgb(self) -> NDArray[np.uint8]:
        """The framebuffer's pixels, read without ws-stream: an XWD header, then B, G, R, ignored."""
        data = self.framebuffer.read_bytes()
        header = struct.unpack_from(">25I", data)
        start, width, height, stride = header[0] + header[19] * 12, header[4], header[5], header[12]
        rows = np.frombuffer(data, np.uint8, stride * height, start).reshape(height, stride)
        return rows[:, : width * 4].reshape(height, width, 4)[..., 2::-1]

    async def still(self, *, unlike: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
        """The pixels once they stand still, and differ from those given."""
        before = self.rgb()
        for _ in range(500):
            await asyncio.sleep(0.02)
            now = self.rgb()
            if np.array_equal(before, now) and not (
                unlike is not None and np.array_equal(now, unlike)
            ):
                return now
            before = now
        raise AssertionError("the screen never changed, or never stood still")

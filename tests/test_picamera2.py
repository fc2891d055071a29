"""The example, with a module in the place of picamera2 that does what its manual says of these calls."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ws_stream import connect

EXAMPLE = Path(__file__).parents[1] / "examples/picamera2_stream.py"

STUB = '''
import os, time
import numpy as np

class Picamera2:
    """One at a time; a picture each 10 ms, of which the first pixel is red."""
    def __init__(self):
        self._file = os.open(os.environ["IN_USE"], os.O_CREAT | os.O_EXCL)
        self._main = self._is_started = None
        self._count = 0
    def __enter__(self):
        return self
    def __exit__(self, *_):
        self.close()
    def create_video_configuration(self, main={}, controls={}):
        return {"main": main, "controls": controls}
    def configure(self, configuration):
        assert configuration["main"]["format"] == "RGB888" and not self._is_started
        self._main = configuration["main"]
    def start(self):
        assert self._main
        self._is_started = True
    def capture_array(self, name="main"):
        assert name == "main" and self._is_started
        time.sleep(0.01)
        width, height = self._main["size"]
        picture = np.full((height, width, 3), 90, np.uint8)
        picture[0, 0], picture[0, 1] = (0, 0, 255), (self._count % 256, 90, 90)
        self._count += 1
        return picture
    def close(self):
        os.close(self._file)
        os.unlink(os.environ["IN_USE"])
'''


@pytest.mark.usefixtures("ctrl_c")
def test_its_colours_are_right_and_it_is_open_only_while_somebody_watches(tmp_path: Path) -> None:
    (tmp_path / "picamera2.py").write_text(STUB)
    in_use = tmp_path / "in use"
    environment = {**os.environ, "PYTHONPATH": os.fspath(tmp_path), "IN_USE": os.fspath(in_use)}
    with subprocess.Popen(
        [sys.executable, EXAMPLE, "0"], stdout=subprocess.PIPE, text=True, env=environment
    ) as program:
        try:
            assert program.stdout
            host = program.stdout.readline().strip().removeprefix("http://").rstrip("/")
            assert not in_use.exists()
            for _ in range(2):
                for frame in connect(f"ws://{host}/stream/camera"):
                    rgb = frame.to_rgb()
                    assert rgb.shape == (720, 1280, 3)
                    assert rgb[0, 0].tolist() == [255, 0, 0]
                    assert rgb[0, 1, :2].tolist() == [90, 90]
                    if in_use.exists():
                        break
                while in_use.exists():
                    time.sleep(0.01)
            program.send_signal(signal.SIGINT)
            assert program.wait(10) == 0
        finally:
            program.kill()

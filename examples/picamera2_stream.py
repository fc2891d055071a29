"""Shows a camera that libcamera drives, as those of the Raspberry Pi; it is open while somebody watches.

    sudo apt install python3-picamera2
    python picamera2_stream.py [PORT]

What picamera2 calls RGB888 lies in memory as blue, green, red: that is bgr888 here, and nothing is converted.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import suppress

import numpy as np
from picamera2 import Picamera2

from ws_stream import Server


def camera() -> Iterator[np.ndarray]:
    with Picamera2() as device:
        main = {"size": (1280, 720), "format": "RGB888"}
        device.configure(device.create_video_configuration(main=main, controls={"FrameRate": 30}))
        device.start()
        while True:
            yield device.capture_array("main")  # waits for the next picture


port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
with Server(port=port) as server:  # host="0.0.0.0" shows it to the network
    server.serve(camera, format="bgr888", fps=30)
    print(*server.urls(), sep="\n", flush=True)
    with suppress(KeyboardInterrupt):
        signal.pause()

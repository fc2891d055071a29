"""Say how much of a screen changes with each picture, until Ctrl-C.

python watch_screen.py ws://device:8000/stream/fb0
"""

import sys

from ws_stream import connect

before = None
try:
    for frame in connect(sys.argv[1]):
        rgb = frame.to_rgb()
        if before is not None and before.shape == rgb.shape:
            changed = (rgb != before).any(axis=2).mean()
            print(
                f"picture {frame.number}: {changed:.2%} of {frame.width}x{frame.height}", flush=True
            )
        before = rgb
except KeyboardInterrupt:
    pass

"""The best a Python user would get with JPEG: Flask and libjpeg-turbo, pixels picked as 32-bit words.

`python -m bench.rivals.flask_turbo RING STEP`. At step 1 it encodes from the ring itself, without a copy.
"""

import sys
from pathlib import Path

import numpy as np
import simplejpeg

from ..ring import Ring
from .flask_app import serve

QUALITY = 75


def main(ring: Ring, step: int) -> None:
    """Serve the ring."""

    def encode() -> tuple[int, bytes]:
        number, words = ring.newest_words()
        picked = np.ascontiguousarray(words[::step, ::step])
        pixels = picked.view(np.uint8).reshape(*picked.shape, 4)
        return number, simplejpeg.encode_jpeg(
            pixels, quality=QUALITY, colorspace="RGBX", colorsubsampling="420", fastdct=True
        )

    serve(encode)


if __name__ == "__main__":
    main(Ring(Path(sys.argv[1])), int(sys.argv[2]))

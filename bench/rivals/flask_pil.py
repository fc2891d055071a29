"""The first user's pipeline: Flask, and PIL making a JPEG of every 4th pixel.

`python -m bench.rivals.flask_pil RING STEP`. Two things are better than they were: 30 pictures a second are reached,
and the newest complete slot is read.
"""

import io
import sys
from pathlib import Path

from PIL import Image

from ..ring import Ring
from .flask_app import serve

QUALITY = 75


def main(ring: Ring, step: int) -> None:
    """Serve the ring."""

    def encode() -> tuple[int, bytes]:
        number, picture = ring.newest()
        output = io.BytesIO()
        Image.fromarray(picture[::step, ::step, :3]).save(output, "JPEG", quality=QUALITY)
        return number, output.getvalue()

    serve(encode)


if __name__ == "__main__":
    main(Ring(Path(sys.argv[1])), int(sys.argv[2]))

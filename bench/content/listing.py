"""Lines of text as a busy terminal shows them: `ls -lR` of Python's library, in bursts, for ever.

Knows nothing of terminals.
"""

import random
import subprocess
import sys
import sysconfig
import time
from itertools import cycle

LINES_PER_BURST = (1, 6)
PAUSE = (0.01, 0.08)
"""Seconds between two bursts."""


def main() -> None:
    """Print."""
    chance = random.Random(4)
    folder = sysconfig.get_path("stdlib")
    listing = subprocess.run(["ls", "-lR", folder], capture_output=True, text=True, check=True)
    lines = cycle(listing.stdout.splitlines())
    while True:
        for _ in range(chance.randint(*LINES_PER_BURST)):
            print(next(lines))
        sys.stdout.flush()
        time.sleep(chance.uniform(*PAUSE))


if __name__ == "__main__":
    main()

"""What of the suite needs no browser, no network but loopback, and no library that no board has.

`python -m tests.emulated.chosen True|False [TESTS]` says it as pytest's arguments, one a line; whether there is a
compiled walk comes first.
"""

import sys
from collections.abc import Iterable

CORE = (
    *("tests/pixels", "tests/protocol", "tests/codec", "tests/walk", "tests/hub"),
    *("tests/recording", "tests/sources", "tests/producers"),
    *("tests/test_vectors.py", "tests/test_world.py", "tests/emulated/test_over_loopback.py"),
)
ELSEWHERE = "TestOpenCV or TestMatplotlib or TestPygame or TestQt or TestStreams"
"""Of tests/pixels/test_foreign.py: what needs libraries that no board has."""
BEYOND = ("format_names", "screen", "survival", "video")
"""Of tests/sources: what needs av and Xlib."""
COMPILED = ("careless", "havoc")
"""Of tests/sources: what imports the compiled walk."""


def arguments(has_compiled: bool, tests: Iterable[str] = CORE) -> list[str]:
    """What pytest is to be told."""
    names = BEYOND + (() if has_compiled else COMPILED)
    ignored = [f"--ignore=tests/sources/test_{name}.py" for name in names]
    return ["-k", f"not ({ELSEWHERE})", *ignored, *tests]


if __name__ == "__main__":
    chosen = arguments(sys.argv[1] == "True", sys.argv[2:] or CORE)
    sys.stdout.write("\n".join(chosen) + "\n")

#!/bin/bash
# What is done on the board, by its own programs:  board.sh board|compiler
# Installs ws-stream as docs/python-on-boards.md says, then runs what of the suite needs no browser and no network but
# loopback. Ends with the first thing that fails; says `passed` with counts for each part.
set -eu
part=$1
source=/src bin=/venv/bin
order=$(python3 -c 'import sys; print(sys.byteorder)')
export WS_STREAM_EXAMPLES=${WS_STREAM_EXAMPLES:-10} # of Hypothesis, for each test: a fifth of a second each, emulated

install() { # of what is here and of Debian's numpy and lz4, as PyPI has neither for armhf
    "$bin/pip" install --quiet --no-index --find-links /wheels "$@"
}

if [ "$part" = board ]; then
    if command -v cc gcc; then echo "there is a compiler, and should be none" && exit 1; fi
    python3 -m venv --system-site-packages /venv
    install "$source"
    has_compiled=False
else
    install --force-reinstall --no-deps "$source"
    has_compiled=$([ "$order" = little ] && echo True || echo False)
fi
cd / # not among the sources
"$bin/python" - "$has_compiled" <<'CHECK'
import platform, sys, lz4, numpy, websockets
from ws_stream.walk import COMPILED
print(platform.machine(), sys.byteorder, f"{sys.maxsize:#x}", "Python", platform.python_version(), "numpy", numpy.__version__,
      "lz4", lz4.__version__, "websockets", websockets.__version__, "compiled" if COMPILED else "in numpy")
assert "dist-packages" in numpy.__file__ and "dist-packages" in lz4.__file__, "Debian's own"
assert str(COMPILED) == sys.argv[1]
CHECK

if [ "$part" = board ]; then
    install pytest pytest-asyncio pytest-timeout hypothesis
    mkdir -p /suite && cp -r "$source/tests" "$source/pyproject.toml" "$source/core" "$source/web" /suite
fi
cd /suite
all="tests/pixels tests/protocol tests/codec tests/walk tests/hub tests/recording tests/sources tests/producers tests/test_vectors.py tests/test_world.py"
# shellcheck disable=SC2086 # a list of names
"$bin/python" -m pytest -p no:cacheprovider --timeout 900 --durations 5 ${TESTS:-$all}

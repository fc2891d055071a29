#!/bin/bash
# What is done on the board, by its own programs:  board.sh board|compiler
# Installs ws-stream as docs/python-on-boards.md says, then runs what of the suite needs no browser and no network but
# loopback; with a compiler, core's own tests too. WS_STREAM_EXAMPLES is how many each law gets that names no
# number of its own.
set -eu
part=$1
source=/src bin=/venv/bin
order=$(python3 -c 'import sys; print(sys.byteorder)')

install() { # of what is here and of Debian's numpy and lz4, as PyPI has neither for 32 bits
    "$bin/pip" install --verbose --no-index --find-links /wheels "$@" >/install.log 2>&1 || { cat /install.log && exit 1; }
}

if [ "$part" = board ]; then
    if command -v cc gcc; then echo "there is a compiler, and should be none" && exit 1; fi
    python3 -m venv --system-site-packages /venv
    install "$source"
    word="it does the same in numpy" # in the build's log
    has_compiled=False
else
    install --force-reinstall --no-deps "$source"
    word="" has_compiled=False
    [ "$order" = big ] || has_compiled=True
fi
cd / # not among the sources
"$bin/python" - "$has_compiled" "${word:-}" <<'CHECK'
import platform, sys, lz4, numpy, websockets
from ws_stream.walk import COMPILED
print(platform.machine(), sys.byteorder, f"{sys.maxsize:#x}", "Python", platform.python_version(), "numpy", numpy.__version__,
      "lz4", lz4.__version__, "websockets", websockets.__version__, "compiled" if COMPILED else "in numpy", flush=True)
assert "dist-packages" in numpy.__file__ and "dist-packages" in lz4.__file__, "Debian's own"
assert str(COMPILED) == sys.argv[1]
assert sys.argv[2] in open("/install.log").read(), "the build's log says what is missing"
CHECK

cd /suite
if [ "$part" = compiler ] && [ "$order" = little ]; then # no sanitizer runs under qemu
    # Not test_guard, which ends processes by SIGBUS in ways that qemu has of its own, nor test_poller, which keeps time.
    make -s -C "$source" core-check CC=gcc core_sanitizers= core_seconds=5 \
        core_tests="build/core/test_limits build/core/test_sockets build/core/test_window"
fi
some="" # else all that chosen.py names
# Where there is a compiled walk, its tests are those of the walk in numpy as well; the other part is shorter then.
if { [ "$part" = board ] && [ "$order" = little ]; } || { [ "$part" = compiler ] && [ "$order" = big ]; }; then
    some="tests/walk tests/emulated/test_over_loopback.py"
fi
# shellcheck disable=SC2086 # a list of names
chosen=$("$bin/python" -m tests.emulated.chosen "$has_compiled" ${TESTS:-$some})
mapfile -t chosen <<<"$chosen"
PYTHONPATH=/tools "$bin/python" -u -m pytest -p no:cacheprovider --timeout 900 --durations 5 "${chosen[@]}"

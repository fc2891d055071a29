"""One law in Python under atheris: `python -m tests.fuzz.python LAW [options of libFuzzer] CORPUS SEEDS`.

Beside the law, of each input: it takes no more than so much time of the processor, and so much memory. Whatever is
raised is a finding.
"""

import importlib
import logging
import resource
import sys
import time

import atheris

MOST_SECONDS = 2.0
"""Of the processor, for one input of a few kilobytes. What others do on the machine does not count."""
MOST_MEMORY = 384 * 2**20
"""Bytes beyond what is taken once all is imported: six times the largest picture, and what was found so far."""


def main() -> None:
    law = sys.argv.pop(1)
    with atheris.instrument_imports(include=["ws_stream"], enable_loader_override=False):
        module = importlib.import_module(f"tests.fuzz.laws.{law}")

    def check(data: bytes) -> None:
        began = time.process_time()
        module.check(data)
        assert time.process_time() - began < MOST_SECONDS

    logging.disable()  # what peers bring about is said there
    atheris.Setup(sys.argv, check)
    with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - not a file
        taken = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MOST_MEMORY,) * 2)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

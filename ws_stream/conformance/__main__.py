"""ws-stream's own answers to the vectors: `ws-stream conformance python -m ws_stream.conformance`."""

import sys

from .program import Program


def main() -> None:
    """Answer lines until there are no more."""
    program, write = Program(), sys.stdout.buffer.write
    for line in sys.stdin.buffer:
        words = line.decode("ascii").split()
        if words:
            write(f"{program.answer(words)}\n".encode("ascii"))
        else:
            sys.stdout.buffer.flush()
    sys.stdout.buffer.flush()


main()

"""Does a program speak the protocol? The vectors over a pipe, to any client or server.

tests/vectors/README.md describes the vectors and the lines that both sides write. `python -m ws_stream.conformance` is
the program that answers for ws-stream's own code.
"""

from .report import Report
from .run import run

__all__ = ["Report", "run"]

"""The way of a picture, from memory to the sockets of viewers: compiled where there was a compiler, in numpy elsewhere.

Everything that happens for each picture of a stream happens in a walk. What happens seldom (handshakes, requests,
control messages, problems, budgets) is the hub's. Which walk is used is chosen once, here.
"""

from typing import TypeAlias

from .numpy_walk import NumpyWalk

try:
    from .compiled_walk import CompiledWalk

    CompiledWalk(1.0)
    COMPILED = True
    """Whether there is the compiled walk."""
except (ImportError, OSError):  # there was no compiler, or there is no LZ4 for it
    COMPILED = False

Walk: TypeAlias = "NumpyWalk | CompiledWalk"

__all__ = ["COMPILED", "CompiledWalk", "NumpyWalk", "Walk", "new_walk"]


def new_walk(fps: float) -> Walk:
    """The quickest there is, for a stream of at most so many pictures a second."""
    return CompiledWalk(fps) if COMPILED else NumpyWalk(fps)

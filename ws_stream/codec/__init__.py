"""Two pure functions: `encode` a frame as its difference from a base, `decode` it back."""

from .decode import decode
from .encode import encode

__all__ = ["decode", "encode"]

"""A bitmap font of 5 x 7 dots for what the test card says.

Knows nothing of colours or pixel formats.
"""

import numpy as np
from numpy.typing import NDArray

HEIGHT = 7
ADVANCE = 6
"""Dots from one letter to the next: five of its own and one between."""

_GLYPHS = {
    "0": "01110 10001 10011 10101 11001 10001 01110",
    "1": "00100 01100 00100 00100 00100 00100 01110",
    "2": "01110 10001 00001 00010 00100 01000 11111",
    "3": "11111 00010 00100 00010 00001 10001 01110",
    "4": "00010 00110 01010 10010 11111 00010 00010",
    "5": "11111 10000 11110 00001 00001 10001 01110",
    "6": "00110 01000 10000 11110 10001 10001 01110",
    "7": "11111 00001 00010 00100 01000 01000 01000",
    "8": "01110 10001 10001 01110 10001 10001 01110",
    "9": "01110 10001 10001 01111 00001 00010 01100",
    ":": "00000 01100 01100 00000 01100 01100 00000",
    ".": "00000 00000 00000 00000 00000 01100 01100",
    "-": "00000 00000 00000 11111 00000 00000 00000",
    " ": "00000 00000 00000 00000 00000 00000 00000",
    "A": "01110 10001 10001 10001 11111 10001 10001",
    "E": "11111 10000 10000 11110 10000 10000 11111",
    "M": "10001 11011 10101 10101 10001 10001 10001",
    "R": "11110 10001 10001 11110 10100 10010 10001",
    "S": "01111 10000 10000 01110 00001 00001 11110",
    "T": "11111 00100 00100 00100 00100 00100 00100",
    "W": "10001 10001 10001 10101 10101 10101 01010",
}


def dots(text: str, scale: int) -> NDArray[np.bool_]:
    """The text as true dots of scale x scale pixels, shape (HEIGHT * scale, width(letters, scale)).

    Knows only the letters above.
    """
    rows = [
        "0".join(parts) for parts in zip(*(_GLYPHS[letter].split() for letter in text), strict=True)
    ]
    small = np.array([[dot == "1" for dot in row] for row in rows])
    return small.repeat(scale, axis=0).repeat(scale, axis=1)


def width(letters: int, scale: int) -> int:
    """How wide so many letters are, in pixels."""
    return (letters * ADVANCE - 1) * scale

"""What a peer says, as it may be printed, logged and raised. Imports nothing."""

MAX_PRINTED = 200
"""Characters of the longest text of a peer that is shown: our own sentences are shorter."""
MAX_LINE, MAX_LINES = 1000, 100
"""Characters of a line, and lines, of what is logged of a fault: more than its traceback mostly has."""


def printable(text: str, most: int = MAX_PRINTED) -> str:
    """The text in one line of at most `most` characters, none of which a terminal or a log's reader would act on.

    Line ends become spaces. What else is no visible character (escapes, marks that turn the direction of writing,
    halves of characters) becomes U+FFFD.
    """
    line = " ".join(text[: most + 1].split())
    shown = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line
    )
    return shown if len(text) <= most else f"{shown[: most - 1]}…"


def indented(text: str) -> str:
    """Text of several lines, each as `printable`, to stand below a line: none of them can be taken for another's."""
    lines = text.splitlines()[:MAX_LINES]
    return "".join(f"\n    {_margin(line)}{printable(line, MAX_LINE)}" for line in lines)


def _margin(line: str) -> str:
    return " " * min(len(line) - len(line.lstrip(" ")), MAX_PRINTED)

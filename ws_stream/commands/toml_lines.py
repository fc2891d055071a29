"""On which line of a TOML text each of its keys stands, which `tomllib` does not tell.

Only for text that `tomllib` has read. Knows nothing of what the keys mean.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping

Path = tuple[str, ...]
"""The names of a key's tables, and its own."""

_TOKEN = re.compile(
    r"""
    "{3} (?: \\. | [^\\] )*? "{3,5} | '{3} .*? '{3,5}    # texts of several lines may end with quotes of their own
    | " (?: \\. | [^"\\] )* " | ' [^']* '
    | \# [^\n]* | \n | [][{}=,.] | [^][{}=,."'\s\#]+
    """,
    re.VERBOSE | re.DOTALL,
)
_END = ""
"""Behind the last token."""


def lines_of(text: str) -> Mapping[Path, int]:
    """The line of each table and key, where it stands first; the first line is 1."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._lines: dict[Path, int] = {}
        self._here, self._line = next(self._tokens)

    def read(self) -> dict[Path, int]:
        """All that stands in the text."""
        table: Path = ()
        while self._here != _END:
            if self._here == "\n":
                self._advance()
            elif self._here == "[":
                table = self._key((), "]")
            else:
                self._pair(table)
        return self._lines

    def _advance(self) -> str:
        """The token, and on to the next."""
        token = self._here
        self._here, self._line = next(self._tokens)
        return token

    def _key(self, table: Path, end: str) -> Path:
        """A key of a table, up to the token that ends it."""
        path = table
        while self._here != end:
            if self._here not in ".[":
                path = (*path, _name(self._here))
                self._lines.setdefault(path, self._line)
            self._advance()
        while self._here == end:
            self._advance()
        return path

    def _pair(self, table: Path) -> None:
        """A key and its value, in a table that stands in a line of its own or in braces."""
        path = self._key(table, "=")
        if self._here == "{":
            self._advance()
            while self._here != "}":
                if self._here in ",\n":
                    self._advance()
                else:
                    self._pair(path)
            self._advance()
        depth = 0
        while self._here != _END and (depth or self._here not in "\n,}"):
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(self._advance(), 0)


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line = 1
    for found in _TOKEN.finditer(text.replace("\r\n", "\n")):
        if not found[0].startswith("#"):
            yield found[0], line
        line += found[0].count("\n")
    yield _END, line


def _name(token: str) -> str:
    """A key without its quotes."""
    return next(iter(tomllib.loads(f"{token} = 0"))) if token[0] in "\"'" else token

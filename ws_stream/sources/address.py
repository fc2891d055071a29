"""Addresses of sources, `scheme:path?option=value&...`, and their values.

Knows nothing of what the options mean.
"""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote

from ..arguments import plain, shown
from ..errors import UsageError
from ..limits import MAX_ADDRESS_LETTERS
from ..pixels.described import named
from ..pixels.formats import PixelFormat

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+-]*):(.*)", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,19}|0[xX][0-9A-Fa-f]{1,16}")
_COMMANDS = frozenset({"cmd"})
"""Kinds whose path is a command: it ends at the last '?', and what it holds is its own, `?`, `&` and `%` too."""
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart; percent-encoding is undone in the path, unless it is a command, and in values."""

    scheme: str
    path: str
    options: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> Self:
        """The parts of an address. Raises UsageError for a text that is none."""
        match = _ADDRESS.fullmatch(text)
        is_command = bool(match and match[1].lower() in _COMMANDS)
        said = text if is_command else unquote(text)
        if len(text) > MAX_ADDRESS_LETTERS or not said.isprintable():
            raise UsageError(
                f"{shown(text)} is no source; right would be up to {MAX_ADDRESS_LETTERS} letters that can be printed"
            )
        if match is None:
            raise UsageError(f"{shown(text)} is no source: {_hint(plain(text))}")
        path, query = _command(match[2]) if is_command else _path(match[2])
        options: dict[str, str] = {}
        for part in query.split("&") if query else []:
            option, equals, value = part.partition("=")
            if not equals:
                raise UsageError(
                    f"{shown(part)} in {shown(text)} has no value; right would be OPTION=VALUE"
                )
            if option in options:
                raise UsageError(f"the option {shown(option)} is given twice in {shown(text)}")
            options[option] = unquote(value)
        return cls(match[1].lower(), path, options)

    def only(self, *known: str) -> None:
        """Raises UsageError if there is an option but these."""
        for option in self.options:
            if option not in known:
                right = f"known are {', '.join(known)}" if known else "there are none"
                raise UsageError(f"unknown option '{option}' of a {self.scheme}: source; {right}")

    def number(self, option: str, default: int | None = None, least: int = 0) -> int:
        """A number, decimal or 0x hexadecimal; without a default it must be given. Raises UsageError."""
        number = parse_number(option, self._text(option, "1024", default))
        if number < least:
            raise UsageError(f"{option}={number} cannot be; right would be {least} or more")
        return number

    def pixel_format(self, option: str, default: str | None = None) -> PixelFormat:
        """A pixel format; without a default it must be given. Raises UsageError."""
        return named(self._text(option, "bgrx8888", default))

    def _text(self, option: str, example: str, default: object) -> str:
        if option not in self.options and default is None:
            raise UsageError(
                f"a {self.scheme}: source needs the option '{option}'; right would be "
                f"{self.scheme}:...?{option}={example}"
            )
        return self.options.get(option, str(default))


def parse_number(option: str, text: str) -> int:
    """The number, decimal or 0x hexadecimal, that stands in the value of an option. Raises UsageError."""
    if not _NUMBER.fullmatch(text):
        raise UsageError(
            f"{option}={text} is no number; right would be one like 1024, or 0x400 in hexadecimal"
        )
    return int(text, 16 if text[:2] in ("0x", "0X") else 10)


def stream_name(text: str, default: str) -> str:
    """The text as the name of a stream: what a name may not hold becomes '-'; the default if nothing remains."""
    return _NOT_IN_NAMES.sub("-", text).strip("-")[:64] or default


def _path(rest: str) -> tuple[str, str]:
    """A path, and the options behind the first '?'."""
    path, _, query = rest.partition("?")
    return unquote(path), query


def _command(rest: str) -> tuple[str, str]:
    """A command as it stands, and the options behind the last '?'."""
    command, mark, query = rest.rpartition("?")
    return (command, query) if mark else (rest, "")


def _hint(text: str) -> str:
    if text.startswith("/dev/fb"):
        return f"for a framebuffer right would be fb:{text}"
    if text:
        return (
            "it names no kind of source; for a file of raw pixels right would be "
            f"mmap:{text}?width=WIDTH&height=HEIGHT&format=PIXELFORMAT, for the file of Xvfb -fbdir xwd:{text}"
        )
    return "it is empty; right would be test: for the test card"

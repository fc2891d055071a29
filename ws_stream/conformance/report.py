"""What a program passes, feature by feature, as sentences. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..arguments import shown
from .claims import FEATURES, Claims
from .turn import Case


class Fault(NamedTuple):
    """A wrong answer."""

    command: str
    expected: str
    got: str


class Report(NamedTuple):
    """What came of a run."""

    claims: Claims
    answered: Sequence[Case]
    faults: Mapping[str, Fault]
    """By name of a vector."""
    broken: str | None
    """Why the program gave no more answers; None if it gave all."""

    @property
    def is_passed(self) -> bool:
        """Whether the program does all that it claims."""
        return not self.faults and not self.broken

    def lines(self) -> Iterator[str]:
        """The report, for people."""
        failed = set[str]()
        for feature in FEATURES:
            yield f"{feature:12}{self._said_of(feature)}"
            wrong = self._wrong(feature)
            if wrong and wrong[0] not in failed:
                failed.add(wrong[0])
                yield from _told(wrong[0], self.faults[wrong[0]])
        if self.broken:
            yield f"{self.broken}"
        total = len(self.answered)
        yield f"{shown(self.claims.name)} passes {total - len(self.faults)} of {total} vectors"

    def _said_of(self, feature: str) -> str:
        if feature not in self.claims.features:
            return "not claimed"
        count, wrong = len(self._of(feature)), len(self._wrong(feature))
        if not count:
            return "not tried"
        return f"FAILS {wrong} of {count}" if wrong else f"passes {count}"

    def _of(self, feature: str) -> list[str]:
        return [case.name for case in self.answered if feature in case.needs]

    def _wrong(self, feature: str) -> list[str]:
        return [name for name in self._of(feature) if name in self.faults]


def _told(name: str, fault: Fault) -> Iterator[str]:
    yield f"    first in the vector {name}"
    yield f"    sent      {_cut(fault.command)}"
    yield f"    expected  {_cut(fault.expected)}"
    yield f"    got       {_cut(fault.got)}"


def _cut(text: str, most: int = 150) -> str:
    plain = text.encode("ascii", "backslashreplace").decode()
    plain = "".join(letter if letter.isprintable() else "?" for letter in plain)
    return plain if len(plain) <= most else f"{plain[:most]}... ({len(plain)} letters)"

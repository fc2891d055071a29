"""What the rules say of a row: of each table the first that fits."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .classes import NONSENSE, Row
from .rules import (
    ANSWERS,
    HEADERS,
    OPENED,
    RIGHTS,
    VIEWER_BY,
    VISITORS,
    Rule,
    Told,
)


class Table:
    """Rules, and how many rows each was for."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = list(rules)
        self.fitted = [0] * len(self.rules)

    def of(self, row: Mapping[str, str]) -> object:
        """What the first rule says that fits."""
        number = self.number(row)
        self.fitted[number] += 1
        return self.rules[number].then

    def number(self, row: Mapping[str, str]) -> int:
        """Which is the first rule that fits. Raises StopIteration where none does."""
        return next(
            number
            for number, rule in enumerate(self.rules)
            if all(row[column] in named for column, named in rule.when.items())
        )


class Answer(NamedTuple):
    """What somebody is told."""

    status: int
    """Or the close code of a WebSocket."""
    right: object = None
    """Of an open WebSocket."""
    visitor: object = None
    """For whose address it counts; None where the proxy says what cannot be."""
    headers: Mapping[str, object] = {}
    """Those of which there are rules; none of a WebSocket."""


class Expected:
    """All tables."""

    def __init__(self) -> None:
        self.answers, self.rights, self.visitors = map(Table, (ANSWERS, RIGHTS, VISITORS))
        self.headers = {name: Table(rules) for name, rules in HEADERS.items()}

    @property
    def tables(self) -> Mapping[str, Table]:
        """By what each is of."""
        of_all = {"answer": self.answers, "right": self.rights, "visitor": self.visitors}
        return {**of_all, **self.headers}

    def of(self, row: Row) -> Answer:
        classes = row._asdict()
        told = self.answers.of(classes)
        assert isinstance(told, int | Told)
        status = told if isinstance(told, int) else told.status
        if row.proxy == NONSENSE:
            return Answer(status, headers=self._headers(row, status, "library"))
        visitor = self.visitors.of(classes)
        if not row.is_viewer or (isinstance(told, int) and told != OPENED):
            return Answer(status, None, visitor, self._headers(row, status, "us"))
        if row.method in VIEWER_BY:
            status = VIEWER_BY[row.method]
            return Answer(status, None, visitor, self._headers(row, status, "library"))
        if isinstance(told, Told):
            return Answer(told.close, None, visitor)
        return Answer(OPENED, self.rights.of(classes), visitor)

    def _headers(self, row: Row, status: int, by: str) -> Mapping[str, object]:
        classes = {**row._asdict(), "status": str(status), "by": by}
        examples = {"origin": row.example("origin"), "token": row.example("token")}
        found = {name: table.of(classes) for name, table in self.headers.items()}
        return {
            name: value.format(**examples) if isinstance(value, str) else value
            for name, value in found.items()
        }

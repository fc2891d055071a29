"""Runs the vectors over a program. Knows nothing of how the outcome is told."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from ..errors import UsageError
from . import pictures, stories, words
from .claims import Claims, parse_claims
from .pipe import PATIENCE, BrokenProgram, Pipe
from .report import Fault, Report
from .turn import Case

SOURCES: Sequence[Callable[[Claims], Iterator[Case]]] = (
    pictures.cases,
    words.cases,
    stories.cases,
)


class Answered(NamedTuple):
    """A vector that was put to the program."""

    case: Case
    fault: Fault | None


def run(command: Sequence[str], patience: float = PATIENCE) -> Report:
    """Put to the program all vectors of what it claims.

    Raises UsageError when it cannot be started, or does not say what it claims.
    """
    with Pipe(command, patience) as pipe:
        claims = _greet(pipe)
        put = [case for case in cases(claims) if case.needs <= claims.features]
        faults: dict[str, Fault] = {}
        answered: list[Case] = []
        broken = None
        try:
            for case, fault in answers(pipe, put):
                answered.append(case)
                if fault:
                    faults[case.name] = fault
            pipe.finish()
        except BrokenProgram as error:
            unanswered = put[len(answered) :]
            where = f"in the vector {unanswered[0].name}" if unanswered else "after the last vector"
            broken = f"{claims.name} {error}, {where}"
        return Report(claims, answered, faults, broken)


def _greet(pipe: Pipe) -> Claims:
    right = (
        "right would be  conformance 1 NAME FEATURE...  with features of tests/vectors/README.md"
    )
    try:
        answer = next(pipe.ask([["conformance 1"]]))
    except BrokenProgram as error:
        raise UsageError(f"the program {error}, asked what it claims; {right}") from None
    claims = parse_claims(answer.split())
    if claims is None:
        raise UsageError(f"the program said {_cut(answer)}, asked what it claims; {right}")
    return claims


def cases(claims: Claims) -> Iterator[Case]:
    """All vectors within the program's limits."""
    return chain.from_iterable(source(claims) for source in SOURCES)


def answers(pipe: Pipe, put: Sequence[Case]) -> Iterator[Answered]:
    """Each case once it was answered. Raises BrokenProgram."""
    lines = pipe.ask([turn.command for turn in case.turns] for case in put)
    for case in put:
        fault = None
        for turn, answer in zip(case.turns, lines, strict=False):
            expected = turn.judge(answer.split())
            if expected and not fault:
                fault = Fault(turn.command, expected, answer)
        yield Answered(case, fault)


def _cut(text: str) -> str:
    return f"{text[:80]!a}" if text else "nothing"

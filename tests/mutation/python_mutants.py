"""Runs the vectors over faulty copies of ws_stream's decoder: one process for each, forked when all else is loaded."""

import importlib
import importlib.abc
import importlib.util
import os
import signal
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType

from ws_stream.conformance import program
from ws_stream.conformance.claims import Claims
from ws_stream.conformance.run import cases
from ws_stream.conformance.turn import Case

from .operators import Mutant

FOLDER = Path(program.__file__).parents[1]
FILES = {
    "protocol/picture.py": ("serialize", "max_message_length"),
    "protocol/extension.py": ("serialize", "write", "rewritten", "MAX_EXTENSION"),
    "protocol/json_text.py": (),
    "codec/decode.py": (),
    "codec/unpack.py": (),
    "session.py": ("ask_clock",),
    "retry.py": (),
}
"""Files of the decoder, and how those functions in them begin that are not the decoder's."""
JOBS = 2
PATIENCE = 20
"""Seconds; a fault may well be an endless loop."""


def all_cases() -> list[Case]:
    """The vectors that the decoder is put to."""
    claims = Claims("", frozenset(program.CLAIMED), {})
    needs = claims.features - {"requests", "queries", "renditions", "pixels"}
    return [case for case in cases(claims) if case.needs <= needs]


def survivors(faulty: Sequence[Mutant], put: Sequence[Case]) -> list[Mutant]:
    """Those whose fault no vector finds."""
    running: list[tuple[int, Mutant]] = []
    found = []
    for mutant in [*faulty, *[None] * JOBS]:
        if len(running) == JOBS or (running and mutant is None):
            child, examined = running.pop(0)
            if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
                found.append(examined)
        if mutant is not None:
            child = os.fork()
            if not child:
                os._exit(_examined(mutant, put))
            running.append((child, mutant))
    return found


def _examined(mutant: Mutant, put: Sequence[Case]) -> int:
    """0 if the faulty program passes."""
    signal.alarm(PATIENCE)  # ends this process
    try:
        answers = _faulty(mutant).Program()
        for case in put:
            for turn in case.turns:
                if turn.judge(answers.answer(turn.command.split()).split()):
                    return 1
    except BaseException:  # a program that fails is found out
        return 1
    return 0


def _faulty(mutant: Mutant) -> ModuleType:
    """The program of the line protocol, anew, with the fault in it."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "ws_stream"]:
        del sys.modules[name]
    sys.modules["ws_stream._core"] = None  # type: ignore[assignment] # as where there is no compiler
    name = "ws_stream." + mutant.file.removesuffix(".py").replace("/", ".")
    sys.meta_path.insert(0, _Finder(name, mutant))
    return importlib.import_module(program.__name__)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds one module where it is not."""

    def __init__(self, name: str, mutant: Mutant) -> None:
        self._name, self._mutant = name, mutant

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self) if name == self._name else None

    def get_source(self, _: str) -> str:
        return self._mutant.text

    def get_code(self, _: str) -> CodeType:
        return compile(self._mutant.text, self._mutant.file, "exec")

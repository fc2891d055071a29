"""Runs the vectors over faulty copies of the page's decoder: one process for each."""

import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from ws_stream.conformance.claims import parse_claims
from ws_stream.conformance.pipe import BrokenProgram, Pipe
from ws_stream.conformance.run import answers, cases
from ws_stream.conformance.turn import Case

from ..node import node
from .operators import Mutant

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "web"
PROGRAM = "tests/web/conformance.js"
FILES = {
    "wire.js": (),
    "codec.js": (),
    "loops.js": (),
    "marks.js": (),
    "lz4.js": (),
    "crc32.js": (),
    "pixels.js": (),
    "control.js": (),
    "session.js": ("announced", "picture", "problem", "pace", "isAlive", "isUnchanged", "saidAt"),
    "acknowledgements.js": ("announced", "input", "shown", "#received", "#drawn", "#awaited"),
    "outage.js": (
        *("state", "patience", "wasSilent", "finish", "isOver", "MOST_PATIENCE", "PATIENCE"),
        *("FIRST_RETRY", "LAST_RETRY", "NO_STREAM", "reason", "retryAt", "#isAbsent"),
    ),
}
"""Files of the decoder and viewer, and the functions, fields and constants in them that the vectors are not about."""
JOBS = 2
PATIENCE = 10.0
"""Seconds; a fault may well be an endless loop."""


def all_cases() -> list[Case]:
    """The vectors that the program claims."""
    with Pipe([node(), str(ROOT / PROGRAM)]) as pipe:
        claims = parse_claims(next(pipe.ask([["conformance 1"]])).split())
    assert claims
    return [case for case in cases(claims) if case.needs <= claims.features]


def survivors(faulty: Sequence[Mutant], put: Sequence[Case]) -> list[Mutant]:
    """Those whose fault no vector finds."""
    with TemporaryDirectory() as folder, ThreadPoolExecutor(JOBS) as pool:
        copies: SimpleQueue[Path] = SimpleQueue()
        for job in range(JOBS):
            copies.put(_copied(Path(folder) / f"{job}"))
        survived = pool.map(lambda mutant: _survives(mutant, put, copies), faulty)
        return [mutant for mutant, is_so in zip(faulty, survived, strict=True) if is_so]


def _copied(place: Path) -> Path:
    shutil.copytree(FOLDER, place / "web")
    shutil.copytree((ROOT / PROGRAM).parent, (place / PROGRAM).parent)
    shutil.copy(ROOT / "package.json", place)
    return place


def _survives(mutant: Mutant, put: Sequence[Case], copies: "SimpleQueue[Path]") -> bool:
    place = copies.get()
    file = place / "web" / mutant.file
    pristine = file.read_text()
    file.write_text(mutant.text)
    try:
        with Pipe([node(), str(place / PROGRAM)], PATIENCE, quiet=True) as pipe:
            return not any(fault for _, fault in answers(pipe, put))
    except BrokenProgram:
        return False
    finally:
        file.write_text(pristine)
        copies.put(place)

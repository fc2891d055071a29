"""Runs a fuzzer for a while, and reads what it says it did. Knows nothing of the laws."""

import hashlib
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from .targets import PROGRAMS, ROOT, TARGETS

PATIENCE = 120
"""Seconds beyond its own that a fuzzer may take: to begin, and for an input that does not end."""
MOST_AT_A_TIME = 180
"""Seconds after which a fuzzer begins anew with what it has learnt: atheris takes kilobytes for each input."""
_FIGURES = re.compile(r"#(\d+)\s+\w+\s+cov: (\d+) ft: (\d+) corp: (\d+)/")
_FINDINGS = ("crash-*", "timeout-*", "oom-*", "leak-*")
_INSTRUMENTED = re.compile(r"^INFO: Instrumenting .*\n", re.MULTILINE)
_TAIL = 4000


class Report(NamedTuple):
    """What a fuzzer did."""

    name: str
    seconds: int
    executions: int
    edges: int
    features: int
    corpus: int
    findings: list[Path]
    """Inputs that broke the law."""
    said: str
    """The end of what it said, where it did not end well."""

    @property
    def is_right(self) -> bool:
        """It ended as it should, and found nothing."""
        return not (self.findings or self.said)


def build() -> None:
    """Make the programs in C that are not as their sources are, and the client that `agree` asks."""
    programs = [name for name in TARGETS if name.startswith("c-")]
    paths = [str((PROGRAMS / name).relative_to(ROOT)) for name in programs]
    subprocess.run(["make", "--silent", "clients", *paths], cwd=ROOT, check=True)


def run(name: str, seconds: int, folder: Path, seed: int = 0) -> Report:
    """Fuzz one target for so long; its corpus is kept in the folder. A seed of 0 is another one each time."""
    reports: list[Report] = []
    for begin in range(0, seconds, MOST_AT_A_TIME):
        reports.append(_run(name, min(seconds - begin, MOST_AT_A_TIME), folder, seed))
        if not reports[-1].is_right:
            break
    return reports[-1]._replace(
        seconds=sum(report.seconds for report in reports),
        executions=sum(report.executions for report in reports),
    )


def _run(name: str, seconds: int, folder: Path, seed: int) -> Report:
    target = TARGETS[name]
    corpus, begin = folder / "corpus", folder / "seeds"
    for path in (corpus, begin):
        path.mkdir(parents=True, exist_ok=True)
    for data in target.begin:
        (begin / hashlib.sha1(data).hexdigest()).write_bytes(data)
    options = [
        *(f"-max_total_time={seconds}", f"-max_len={target.most}", "-timeout=60"),
        *("-rss_limit_mb=3000", "-malloc_limit_mb=64", f"-artifact_prefix={folder}/"),
        *([f"-seed={seed}"] if seed else []),
    ]
    log = folder / "log"
    with log.open("wb") as said:
        command = [*target.command, *options, str(corpus), str(begin)]
        try:
            code = subprocess.run(
                command, cwd=ROOT, stdout=said, stderr=said, check=False, timeout=seconds + PATIENCE
            ).returncode
        except subprocess.TimeoutExpired:
            code = None
    return _report(name, seconds, folder, log.read_text(errors="replace"), code)


def _report(name: str, seconds: int, folder: Path, said: str, code: int | None) -> Report:
    figures = [tuple(map(int, match.groups())) for match in _FIGURES.finditer(said)]
    findings = [path for pattern in _FINDINGS for path in sorted(folder.glob(pattern))]
    executions, edges, features, corpus = figures[-1] if figures else (0, 0, 0, 0)
    said = _INSTRUMENTED.sub("", said)
    end = "" if code == 0 else said[-_TAIL:]
    return Report(name, seconds, executions, edges, features, corpus, findings, end)

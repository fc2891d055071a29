"""`python -m tests.fuzz TARGET|all [--seconds N]`: fuzzes for longer, and says what was done and found.

Corpora are kept in build/fuzz, so that the next run goes on from there.
"""

import argparse
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from .run import Report, build, run
from .targets import ROOT, TARGETS

AT_ONCE = 2
HEAD = f"{'target':14}{'seconds':>8}{'executions':>12}{'edges':>8}{'features':>10}{'corpus':>8}{'findings':>10}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=[*TARGETS, "all"])
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    arguments = parser.parse_args()
    names = list(TARGETS) if arguments.target == "all" else [arguments.target]
    build()
    print(HEAD, flush=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        reports = list(pool.map(partial(_run, seconds=arguments.seconds), names))
    for report in reports:
        _keep(report)
    return int(not all(report.is_right for report in reports))


def _run(name: str, seconds: int) -> Report:
    report = run(name, seconds, ROOT / "build" / "fuzz" / name)
    print(
        f"{name:14}{report.seconds:8}{report.executions:12}{report.edges:8}{report.features:10}"
        f"{report.corpus:8}{len(report.findings):10}",
        flush=True,
    )
    return report


def _keep(report: Report) -> None:
    """Put the inputs of findings into the working folder, and say what is to be done with them."""
    if report.said:
        print(f"\n{report.name} did not end well:\n{report.said}")
    seeds = TARGETS[report.name].seeds.__name__
    for path in report.findings:
        kept = Path(f"{report.name}-{path.name}")
        shutil.move(path, kept)
        print(
            f"{kept} broke the law of {report.name}. Mend the kind of fault; then put the input into "
            f"tests/fuzz/found.py under '{seeds}', and what of it is of the protocol into tests/vectors/."
        )


if __name__ == "__main__":
    raise SystemExit(main())

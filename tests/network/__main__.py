"""`python -m tests.network [SECONDS]`: play everything, print the tables of docs/network.md. Needs root."""

import sys

from tests.network import report
from tests.network.lab import CONGESTION_CONTROLS, LabError
from tests.network.scenarios import LARGE, LONG, SCENARIOS, SMALL, play
from tests.network.stalled import beside_stalled, vanish

PATIENCE = 30
"""Seconds."""


def main() -> None:
    """Print the figures; ends with exit code 1 and one sentence when that cannot be done."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else LONG
    try:
        _print_all(seconds)
    except LabError as error:
        sys.exit(str(error))


def _print_all(seconds: float) -> None:
    _say(f"{report.machine()}; {seconds:g} s each\n\n{report.ONE_VIEWER}")
    for scenario in SCENARIOS.values():
        for control in CONGESTION_CONTROLS:
            _say(report.one_viewer(scenario, control, play(scenario, control, seconds)))
    _say(f"\n{report.STALLED}")
    for control in CONGESTION_CONTROLS:
        _say(report.beside(control, beside_stalled(control, seconds)))
    _say("")
    for what, side in (("3 kB", SMALL), ("65 kB", LARGE)):
        for control in CONGESTION_CONTROLS:
            try:
                _say(report.vanished(control, what, vanish(side, control, PATIENCE)))
            except AssertionError as error:
                _say(f"Of ten viewers of {what} pictures {error} ({control}).")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

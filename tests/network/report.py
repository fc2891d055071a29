"""The tables that a run prints. Knows nothing of how their figures were come by."""

import os
import platform
import time

from tests.network.scenarios import Outcome, Scenario
from tests.network.stalled import Beside, Vanished

ONE_VIEWER = (
    "| one viewer | TCP | pictures/s | of the link | age of a picture, ms | age of the screen, ms | fresh again |\n"
    "|---|---|---|---|---|---|---|"
)
STALLED = (
    "| 50 stalled viewers beside one | TCP | its pictures/s | its pictures' age, ms | its screen's age, ms |"
    " server's memory | kernel's | encodings |\n"
    "|---|---|---|---|---|---|---|---|"
)


def machine() -> str:
    """Where and when the run is made."""
    return (
        f"Linux {platform.release()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{time.strftime('%d %B %Y')}, load {os.getloadavg()[0]:.1f}"
    )


def one_viewer(scenario: Scenario, congestion_control: str, outcome: Outcome) -> str:
    """A row of the first table."""
    result = outcome.figures
    share = "" if outcome.share is None else f"{outcome.share:.0%}"
    again = "" if outcome.fresh_again is None else f"{outcome.fresh_again:.2f} s"
    return (
        f"| {scenario.title} | {congestion_control} | {result.rate:.1f} | {share} | {result.applied} | "
        f"{result.shown} | {again} |"
    )


def beside(congestion_control: str, outcome: Beside) -> str:
    """Two rows of the second table."""
    alone, crowded = outcome.alone, outcome.beside
    return (
        f"| alone | {congestion_control} | {alone.rate:.1f} | {alone.applied} | {alone.shown} | | | |\n"
        f"| beside them | {congestion_control} | {crowded.rate:.1f} | {crowded.applied} | {crowded.shown} | "
        f"+{outcome.grown / 1e6:.1f} MB | {outcome.kernel_bytes / 1e6:.1f} MB | {outcome.encodings} |"
    )


def vanished(congestion_control: str, what: str, outcome: Vanished) -> str:
    """A sentence."""
    return (
        f"{outcome.before} viewers of {what} pictures whose host vanished are forgotten after "
        f"{outcome.forgotten_after:.1f} s ({congestion_control})."
    )

"""`python -m bench.publish`: put the figures of docs/benchmarks.json into docs/benchmarks.md, and draw them.

Knows nothing of how figures are come by.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from .plots import draw
from .report import ratio_of_turns
from .run import Cell
from .servers import SERVERS
from .targets import Result, results

DOCS = Path(__file__).parent.parent / "docs"
BEGIN, END = "<!-- figures: written by python -m bench.publish -->\n", "<!-- end of figures -->\n"


def main(docs: Path) -> None:
    """Read the JSON, draw, and write between the page's two marks."""
    run: dict[str, Any] = json.loads((docs / "benchmarks.json").read_text())
    cells = [Cell(**cell) for cell in run["cells"]]
    draw(cells, docs)
    page = docs / "benchmarks.md"
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{figures(run, cells)}\n{END}{after}")


def figures(run: dict[str, Any], cells: Sequence[Cell]) -> str:
    """The part of the page that comes from a run."""
    about = "\n".join(
        f"- {name}: {run[name]}" for name in ("command", "machine", "versions", "load")
    )
    return "\n\n".join(
        [
            about,
            "### What was to be reached",
            _table(_TARGET_HEAD, map(_target, (r for r in results(cells) if r.reached is not None))),
            "### All figures",
            _table(_CELL_HEAD, _cells(cells)),
        ]
    ) + "\n"  # fmt: skip


_TARGET_HEAD = ("content", "step", "what", "against", "at most", "reached", "met")
_CELL_HEAD = (
    "content", "step", "server", "CPU %", "least - most", "ws-stream's CPU : this", "CPU us per picture", "kB/s",
    "B per picture", "new pictures/s, of all", "wake-ups/s", "PSS MB", "exact", "largest error", "PSNR dB",
    "age ms p50 / p95 / p99",
)  # fmt: skip


def _target(result: Result) -> tuple[str, ...]:
    target = result.target
    return (
        result.group,
        str(target.step),
        target.what,
        SERVERS[target.rival].title if target.rival else "",
        f"{target.limit:.2f}{target.unit}",
        f"{result.reached:.2f}{target.unit}",
        "yes" if result.met else "**no**",
    )


def _cells(cells: Sequence[Cell]) -> Iterable[tuple[str, ...]]:
    ours = {(cell.content, cell.step): cell for cell in cells if cell.server == "ws-stream"}
    for cell in cells:
        own = ours.get((cell.content, cell.step))
        yield (
            cell.content,
            str(cell.step),
            " ".join(filter(None, (SERVERS[cell.server].title, cell.options))),
            f"{cell.cpu:.2f}",
            f"{cell.cpu_least:.1f} - {cell.cpu_most:.1f}",
            f"{ratio_of_turns(own, cell):.2f}" if own and own is not cell else "",
            f"{cell.per_picture:.0f}",
            f"{cell.bytes / 1000:.0f}",
            f"{cell.bytes_per_picture:.0f}",
            f"{cell.pictures:.1f} of {cell.offered:.1f}" if cell.offered else "",
            f"{cell.wake_ups:.0f}",
            f"{cell.proportional:.0f}",
            "" if cell.exact is None else f"{cell.exact:.0%}",
            "" if cell.max_error is None else str(cell.max_error),
            "" if cell.psnr is None else f"{cell.psnr:.1f}",
            " / ".join(f"{age:.0f}" for age in cell.ages or ()),
        )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS)

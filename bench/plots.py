"""Drawings of a run: one dot for each server, content by content. Knows nothing of how figures are come by."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from .content import CONTENTS
from .run import Cell
from .servers import SERVERS


class Look(NamedTuple):
    """How a server is drawn; told apart by shape as well as by colour."""

    colour: str
    marker: str
    size: float


LOOKS = {
    "flask-pil": Look("#c8872e", "s", 6),
    "simplejpeg": Look("#a8443a", "D", 5.5),
    "whole-lz4": Look("#8a949c", "v", 6.5),
    "x11vnc-tight": Look("#5f8a3c", "^", 6.5),
    "x11vnc-zrle": Look("#9dbb6f", ">", 6.5),
    "ws-stream": Look("#0b5f94", "o", 9),
}
"""The last is drawn on top."""
APART = 0.1
"""Rows between the dots of two servers, so that none hides another."""
FEW_DECADES = 3000
"""Up to this ratio of its ends an axis has room for 2 and 5 as well."""
INK, PALE = "#39434b", "#e4e8eb"
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "ws-stream",  # the same figures give the same file
    "font.family": "sans-serif",
    "font.sans-serif": ["Helvetica", "Arial", "DejaVu Sans", "sans-serif"],
    "font.size": 10,
    **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
}


class Plot(NamedTuple):
    """One drawing."""

    file: str
    title: str
    value: Callable[[Cell], float | None]
    until: Callable[[Cell], float | None] = lambda _: None
    """Where a line from the dot ends, if there is one."""
    least: float = 0
    """What is less is drawn here."""


PLOTS = (
    Plot("benchmark-cpu.svg", "CPU of the server, % of one core", lambda cell: cell.cpu, least=0.1),
    Plot(
        "benchmark-bytes.svg",
        "Sent, bytes per second (nothing: at 1k)",
        lambda cell: cell.bytes,
        least=1000,
    ),
    Plot(
        "benchmark-age.svg",
        "Age of a new picture at the viewer, ms: median, and a line to p95",
        lambda cell: cell.ages and cell.ages[0],
        lambda cell: cell.ages and cell.ages[1],
        least=1,
    ),
)


def draw(cells: Sequence[Cell], folder: Path) -> list[Path]:
    """Draw all of them as SVG; returns the files."""
    with mpl.rc_context(STYLE):
        return [_draw(plot, cells, folder / plot.file) for plot in PLOTS]


def _draw(plot: Plot, cells: Sequence[Cell], path: Path) -> Path:
    shown = [cell for cell in cells if cell.server in LOOKS and CONTENTS.get(cell.content)]
    shown = [cell for cell in shown if CONTENTS[cell.content].per_second == 30]  # noqa: PLR2004
    contents = [name for name in CONTENTS if any(cell.content == name for cell in shown)]
    figure = Figure(figsize=(9.2, 1.5 + 0.42 * len(contents)), facecolor="white")
    panels = figure.subplots(1, 2, sharey=True, sharex=True)
    for panel, step in zip(panels, (4, 1), strict=True):
        _panel(panel, plot, [cell for cell in shown if cell.step == step], contents)
        title = "every 4th pixel and row: 256x150" if step == 4 else "every pixel: 1024x600"  # noqa: PLR2004
        panel.set_title(title, fontsize=10, loc="left", pad=8)
    present = [name for name in reversed(LOOKS) if any(cell.server == name for cell in shown)]
    figure.text(0.015, 0.965, plot.title, fontsize=12, fontweight="bold", va="top")
    marks = [_mark(name) for name in present]
    figure.legend(handles=marks, loc="lower center", ncol=len(marks), frameon=False, fontsize=9,
                  handletextpad=0.3, columnspacing=1.6)  # fmt: skip
    figure.subplots_adjust(left=0.11, right=0.985, top=1 - 0.75 / figure.get_figheight(),
                           bottom=0.75 / figure.get_figheight(), wspace=0.06)  # fmt: skip
    figure.savefig(path, metadata={"Date": None})
    return path


def _panel(panel: Axes, plot: Plot, cells: Sequence[Cell], contents: Sequence[str]) -> None:
    panel.set_yticks(range(len(contents)), contents)
    panel.set_ylim(len(contents) - 0.4, -0.6)
    panel.tick_params(length=0)
    panel.grid(axis="x", color=PALE, linewidth=1)
    panel.set_axisbelow(True)
    for side in panel.spines.values():
        side.set_visible(False)
    for row in range(len(contents)):
        panel.axhline(row, color=PALE, linewidth=1, zorder=0)
    for layer, (server, look) in enumerate(LOOKS.items()):
        for cell in cells:
            value, until = plot.value(cell), plot.until(cell)
            if cell.server != server or value is None:
                continue
            y = contents.index(cell.content) + APART * (layer - len(LOOKS) / 2)
            if until is not None:
                panel.plot(
                    [value, until], [y, y], color=look.colour, linewidth=1.6, zorder=layer + 2
                )
            panel.plot(max(value, plot.least), y, look.marker, color=look.colour, markersize=look.size,
                       markeredgecolor="white", markeredgewidth=0.8, zorder=layer + 2)  # fmt: skip
    _axis(panel)


def _axis(panel: Axes) -> None:
    """A logarithmic one with few words."""
    panel.set_xscale("log")
    lowest, highest = panel.get_xlim()
    digits = (1.0, 2.0, 5.0) if highest / lowest < FEW_DECADES else (1.0,)
    panel.xaxis.set_major_locator(LogLocator(subs=digits))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))


def short(value: float) -> str:
    """2000000 is 2M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def _mark(server: str) -> Line2D:
    look = LOOKS[server]
    return Line2D([], [], color=look.colour, marker=look.marker, linestyle="none",
                  markersize=look.size, markeredgecolor="white", label=SERVERS[server].title)  # fmt: skip

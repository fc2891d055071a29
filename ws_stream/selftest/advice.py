"""What measured figures say to the owner of a device: a table, and what to change. All text fits 80 columns.

Knows nothing of how the figures were come by.
"""

import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ..limits import MAX_STEP
from ..pixels.rendition import Rendition
from .run import Figures

COLUMNS = 80
LIGHT = 5.0
"""Percent of a core: what takes no more needs no advice."""
HEAVY = 50.0
"""Percent of a core: what takes more leaves little to other programs."""
MOST_OF_IT = 0.5
"""A stage over this share of a picture's cost is worth naming."""
HARDLY_PACKED = 0.3
"""What is sent of a picture, over which its content is noise to the packer."""
ETHERNET = 11.0
"""MB/s that 100 Mbit Ethernet carries, and a good WLAN."""
SMALL = 65536
"""Bytes of a message whose sending costs about what an empty one's does."""
TOO_SLOW = 0.1
"""Share of pictures skipped for the viewer."""
TOLERANCE = 8

_WIDTHS = 10, 10, 10, 11, 10, 11, 11, 7
"""Of the table's columns."""
_HEAD = "us of CPU time per picture", "bytes per", "% of core", "most"
_SUBHEAD = "", "take", "encode", "wake", "all", "picture", "at {rate:.3g}/s", "per s"
_LEGEND = """\
50%, 95%    of all pictures cost no more than this
take        read the memory, shrink it, mark the pixels that changed
encode      pack what changed, and send it
wake        all the rest: waking up, control messages, acknowledgements
"""
_PARAGRAPH = textwrap.TextWrapper(
    COLUMNS, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False
)


class Device(NamedTuple):
    """What is installed."""

    compiled: bool
    """The walk is the compiled one."""
    uvloop: bool
    can_compile: bool = sys.byteorder == "little"
    """A compiler would bring the compiled walk."""


class Case(NamedTuple):
    """What advice is given on: the figures of all contents, how they were served, and on what."""

    found: Sequence[Figures]
    rendition: Rendition
    device: Device


def table(found: Sequence[Figures]) -> str:
    """The figures, two lines for each content, and what the columns mean."""
    stages_width = sum(_WIDTHS[:5])
    lines = [
        _line(*_HEAD, widths=(stages_width, *_WIDTHS[5:])),
        _line(*(text.format(rate=found[0].rate) for text in _SUBHEAD)),
    ]
    for figures in found:
        stages = (figures.take, figures.encode, figures.send, figures.whole)
        medians, nearly_all = (
            map("{:,.0f}".format, values) for values in zip(*stages, strict=True)
        )
        rest = f"{figures.bytes:,.0f}", f"{figures.share:.1f}", f"{figures.most:,.0f}"
        lines += [
            _line(f"{figures.workload[:5]:5}  50%", *medians, *rest),
            _line("95%", *nearly_all),
        ]
    return "\n".join([*lines, "", _LEGEND])


def _line(*cells: str, widths: Sequence[int] = _WIDTHS) -> str:
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=False))


def advice(case: Case) -> list[str]:
    """What to change, most important first; never empty."""
    sentences = [s for rule in _RULES for s in rule(case)] or list(_in_general(case))
    return [_PARAGRAPH.fill(sentence) for sentence in sentences]


def _too_much(case: Case) -> Iterator[str]:
    for figures in case.found:
        if figures.share > 100:  # noqa: PLR2004 - percent
            yield (
                f"{figures.workload}: one core holds about {figures.most:.0f} pictures per second, "
                f"not {figures.rate:.3g}: --fps {max(1, int(figures.most / 2))} would take half of it"
            )
        elif figures.share > HEAVY:
            yield (
                f"{figures.workload}: {figures.share:.0f} % of a core is a lot: 'ws-stream serve --cpu-budget 30' "
                "lowers the rate, then the size, while such pictures come"
            )


def _reading(case: Case) -> Iterator[str]:
    named = _mostly(case, lambda figures: figures.take.median)
    if named and case.rendition.average:
        yield (
            f"{named}: reading memory is most of it, as --average reads every pixel; without it only one of "
            f"{case.rendition.step**2} would be read"
        )
    elif named:
        yield f"{named}: reading memory is most of it: {_coarser(case, 'read')}"


def _packing(case: Case) -> Iterator[str]:
    heavy = [f for f in case.found if f.bytes > HARDLY_PACKED * f.size]
    light = [f for f in case.found if f not in heavy]
    if heavy and not case.rendition.tolerance:
        packed = max(figures.bytes / figures.size for figures in heavy)
        yield (
            f"{_names(heavy)}: hardly packs, {packed * 100:.0f} % of it is sent: --tolerance {TOLERANCE} "
            f"would send only pixels that moved by more than {TOLERANCE} of 255, "
            "and a still picture exactly after a second"
        )
    elif heavy and case.rendition.depth == Rendition().depth:
        yield f"{_names(heavy)}: hardly packs: --depth 16 would leave fewer bits to send of each pixel"
    named = _mostly(case._replace(found=light), lambda figures: figures.encode.median)
    if named:
        yield f"{named}: encoding is most of it: {_coarser(case, 'compare and pack')}"


def _sending(case: Case) -> Iterator[str]:
    small = case._replace(found=[f for f in case.found if f.bytes < SMALL])
    named = _mostly(small, lambda figures: figures.send.median)
    if named:
        yield (
            f"{named}: waking up is most of it, which hardly depends on the picture's size: "
            "a lower --fps saves, a larger --step does not"
        )


def _network(case: Case) -> Iterator[str]:
    for figures in case.found:
        rate = min(figures.rate, figures.most)
        flow = figures.bytes * rate / 1e6
        if flow > ETHERNET:
            yield (
                f"{figures.workload}: {flow:.0f} MB/s is more than 100 Mbit Ethernet or most WLANs carry; a viewer "
                f"there would be sent about {ETHERNET * 1e6 / figures.bytes:.0f} pictures per second"
            )


def _viewer(case: Case) -> Iterator[str]:
    slow = [figures for figures in case.found if figures.skipped > TOO_SLOW]
    if slow:
        share = max(figures.skipped for figures in slow)
        yield (
            f"{_names(slow)}: the viewer that runs on this device for the measurement was too slow "
            f"for {share * 100:.0f} % of the pictures; they are not in the figures, "
            "and a browser elsewhere may be quicker"
        )


def _installed(case: Case) -> Iterator[str]:
    if case.device.can_compile and not case.device.compiled:
        yield "no compiled walk: all is done in numpy; install gcc and python3-dev, then ws-stream again"
    if not case.device.uvloop:
        yield "uvloop is not installed, with which sending costs less: pip install 'ws-stream[fast]'"


def _nothing(case: Case) -> Iterator[str]:
    most = max(figures.share for figures in case.found)
    if most <= LIGHT:
        yield f"this takes {most:.1f} % of one core at most: nothing has to change"


def _in_general(case: Case) -> Iterator[str]:
    yield f"no stage stands out: a lower --fps saves of each, and {_coarser(case, 'all of them')}"


_RULES: Sequence[Callable[[Case], Iterator[str]]] = (
    _nothing,
    _too_much,
    _reading,
    _packing,
    _sending,
    _network,
    _viewer,
    _installed,
)


def _mostly(case: Case, stage: Callable[[Figures], float]) -> str:
    """The contents that are not light, and whose cost is mostly this stage's."""
    return _names(
        [
            figures
            for figures in case.found
            if figures.share > LIGHT and stage(figures) > MOST_OF_IT * figures.whole.median
        ]
    )


def _names(found: Sequence[Figures]) -> str:
    return ", ".join(figures.workload for figures in found)


def _coarser(case: Case, verb: str) -> str:
    step = 2 * case.rendition.step
    if step > MAX_STEP:
        return f"--crop X,Y,W,H would leave less to {verb}"
    return f"--step {step} would leave a quarter of the pixels to {verb}"

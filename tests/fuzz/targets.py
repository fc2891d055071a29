"""What is fuzzed: a row for each law. A new one is a row here, a law, and seeds."""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.node import node

from . import seeds
from .found import FOUND

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / "build" / "fuzz" / "bin"


class Target(NamedTuple):
    """A program that tries inputs, with the options of libFuzzer."""

    command: Sequence[str]
    seeds: Callable[[], Iterable[bytes]]
    most: int = 4096
    """Bytes of an input."""

    @property
    def is_python(self) -> bool:
        """Whether it takes atheris, which is not built for every machine."""
        return self.command[0] == sys.executable

    @property
    def begin(self) -> set[bytes]:
        """The inputs that are tried first."""
        found = (data for _, data in FOUND.get(self.seeds.__name__, ()))
        return {*self.seeds(), *found}


def _python(law: str) -> Sequence[str]:
    return [sys.executable, "-m", "tests.fuzz.python", law]


def _c(name: str) -> Sequence[str]:
    return [str(PROGRAMS / f"c-{name}")]


def _javascript(law: str) -> Sequence[str]:
    return [node(), "tests/web/fuzz/fuzz.js", law]


TARGETS: Mapping[str, Target] = {
    "session": Target(_python("session"), seeds.session),
    "control": Target(_python("control"), seeds.control),
    "request": Target(_python("request"), seeds.request, 512),
    "http": Target(_python("http"), seeds.http),
    "tokens": Target(_python("tokens"), seeds.tokens, 1024),
    "config": Target(_python("config"), seeds.config, 2048),
    "xwd": Target(_python("xwd"), seeds.xwd, 2048),
    "ring": Target(_python("ring"), seeds.ring, 2**15),
    "address": Target(_python("address"), seeds.address, 2048),
    "recording": Target(_python("recording"), seeds.recording),
    "lz4": Target(_python("lz4"), seeds.lz4),
    "c-session": Target(_c("session"), seeds.session),
    "c-client": Target([*_c("client"), "-len_control=0"], seeds.nothing, 2000),
    "c-unpack": Target(_c("unpack"), seeds.lz4),
    "c-history": Target([*_c("history"), "-len_control=0"], seeds.nothing, 8192),
    "c-source": Target([*_c("source"), "-len_control=0"], seeds.nothing, 512),
    "c-board": Target(_c("board"), seeds.board),
    "c-block": Target(_c("block"), seeds.block, 8192),
    "js-session": Target(_javascript("session"), seeds.session),
    "js-recording": Target(_javascript("recording"), seeds.recording),
    "js-png": Target(_javascript("png"), seeds.png),
}

"""Python, JavaScript and C make the same of messages that chance has harmed, and of an hour of a real screen."""

import json
import random
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bench.content.scenes import dashboard, scrolling
from bench.content.screen import Screen, Stage, screen
from ws_stream import open_source
from ws_stream.pixels.formats import FORMATS, reduced
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.walk import new_walk

from ..node import node

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests" / "vectors" / "valid.json").read_text())
KNOWN_TO_ALL = {pixel_format.name for pixel_format in FORMATS}
SMALL = [
    vector
    for vector in VECTORS
    if len(vector["message"]) < 4000
    and "*" not in json.dumps(vector)
    and vector["base"]["format"] in KNOWN_TO_ALL
]
PYTHON = [sys.executable, "-m", "ws_stream.conformance"]
HARMED_EACH = 100
"""Messages made of one vector before the next is taken."""
BATCH = 20_000
"""Messages kept in memory at a time."""


def harmed(message: bytes, chance: random.Random) -> bytes:
    """With a few bytes changed; at times cut, or longer."""
    changed = bytearray(message)
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(len(changed))
        changed[at] = chance.choice(
            (chance.randrange(256), changed[at] ^ 1 << chance.randrange(8), changed[at - 1])
        )
    if chance.random() < 0.05:
        del changed[chance.randrange(len(changed)) :]
    if chance.random() < 0.05:
        changed += chance.randbytes(chance.randrange(9))
    return bytes(changed)


def commands(count: int, chance: random.Random) -> Iterator[str]:
    for _ in range(count // HARMED_EACH):
        vector = chance.choice(SMALL)
        base, message = vector["base"], bytes.fromhex(vector["message"])
        yield "announce {epoch} {format} {width} {height}".format(**base)
        if base["number"]:
            yield f"hold {base['number']} {base['pixels']}"
        for _ in range(HARMED_EACH):
            yield "hold"
            yield f"picture {harmed(message, chance).hex() or '-'}"


def made_of(program: Sequence[str], lines: Sequence[str]) -> list[Any]:
    """Of each answer number, time, checksum, whether to acknowledge, and side data; or that it is refused."""
    text = "".join(line + "\n" for line in ["conformance 1", *lines])
    done = subprocess.run(program, cwd=ROOT, input=text, capture_output=True, text=True, check=True)
    return [
        [*words[:5], words[5] if words[5] == "-" else json.loads(bytes.fromhex(words[5]))]
        if words[0] == "applied"
        else words[0]
        for words in map(str.split, done.stdout.splitlines()[1:])
    ]


@pytest.fixture(scope="module")
def others() -> dict[str, Sequence[str]]:
    """Those that are compared with Python, as far as they can be built here."""
    found: dict[str, Sequence[str]] = {
        "JavaScript": [node(), str(ROOT / "tests" / "web" / "conformance.js")]
    }
    if shutil.which("cc") and shutil.which("make"):
        subprocess.run(["make", "-s", "clients"], cwd=ROOT, check=True)
        found["C"] = ["build/clients/c/conformance"]
    return found


def compare(lines: Sequence[str], others: Mapping[str, Sequence[str]], where: str) -> list[Any]:
    """What Python makes of them, once the others are seen to make the same."""
    python = made_of(PYTHON, lines)
    for name, program in others.items():
        for line, ours, theirs in zip(lines, python, made_of(program, lines), strict=True):
            assert ours == theirs, f"{where}: {name}: {line[:9000]}"
    return python


@pytest.mark.parametrize("messages", [2_000, pytest.param(1_000_000, marks=pytest.mark.long)])
@pytest.mark.timeout(7200)
def test_all_make_the_same_of_harmed_messages(
    messages: int, others: Mapping[str, Sequence[str]]
) -> None:
    for batch in range(max(1, messages // BATCH)):
        seed = random.randrange(2**32)
        lines = list(commands(min(messages, BATCH), random.Random(seed)))
        compare(lines, others, f"batch {batch}, seed {seed}")


class Watched:
    """A real screen, as viewers of several renditions are sent it."""

    def __init__(self, display: Screen) -> None:
        self.source = open_source(f"xwd:{display.framebuffer}")
        self.sent = 0
        self._walk, self._turn = new_walk(1000), 0
        size = display.width, display.height
        for variant, rendition in enumerate(RENDITIONS):
            self._walk.open(variant, self.source.format, rendition, size, variant)
            place = self._walk.join(-1, variant, False, -1.0, 0.0)
            self._walk.announced(place, 0.0)
        self._size = size

    def batch(self, count: int) -> dict[int, list[tuple[int, bytes]]]:
        """So many messages: of each rendition the checksum of the picture, and the message."""
        made: dict[int, list[tuple[int, bytes]]] = {place: [] for place in range(len(RENDITIONS))}
        until = self.sent + count
        while self.sent < until:
            picture = self.source.poll()
            assert picture
            self._turn += 1
            self._walk.publish(picture.pixels, None, self._turn, float(self._turn))
            for place, message in self._walk.messages():
                made[place].append((zlib.crc32(self._walk.picture(place)), message))
                self.sent += 1
        return made

    def held(self, variant: int) -> str:
        """What a viewer holds after all that was sent."""
        return f"hold {self._walk.state(variant)[1]} {self._walk.picture(variant).hex()}"

    def announcement(self, variant: int) -> str:
        kept = reduced(self.source.format, RENDITIONS[variant].depth)
        width, height = RENDITIONS[variant].size(*self._size)
        return f"announce {variant} {kept} {width} {height}"


RENDITIONS = [
    Rendition(),
    Rendition(step=2, average=True),
    Rendition(Crop(9, 9, 301, 150), 1, depth=16),
]
AN_HOUR = 30 * 3600
"""Pictures."""


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("stage", [scrolling, dashboard], ids=["terminal", "page"])
def test_all_show_an_hour_of_pictures_of_a_real_screen(
    stage: Stage, others: Mapping[str, Sequence[str]]
) -> None:
    """As many as an hour has, taken as quickly as the programs draw them; each is as the device kept it.

    The screen is as large as a line of the protocol over a pipe can say.
    """
    count = AN_HOUR // 2 if stage is scrolling else AN_HOUR // 20
    with screen(400, 280) as display, stage(display):
        watched = Watched(display)
        held: dict[int, list[str]] = {place: [] for place in range(len(RENDITIONS))}
        while watched.sent < count:
            for place, made in watched.batch(3000).items():
                lines = [watched.announcement(place), *held[place]]
                lines += [f"picture {message.hex()}" for _, message in made]
                answers = compare(lines, others, f"{stage.__name__}, {watched.sent}")
                shown = [words[3] for words in answers[len(lines) - len(made) :]]
                assert shown == [f"{crc:08x}" for crc, _ in made]
                held[place] = [watched.held(place)]

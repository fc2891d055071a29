"""Clients of different languages make the same of messages that chance has harmed."""

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests" / "vectors" / "valid.json").read_text())
SMALL = [
    vector for vector in VECTORS if len(vector["message"]) < 4000 and "*" not in json.dumps(vector)
]
PYTHON = [sys.executable, "-m", "ws_stream.conformance"]
C = ["build/clients/c/conformance"]
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


@pytest.mark.parametrize("messages", [2_000, pytest.param(1_000_000, marks=pytest.mark.long)])
@pytest.mark.timeout(3600)
def test_python_and_c_make_the_same_of_harmed_messages(messages: int) -> None:
    if not (shutil.which("cc") and shutil.which("make")):
        pytest.skip("there is no C compiler on this machine, or no make")
    subprocess.run(["make", "-s", "clients"], cwd=ROOT, check=True)
    for batch in range(max(1, messages // BATCH)):
        seed = random.randrange(2**32)
        lines = list(commands(min(messages, BATCH), random.Random(seed)))
        for line, python, c in zip(lines, made_of(PYTHON, lines), made_of(C, lines), strict=True):
            assert python == c, f"batch {batch}, seed {seed}: {line}"

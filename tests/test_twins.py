"""The Python and the JavaScript decoder agree on every message and every byte, also on invalid ones.

Were they not to, a recording or a relay would show what a browser refuses, or the other way round.
"""

import json
import struct
import subprocess
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import IO, Any, NamedTuple

from ws_stream.codec import decode
from ws_stream.errors import ChecksumError, ProtocolError
from ws_stream.pixels.frame import Frame, blank
from ws_stream.protocol.picture import is_picture

from .mutations import MUTATIONS, Parent, family
from .node import node

MESSAGES = 30_000
BATCH = 2_000

VERDICTS = ("applied", "refused", "checksum wrong", "ignored", "crashed")
ANSWER = struct.Struct("<BIQ32sI")
"""As twin.js writes it; the last is the length of the side data that follow, as JSON."""


class Answer(NamedTuple):
    """What a decoder made of a message: its verdict, and the picture held afterwards."""

    verdict: int
    number: int
    time: int
    pixels: bytes
    """SHA-256."""
    meta: Any


class Case(NamedTuple):
    mutation: str
    held: int
    data: bytes


def cases(parents: list[Parent]) -> Iterator[Case]:
    """The same messages every time."""
    random = Random(20_251_009)
    names = sorted(MUTATIONS) + ["change_a_block", "change_the_marks", "write_a_block"] * 3
    for _ in range(MESSAGES):
        parent, other = random.choices(parents, k=2)
        name = random.choice(names)
        yield Case(name, parent.held, MUTATIONS[name](random, parent.data, other.data))


def judged(case: Case, held: Frame) -> Answer:
    """What twin.js should answer."""
    verdict, picture = 0, blank(held.epoch, held.format, held.width, held.height)
    try:
        if is_picture(case.data):
            picture = decode(case.data, held)
        else:
            verdict, picture = 3, held
    except ChecksumError:
        verdict = 2
    except ProtocolError:
        verdict = 1
    pixels = sha256(picture.pixels.tobytes()).digest()
    return Answer(verdict, picture.number, picture.time, pixels, picture.meta)


class Twin:
    """A node process that decodes what it is sent."""

    def __init__(self, frames: list[Frame]) -> None:
        program = Path(__file__).with_name("twin.js")
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([node(), program], stdin=pipe, stdout=pipe)
        held = [
            {
                "code": frame.format.code,
                "epoch": frame.epoch,
                "number": frame.number,
                "time": frame.time,
                "width": frame.width,
                "height": frame.height,
                "pixels": frame.pixels.tobytes().hex(),
            }
            for frame in frames
        ]
        self._send(json.dumps(held).encode())

    def ask(self, batch: list[Case]) -> None:
        parts = [struct.pack("<II", case.held, len(case.data)) + case.data for case in batch]
        self._send(b"".join(parts))

    def answers(self) -> Iterator[Answer]:
        (length,) = struct.unpack("<I", self._read(4))
        reply, at = self._read(length), 0
        while at < length:
            *values, size = ANSWER.unpack_from(reply, at)
            at += ANSWER.size + size
            yield Answer._make((*values, json.loads(reply[at - size : at])))

    def close(self) -> int:
        self._pipe(self._process.stdin).close()
        self._pipe(self._process.stdout).close()
        return self._process.wait()

    def _send(self, data: bytes) -> None:
        pipe = self._pipe(self._process.stdin)
        pipe.write(struct.pack("<I", len(data)) + data)
        pipe.flush()

    def _read(self, length: int) -> bytes:
        data = self._pipe(self._process.stdout).read(length)
        assert len(data) == length, "twin.js ended early; its reason is on stderr"
        return data

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe
        return pipe


def compare(twin: Twin, frames: list[Frame], batch: list[Case]) -> Counter[tuple[str, str]]:
    """How often each mutation led to each verdict. Both sides work at the same time."""
    twin.ask(batch)
    expected = [judged(case, frames[case.held]) for case in batch]
    seen: Counter[tuple[str, str]] = Counter()
    for case, python, javascript in zip(batch, expected, twin.answers(), strict=True):
        assert javascript == python, difference(case, frames[case.held], python, javascript)
        seen[case.mutation, VERDICTS[python.verdict]] += 1
    return seen


def difference(case: Case, held: Frame, python: Answer, javascript: Answer) -> str:
    size = f"{held.width}x{held.height} {held.format}, number {held.number}"
    return (
        f"{case.mutation} onto {size}: Python {VERDICTS[python.verdict]} {python[1:]}, "
        f"JavaScript {VERDICTS[javascript.verdict]} {javascript[1:]}: {case.data.hex()}"
    )


def test_both_decoders_agree_on_every_message_and_every_byte() -> None:
    frames, parents = family()
    twin = Twin(frames)
    seen: Counter[tuple[str, str]] = Counter()
    unmutated = [Case("none", *parent) for parent in parents]
    todo = list(cases(parents))
    try:
        seen += compare(twin, frames, unmutated)
        for start in range(0, len(todo), BATCH):
            seen += compare(twin, frames, todo[start : start + BATCH])
    finally:
        status = twin.close()
    assert status == 0
    assert seen["none", "applied"] == len(unmutated)
    assert seen.total() == len(unmutated) + MESSAGES

    # Agreement means little where one verdict is rare: both decoders could be wrong in the same easy way.
    for verdict in ("applied", "refused"):
        assert sum(seen[name, verdict] for name in MUTATIONS) > MESSAGES // 5
        for name in ("change_a_block", "change_the_marks", "write_a_block"):
            assert seen[name, verdict] > MESSAGES // 50
    assert sum(seen[name, "checksum wrong"] for name in MUTATIONS) > MESSAGES // 500
    assert all(seen[name, "refused"] for name in MUTATIONS)
    assert seen["change_a_field", "ignored"] > 0

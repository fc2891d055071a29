"""Faults that change nothing that a message could show, each with its reason. A test fails for all others.

By file: the line, what it becomes, and why that makes no difference. "…" stands for anything.
"""

import re

from .operators import Mutant

_ANNOUNCED = "The size is the announced one, which was checked then."
_END = "Then the message ends elsewhere than where it should, which is refused as well."
_SHORTEST = "A block of that length unpacks to nothing, and no content is empty."
_LATER = "Content longer than the longest is refused as content."
_NUMPY = "numpy takes every negative length for the one that is left over."
_PAGE = "What the page makes of it has tests of its own."
_NO_LENGTH = "No content is of that length."
_MORE_ROOM = "The rest is not read."
_SPEED = "Both ways do the same."
_BEYOND = "What is read beyond the block is refused by the next check."
_NO_END = "Last literals must follow anyway."
_OVERWRITTEN = "What is copied too far is overwritten by what follows, which must."
_DRAWN = "When a picture is drawn late, or again, has tests of its own."
_CLOCK = "What the clock makes of it has tests of its own; any number may be asked with."

Entry = tuple[str, str, str]
EQUIVALENTS: dict[str, list[Entry]] = {
    "protocol/picture.py": [
        ("check_size(pixel_format, width, height)", "pass", _ANNOUNCED),
        ("if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):", "…", _ANNOUNCED),
        (
            'raise ProtocolError(f"a picture of {width}x{height}; a side is 1 to {MAX_SIDE}")',
            "pass",
            _ANNOUNCED,
        ),
        ("bool(flags & NO_ACK),", "bool(flags | NO_ACK),", "A session reads it by is_no_ack."),
        (
            "if position + length > len(view):",
            "if position - length > len(view):",
            _END,
        ),
        ('raise ProtocolError(f"segment {index}: its payload leaves the message")', "pass", _END),
        (
            "return (1, most - 1) if kind is Kind.LZ4 else (least, most)",
            "return (0, most - 1) if kind is Kind.LZ4 else (least, most)",
            _SHORTEST,
        ),
        (
            "return (1, most - 1) if kind is Kind.LZ4 else (least, most)",
            "return (2, most - 1) if kind is Kind.LZ4 else (least, most)",
            _SHORTEST,
        ),
    ],
    "protocol/extension.py": [
        (
            "if not 0 < len(value) <= MAX_SIDE_DATA:",
            "if not 1 < len(value) <= MAX_SIDE_DATA:",
            "No object is one byte long.",
        ),
        (
            "if not 0 < len(value) <= MAX_SIDE_DATA:",
            "if not 0 <= len(value) <= MAX_SIDE_DATA:",
            "Nothing is no JSON.",
        ),
        ("position, before = 0, -1", "position, before = 0, -2", "Tags begin at 0."),
    ],
    "protocol/json_text.py": [
        ('raise ValueError("too deep") from None', "pass", "It is then None, and no object."),
    ],
    "codec/decode.py": [
        (
            "pixels.flags.writeable = False",
            "pixels.flags.writeable = True",
            "It is a promise to the caller.",
        ),
        (
            "grid = np.zeros((2, *shape), np.uint8)",
            "grid = np.zeros((3, *shape), np.uint8)",
            "The third plane is not read.",
        ),
        (
            "padded[:, :3] = colours.reshape(-1, 3)",
            "padded[:, :3] = colours.reshape(-2, 3)",
            _NUMPY,
        ),
        (
            "pixels: NDArray[Any] = cells(colours.reshape(1, -1), pixel_format)[0]",
            "pixels: NDArray[Any] = cells(colours.reshape(1, -2), pixel_format)[0]",
            _NUMPY,
        ),
    ],
    "codec/unpack.py": [
        (
            "if end > len(data) or len(made) + literals > most:",
            "if end > len(data) and len(made) + literals > most:",
            "What follows them is missing, or " + _LATER.lower(),
        ),
        (
            "if end > len(data) or len(made) + literals > most:",
            "if end > len(data) or len(made) - literals > most:",
            _LATER,
        ),
        (
            "if not 0 < offset <= match_start or match_start + match > most:",
            "if not 0 < offset <= match_start or match_start - match > most:",
            _LATER,
        ),
        (
            "if not 0 < offset <= match_start or match_start + match > most:",
            "if not 0 < offset <= match_start or match_start + match >= most:",
            "A match that ends there leaves no room for the last literals.",
        ),
        (
            "made += (pattern * -(-match // len(pattern)))[:match]",
            "made += (pattern * -(-match * len(pattern)))[:match]",
            "Too many are cut off.",
        ),
        (
            "length, more = bits, _MORE if bits == _EXTENDED else 0",
            "length, more = bits, _MORE if bits == _EXTENDED else 1",
            "Only 255 goes on.",
        ),
    ],
    "wire.js": [
        ("checkSize(format, width, height);", ";", _ANNOUNCED),
        ("const areSides = [width, height]…", "…side >= 0…", "control.js refuses sides of 0."),
        (
            "const meta = table > HEADER_LENGTH ?…",
            "const meta = table >= HEADER_LENGTH ?…",
            "Of nothing there is none.",
        ),
        ("let before = -1;", "let before = -2;", "Tags begin at 0."),
        ("const isLength =…", "…length >= 0 &&…", _SHORTEST),
        ("const isLength =…", "…length > 1 &&…", _SHORTEST),
    ],
    "codec.js": [
        ("const picture = { epoch, number: 0,…", "…", "It is wiped before anybody sees it."),
        ("return Object.assign(picture, { number: 0, time: 0,…", "…time: 1,…", _PAGE),
        ("wipe(picture);", ";", "A session wipes it, too."),
        ("const most = contentLengths(format, width, rows)[1];", "…rows)[2];", _LATER),
        ("check(length >= 0 && loops.draw…", "check(length > 0 &&…", _SHORTEST),
        ("check(length >= 0 && loops.draw…", "check(length >= 1 &&…", _SHORTEST),
        ("return base === 0 ? [[0, height]] : segments.map…", "…", _PAGE),
    ],
    "loops.js": [
        ("return (rgba ??= new Uint32Array(width * height));", "…", _PAGE),
        ("convert: (first, end) => format.toRgba…", "…", _PAGE),
    ],
    "marks.js": [
        ("const ONES = new Uint8Array(256);", "const ONES = new Uint8Array(257);", _MORE_ROOM),
        ("for (let byte = 1; byte < 256; byte++) ONES…", "for (let byte = 0;…", "0 stays 0."),
        ("for (let byte = 1; byte < 256; byte++) ONES…", "…byte <= 256;…", _MORE_ROOM),
        ("for (let byte = 1; byte < 256; byte++) ONES…", "…byte < 257;…", _MORE_ROOM),
        ("wrong |= marks ? literal & ~marks : 1;", "…: 2;", "Any is wrong that is not 0."),
    ],
    "lz4.js": [
        ("…-1;", "…-0;", _NO_LENGTH),
        ("…-1;", "…-2;", _NO_LENGTH),
        ("const SHORT = 24;", "…", _SPEED),
        ("if (length < SHORT)…", "if (length <= SHORT)…", _SPEED),
        ("while (position < sourceEnd) {", "while (position <= sourceEnd) {", _BEYOND),
        ("for (let more = length === 15 ? 255 : 0;…", "…255 : 1;…", "Only 255 goes on."),
        ("if (position >= sourceEnd) return -1;", ";", _BEYOND),
        ("if (position >= sourceEnd) return -1;", "if (position > sourceEnd)…", _BEYOND),
        ("if (literalsEnd > sourceEnd || at + length > end) return -1;", ";", _BEYOND),
        ("if (literalsEnd > sourceEnd ||…", "if (literalsEnd > sourceEnd &&…", _BEYOND),
        ("if (literalsEnd > sourceEnd || at + length…", "…at - length…", _LATER),
        ("return isEnd ? at - start : -1;", "return isEnd ? at + start : -1;", "It starts at 0."),
        ("if (position + 2 > sourceEnd) return -1;", ";", _BEYOND),
        ("if (position + 2 > sourceEnd) return -1;", "if (position - 2 >…", _BEYOND),
        ("if (position + 2 > sourceEnd) return -1;", "if (position + 1 >…", _BEYOND),
        ("if (position + 2 > sourceEnd) return -1;", "if (position + 3 >…", _NO_END),
        ("if (position + 2 > sourceEnd) return -1;", "if (position + 2 >=…", _NO_END),
        ("if (offset === 0 ||…at + length > end) return -1;", "…at - length > end)…", _LATER),
        ("if (offset === 0 ||…at + length > end) return -1;", "…length >= end)…", _NO_END),
        ("for (let from = at - offset; at < end;)…", "…at <= end;)…", _OVERWRITTEN),
        ("const ready = Math.min(at - from, end - at);", "…end + at);", _OVERWRITTEN),
    ],
    "crc32.js": [
        ("const TABLES = Array.from({ length: 8 },…", "…{ length: 9 },…", _MORE_ROOM),
        ("const TABLES = Array.from({ length: 8 },…", "…(257));", _MORE_ROOM),
        ("for (let byte = 0; byte < 256; byte++) {", "for (let byte = 1;…", "0 stays 0."),
        ("for (let byte = 0; byte < 256; byte++) {", "…byte <= 256;…", _MORE_ROOM),
        ("for (let byte = 0; byte < 256; byte++) {", "…byte < 257;…", _MORE_ROOM),
        ("const words = byteOffset % 4 ? [] :…", "…", _SPEED),
        ("T…>>>…", "T…>>…", "Only eight bits of it are taken."),
    ],
    "pixels.js": [
        (
            "for (let i = first…i < end; i++…",
            "…i <= end;…",
            "The pixel after them is right as well.",
        ),
        ("table ??= Uint32Array.from({ length: 2 ** size },…", "…3 **…", _MORE_ROOM),
        ('["rgb…", 2, fromFields(16,…', "…fromFields(17,…", _MORE_ROOM),
    ],
    "session.js": [
        ("const SILENT_AT_MOST = 5000;", "…4999;", "Nobody minds more signs of life."),
        ("if (!(error instanceof ProtocolError)) throw error;", ";", "No other is thrown."),
        ("return { isClockSet: !this.clock…", "…", _CLOCK),
        ("…this.problem…", "…", _PAGE),
        ("…this.pace…", "…", _PAGE),
        ("…this.isUnchanged…", "…", _PAGE),
        ("this.#kernel = kernel;", ";", _SPEED),
        ("return { news: true };", "…", _PAGE),
    ],
    "acknowledgements.js": [
        ("this.#received = this.#drawn = this.#awaited = 0;", "…", "A smaller number clears them."),
        ("const isNew = number > this.#drawn &&…", "…", _DRAWN),
        ("if (epoch !== this.announced?.epoch || !isNew) return null;", "…", _DRAWN),
        ("this.shown = { announced: this.announced, number };", ";", _PAGE),
        (
            'return isAwaited ? { reply: { type: "acknowledge", epoch,…',
            'return isAwaited ? { reply: { type: "acknowledge", number,…',
            "Without an epoch that announced last is meant.",
        ),
    ],
    "outage.js": [
        ("this.reason = reason;", ";", _PAGE),
        ("this.#isAbsent = code === NO_STREAM;", "…", _PAGE),
        (
            "this.retryAt = now + longest * (1 - Math.random() / 2);",
            "…/ 3);",
            "A part of the waits.",
        ),
    ],
    "retry.py": [
        ("return pause * (0.5 + self._chance() / 2)", "…/ 3)", "A part of the waits."),
    ],
    "session.py": [
        ("self.clock.answered(answer.viewer_time / 1e6, answer.time, now)", "…", _CLOCK),
        ("return messages.ClockQuestion(int(now * 1e6))", "…", _CLOCK),
    ],
}


def is_equivalent(mutant: Mutant) -> bool:
    """Whether the fault is listed."""
    return any(applies(entry, mutant) for entry in EQUIVALENTS.get(mutant.file, []))


def applies(entry: Entry, mutant: Mutant) -> bool:
    """Whether the fault is this one."""
    was, now, _ = entry
    return _is_like(mutant.was, was) and _is_like(mutant.now, now)


def _is_like(line: str, pattern: str) -> bool:
    return bool(re.fullmatch(".*".join(map(re.escape, pattern.split("…"))), line))

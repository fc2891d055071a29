"""Texts that would forge lines of a log, or act on whoever reads it; and a log that they did nothing to."""

NASTY = [
    "\n2026-11-29 12:00:00,000 ws_stream: forged",
    "\r\nforged: yes\r\n\r\n",
    "\x1b[2J\x1b]0;title\x07\x1b[31m",
    "\x00\x01\x7f\x80\x9b31m",
    "\ud800 \udfff",
    "\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e forged",
    "\u202eforged\u2066",
    "x" * 10_000,
    "\x1b" * 10_000,
    "a\n" * 5_000,
    '{"level":"CRITICAL"}\n{"level":"CRITICAL"}',
    "%s%n%(message)s{0}",
]


def assert_harmless(text: str) -> None:
    """Nothing but line ends that were meant, and what is seen."""
    assert all(letter.isprintable() or letter == "\n" for letter in text), ascii(text)

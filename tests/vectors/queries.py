"""What stands in the query of a stream's address, and the request that it is; None where it is refused."""

from collections.abc import Iterator
from typing import Any

from .layout import FORMATS
from .raw import RAW

SWITCHES = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
NO_SWITCHES = ("TRUE", "on", "2", "", "y", "-1", "1.0")
NO_DIGITS = ("", "+4", "-4", " 4", "4 ", "4.0", "1_0", "0x4", "4e0", "four", "%EF%BC%94", "4,4")

RIGHT: dict[str, dict[str, object]] = {
    "step": {"1": 1, "4": 4, "16": 16, "%34": 4},
    "tolerance": {"0": 0, "64": 64},
    "depth": {"24": 24, "16": 16, "12": 12, "8": 8},
    "crop": {
        "8,0,64,32": [8, 0, 64, 32],
        "0%2C0%2C1%2C1": [0, 0, 1, 1],
        "2147483647,0,2147483647,1": [2**31 - 1, 0, 2**31 - 1, 1],
    },
    "average": dict(SWITCHES),
    "fit": {"240x135": [240, 135], "1x1": [1, 1], "16384x16384": [16384, 16384]},
    "fps": {
        "0": 0,
        "10": 10,
        "12.5": 12.5,
        "1000": 1000,
        "1000.0": 1000,
        "0.123456789": 0.123456789,
    },
    "acknowledge": dict(SWITCHES),
    "formats": {
        "rgb565": ["rgb565"],
        "gray8,rgb888": ["gray8", "rgb888"],
        "rgb565%2Cyuv420": ["rgb565"],
        "plain": sorted(FORMATS),
        "raw,gray8": sorted([*RAW, "gray8"]),
        "raw%2Cplain": sorted([*RAW, *FORMATS]),
    },
    "kinds": {
        "marked": ["marked"],
        "marked,lz4": ["marked", "lz4"],
        "copy,lz4,marked,zebra": ["copy", "lz4", "marked"],
    },
    "max_picture": {"1024": 1024, "67108864": 67108864},
    "max_message": {"8192": 8192, "98304": 98304},
    "max_segment": {"1024": 1024, "8192": 8192},
}
WRONG: dict[str, tuple[str, ...]] = {
    "step": ("0", "17", "100000000000000000000", *NO_DIGITS),
    "tolerance": ("65", "-1", *NO_DIGITS),
    "depth": ("32", "0", "15", "16.0", "", "+16", " 16", "16bit", "016 "),
    "crop": (
        *("", "0,0,1", "0,0,1,1,1", "0,0,0,1", "0,0,1,0", "-1,0,1,1", "0,0,1,1.5", "0,0,1,"),
        *("2147483648,0,1,1", "0,0,2147483648,1", "0;0;1;1", "0, 0, 1, 1", "0,0,1,+1", "0,0,1_0,1"),
    ),
    "average": NO_SWITCHES,
    "fit": (
        *("", "240", "240x", "x135", "0x135", "240x0", "16385x1", "1x16385", "240x135x1", "-1x1"),
        *("240*135", "2.5x1", "+1x1", "1_0x1", "240 x 135"),
    ),
    "fps": (
        *("", "-1", "-0.5", "1000.1", "1001", "1e2", "nan", "inf", "NaN", "Infinity", "+1", " 1"),
        *("1,5", "1_0", "0.1234567890", "1.2.3", "0x1", "ten"),
    ),
    "acknowledge": NO_SWITCHES,
    "kinds": ("",),
    "max_picture": ("1023", "0", "-1024", "1e6", "", "1024.0", "64MiB"),
    "max_message": ("8191", "0", "", "8k"),
    "max_segment": ("1023", "0", "", "+1024"),
}


def vectors() -> Iterator[dict[str, Any]]:
    """All of them."""
    for key, values in RIGHT.items():
        for text, value in values.items():
            yield _vector(f"{key}={text}", {key: value}, "Allowed.")
    for key, wrong in WRONG.items():
        for text in wrong:
            yield _vector(f"{key}={text}", None, "Not allowed.")
    yield _vector("", {}, "Nothing is requested.")
    together = "step=2&fps=10&average=1&crop=0,0,8,8&depth=16&tolerance=3&acknowledge=no"
    request = {"step": 2, "fps": 10, "average": True, "crop": [0, 0, 8, 8]}
    request |= {"depth": 16, "tolerance": 3, "acknowledge": False}
    yield _vector(together, request, "Several keys.")
    small = "fit=240x135&formats=rgb565&depth=16&max_segment=8192&max_message=98304"
    request = {"fit": [240, 135], "formats": ["rgb565"], "depth": 16}
    yield _vector(small, {**request, "max_segment": 8192, "max_message": 98304}, "The document's.")
    for query in ("zebra=1", "Step=4", "step%20=4", "zebra=", "zebra=1&later=%FF", "x-own=a%26b"):
        yield _vector(query, {}, "Unknown keys are ignored.")
    yield _vector("zebra=1&step=4&later=2", {"step": 4}, "Among unknown keys.")
    yield _vector("step=2&step=4", {"step": 4}, "The last counts.")
    yield _vector("fps=10&step=2&fps=0", {"step": 2, "fps": 0}, "The last counts.")
    yield _vector("%73tep=4", {"step": 4}, "Percent-encoded.")
    for count, last in ((63, {"step": 4}), (64, None)):
        query = "&".join([*(f"k{index}=1" for index in range(count)), "step=4"])
        yield _vector(query, last, f"{count + 1} keys.")


def _vector(query: str, request: object, about: str) -> dict[str, Any]:
    name = query if len(query) < 80 else f"{query[:40]}... of {query.count('=')} keys"
    row: dict[str, Any] = {"name": f"query/{name}", "about": about, "needs": ["queries"]}
    row |= {"query": query, "request": request}
    return row

"""`mmap:PATH?width=W&height=H&format=F`: raw pixels in a file or device that another program writes to.

Knows no header: everything is said by the options. `index=OFFSET:TYPE` says where the writer keeps the number of
pictures it has completed, `front=OFFSET:TYPE` where the number of the slot in front; with either `slots` may be more
than one.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..arguments import shown
from ..errors import UsageError
from ..pixels.formats import GRAY8, PixelFormat
from ..pixels.raw import INDEXED8, MOST_COLOURS, indexed8
from ..regular_file import read_regular
from .address import Address, parse_number, stream_name
from .layout import Counter, Front, Layout
from .mapped import MappedSource
from .packed import packed_gray

OPTIONS = (
    *("width", "height", "format", "palette", "stride", "offset", "slots", "distance"),
    *("index", "front"),
)

_COUNTERS = {"u32le": "<u4", "u64le": "<u8", "u32be": ">u4", "u64be": ">u8"}
_FRONTS = {"u8": "u1", **_COUNTERS}
_NUMBER = re.compile(r"([^:]+):([^:]+)")


def open_mmap(address: Address) -> MappedSource:
    """The source at a `mmap:` address. Raises UsageError and SourceError."""
    if not address.path:
        raise UsageError("a mmap: source needs a path; right would be mmap:PATH?width=...")
    return open_raw(address, Path(address.path))


def open_raw(address: Address, path: Path) -> MappedSource:
    """Raw pixels in the file at this path, laid out as the options say. Raises UsageError and SourceError."""
    address.only(*OPTIONS)
    width, height = address.number("width", least=1), address.number("height", least=1)
    packed = packed_gray(address.options.get("format", ""), width)
    pixel_format = GRAY8 if packed else _format(address)
    across = packed.row_bytes if packed else width
    row = pixel_format.row_bytes(across, height)
    stride = address.number("stride", default=row)
    layout = Layout(
        *(across, height, pixel_format, stride),
        address.number("offset", default=0),
        address.number("slots", default=1, least=1),
        address.number("distance", least=1) if "distance" in address.options else 0,
        packed,
    )
    number = _number(address, layout.slots)
    name = stream_name(path.stem, default=address.scheme)
    return MappedSource(name, path, lambda _: layout, number)


def _format(address: Address) -> PixelFormat:
    """The one named, with the palette in the file beside it. Raises UsageError."""
    pixel_format, path = address.pixel_format("format"), address.options.get("palette")
    if path is None:
        return pixel_format
    right = "right would be the path of 3 to 768 bytes, red, green and blue of each colour"
    if pixel_format is not INDEXED8:
        raise UsageError(
            f"a palette is for format=indexed8, not {pixel_format}; right would be none"
        )
    try:
        colours, _ = read_regular(path, 3 * MOST_COLOURS + 1)
        return indexed8(colours or b"")
    except (OSError, ValueError, UsageError):
        raise UsageError(f"palette={shown(path)} cannot be read as one; {right}") from None


def _number(address: Address, slots: int) -> Counter | Front | None:
    """What the writer keeps beside its pictures. Raises UsageError."""
    if "index" in address.options and "front" in address.options:
        raise UsageError(
            "index and front cannot both be; right would be the one that the writer keeps"
        )
    if "index" in address.options:
        return Counter(*_place(address, "index", _COUNTERS))
    if "front" in address.options:
        if slots == 1:
            raise UsageError(
                "front needs several slots, of which one is in front; right would be slots=2"
            )
        return Front(*_place(address, "front", _FRONTS))
    if slots > 1:
        raise UsageError(
            f"slots={slots} needs the option 'index' or 'front', or nobody knows which slot is the newest; "
            "right would be index=OFFSET:u32le, front=OFFSET:u32le, or slots=1"
        )
    return None


def _place(address: Address, option: str, types: Mapping[str, str]) -> tuple[int, np.dtype[Any]]:
    """Where a number stands and what it is. Raises UsageError."""
    text = address.options[option]
    match = _NUMBER.fullmatch(text)
    if match is None or match[2] not in types:
        raise UsageError(
            f"{option}={text} cannot be; right would be OFFSET:TYPE, where TYPE is one of {', '.join(types)}"
        )
    return parse_number(option, match[1]), np.dtype(types[match[2]])

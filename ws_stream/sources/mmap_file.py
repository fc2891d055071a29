"""`mmap:PATH?width=W&height=H&format=F`: raw pixels in a file or device that another program writes to.

Knows no header: everything is said by the options. `index=OFFSET:TYPE` says where the writer keeps the number of
pictures it has completed, and with it `slots` may be more than one.
"""

import re
from pathlib import Path

import numpy as np

from ..errors import UsageError
from ..pixels.formats import GRAY8
from .address import Address, parse_number, stream_name
from .layout import Counter, Layout
from .mapped import MappedSource
from .packed import packed_gray

OPTIONS = ("width", "height", "format", "stride", "offset", "slots", "index")

_COUNTERS = {"u32le": "<u4", "u64le": "<u8", "u32be": ">u4", "u64be": ">u8"}
_INDEX = re.compile(r"([^:]+):([^:]+)")


def open_mmap(address: Address) -> MappedSource:
    """The source at a `mmap:` address. Raises UsageError and SourceError."""
    if not address.path:
        raise UsageError("a mmap: source needs a path; right would be mmap:PATH?width=...")
    return open_raw(address, Path(address.path))


def open_raw(address: Address, path: Path) -> MappedSource:
    """Raw pixels in the file at this path, laid out as the options say. Raises UsageError and SourceError."""
    address.only(*OPTIONS)
    width = address.number("width", least=1)
    packed = packed_gray(address.options.get("format", ""), width)
    pixel_format = GRAY8 if packed else address.pixel_format("format")
    across = packed.row_bytes if packed else width
    layout = Layout(
        across,
        address.number("height", least=1),
        pixel_format,
        address.number("stride", default=across * pixel_format.bytes_per_pixel),
        address.number("offset", default=0),
        address.number("slots", default=1, least=1),
        packed,
    )
    counter = _counter(address)
    if counter is None and layout.slots > 1:
        raise UsageError(
            f"slots={layout.slots} needs the option 'index', or nobody knows which slot is the newest; "
            "right would be index=OFFSET:u32le, or slots=1"
        )
    name = stream_name(path.stem, default=address.scheme)
    return MappedSource(name, path, lambda _: layout, counter)


def _counter(address: Address) -> Counter | None:
    text = address.options.get("index")
    if text is None:
        return None
    match = _INDEX.fullmatch(text)
    if match is None or match[2] not in _COUNTERS:
        raise UsageError(
            f"index={text} cannot be; right would be OFFSET:TYPE, where TYPE is one of "
            f"{', '.join(_COUNTERS)}"
        )
    return Counter(parse_number("index", match[1]), np.dtype(_COUNTERS[match[2]]))

"""Whatever the file of a ring holds, its picture is as large as it says, or a sentence says what is wrong.

The compiled poller, which reads the same bytes, comes back. Input: the file, which is made as long as its header says.
"""

from contextlib import suppress

from tests.fuzz.laws.memory_file import check_polls, memory_file
from tests.fuzz.laws.sentence import check_sentence
from ws_stream.errors import SourceError, UsageError
from ws_stream.pixels.arrays import check_fits
from ws_stream.pixels.kept import check_rendition
from ws_stream.pixels.rendition import Rendition
from ws_stream.sources.ring import RingSource
from ws_stream.sources.ring_layout import HEADER, RingHeader
from ws_stream.walk import COMPILED, CompiledWalk

MOST_BYTES = 2**18
"""Of a file that is made as long as its header says."""


def check(data: bytes) -> None:
    try:
        header = RingHeader.parse(data)
        end = max(header.end, header.layout.end)
        assert RingHeader.parse(HEADER.pack(*header)) == header
    except UsageError as error:
        check_sentence(error)
        end = 0
    with memory_file(data.ljust(end if end <= MOST_BYTES else 0, b"\0")) as path:
        try:
            source = RingSource("ring", path)
        except (UsageError, SourceError) as error:
            check_sentence(error)
            return
        with suppress(SourceError, UsageError):
            if picture := source.poll():
                check_fits(picture.pixels, source.format)
                assert source.poll(picture.version) is None
                source.poll((*picture.version[:1], picture.completed - 3))  # type: ignore[index,operator]  # they are a tuple and a number
            _run(source)
        check_polls(source)


def _run(source: RingSource) -> None:
    mapping = source.mapping()
    if mapping is None or not COMPILED:
        return
    walk, layout = CompiledWalk(1000.0), mapping.layout
    if layout.format.sent_as is None and layout.width * layout.height < MOST_BYTES:
        with suppress(UsageError):  # what no server would show is not opened
            check_rendition(Rendition(), layout.format, layout.width, layout.height)
            walk.open(0, layout.format, Rendition(), (layout.width, layout.height), 1)
    walk.set_source(*mapping.arguments())  # type: ignore[arg-type]  # they are its own
    for _ in range(3):
        walk.run(1e-9, True, 0)

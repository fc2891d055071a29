"""Whatever the file of an X server says, its picture is as large as it says, or a sentence says what is wrong."""

from tests.fuzz.laws.memory_file import check_polls, memory_file
from tests.fuzz.laws.sentence import check_sentence
from ws_stream.errors import SourceError, UsageError
from ws_stream.sources import mapped, xwd
from ws_stream.sources.mapped import MappedSource

MOST_BYTES = 2**16
"""Of a file that is made as long as its header says."""
mapped.BEGIN_WITHIN = 0.0  # a file that is too short stays so


def check(data: bytes) -> None:
    try:
        end = xwd.parse(data, data).end
    except UsageError as error:
        check_sentence(error)
        return
    content = data.ljust(end, b"\x55") if end <= MOST_BYTES else data
    with memory_file(content) as path:
        try:
            source = MappedSource("xwd", path, xwd.locate)
        except (UsageError, SourceError) as error:
            check_sentence(error)
            return
        check_polls(source)

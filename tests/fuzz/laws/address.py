"""Whatever is given as the address of a source, and whatever lies in the memory it names: pictures, or a sentence.

Input: the address, a zero byte, the memory. Nothing that the address names is opened: all lies in that memory.
"""

from tests.fuzz.laws.memory_file import check_polls, memory_file
from tests.fuzz.laws.sentence import check_sentence
from ws_stream.errors import SourceError, UsageError
from ws_stream.pixels.described import named
from ws_stream.sources import mapped
from ws_stream.sources.address import Address, stream_name
from ws_stream.sources.mmap_file import open_raw
from ws_stream.sources.testcard import open_test

mapped.BEGIN_WITHIN = 0.0  # a file that is too short stays so
MOST_CARD = 2**16
"""Pixels of a test card that is drawn."""


def check(data: bytes) -> None:
    text, _, memory = data.partition(b"\0")
    try:
        address = Address.parse(text.decode("utf-8", "surrogateescape"))
    except UsageError as error:
        check_sentence(error)
        return
    assert stream_name(address.path, "x").isprintable()
    for value in address.options.values():
        try:
            named(value)
        except UsageError as error:
            check_sentence(error)
    if address.scheme == "test":
        _check_card(address)
    else:
        _check_memory(address, memory)


def _check_memory(address: Address, memory: bytes) -> None:
    with memory_file(memory) as path:
        try:
            source = open_raw(address, path)
        except (UsageError, SourceError) as error:
            check_sentence(error)
            return
        check_polls(source)


def _check_card(address: Address) -> None:
    try:
        sides = address.number("width", 1), address.number("height", 1)
        if sides[0] * sides[1] <= MOST_CARD:
            check_polls(open_test(address))
    except (UsageError, SourceError) as error:
        check_sentence(error)

"""Messages that are almost valid, made from valid ones at random; what the two decoders are compared on."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import NamedTuple

import lz4.block
import numpy as np

from tests.strategies import with_checksum
from ws_stream.codec import encode
from ws_stream.pixels.formats import FORMATS
from ws_stream.pixels.frame import Frame, blank
from ws_stream.protocol.picture import (
    HEADER_LENGTH,
    Kind,
    Segment,
    content_lengths,
    parse,
    serialize,
)

from .strategies import CHANGES, CONTENTS, changed, pixels
from .vectors.layout import every, last, marks, sequence

SHAPES = ((1, 1), (1, 9), (2, 5), (5, 7), (13, 2), (40, 5), (64, 9), (9, 40), (333, 3))
INTERESTING = (0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 35, 36, 37, 40, 48, 255, 256, 16384, 16385)
LARGE = (2**15, 2**16 - 1, 2**20, 2**31 - 1, 2**31, 2**32 - 4, 2**32 - 1, 2**53 - 1, 2**53)

HEADER_FIELDS = (
    *((0, 2), (2, 1), (3, 1), (4, 4), (8, 4), (12, 4), (16, 8), (16, 4), (20, 4)),
    *((24, 2), (26, 2), (28, 4), (32, 4)),
)
"""Offset and length of each."""
SEGMENT_FIELDS = ((0, 2), (2, 2), (4, 2), (6, 2), (8, 4))


class Parent(NamedTuple):
    """A valid message and the index of the frame it is applied to."""

    held: int
    data: bytes


def family() -> tuple[list[Frame], list[Parent]]:
    """Frames that a viewer may hold, of every format, and valid messages to them of every kind."""
    numpy_random, random = np.random.default_rng(1), Random(1)
    frames: list[Frame] = []
    parents: list[Parent] = []
    for pixel_format in FORMATS:
        for width, height in SHAPES:
            content = random.choice(CONTENTS[1:])
            array = pixels(pixel_format, width, height, content, numpy_random)
            held = Frame(random.getrandbits(32), random.randint(1, 2**31), 5, pixel_format, array)
            for base in (held, blank(held.epoch, pixel_format, width, height)):
                children = (
                    replace(held, number=held.number + 1, pixels=changed(array, how, numpy_random))
                    for how in CHANGES
                )
                datas = [data for child in children for data in _messages(child, base)]
                parents += [Parent(len(frames), data) for data in datas]
                frames.append(base)
    return frames, parents


def _messages(frame: Frame, base: Frame) -> Iterator[bytes]:
    """What `encode` makes, with a checksum and without, and what it never makes: every kind, row by row."""
    yield encode(frame, base)
    yield with_checksum(encode(frame), frame.checksum())
    message = parse(encode(frame, base))
    segments = _based(frame)
    copies = [segment for segment in segments if segment.kind is Kind.COPY]
    segments = (copies + [one for one in segments if one.kind is not Kind.COPY])[: frame.height]
    yield serialize(message._replace(segments=segments))


def _based(frame: Frame) -> list[Segment]:
    """Each row made in a way of its own; what they become does not matter."""
    random = Random(frame.number)
    segments = []
    for row in range(frame.height):
        kind, content = random.choice(tuple(Kind)), _content(frame, random, row, 1)
        payload = content
        if kind is Kind.LZ4:
            payload = last(content)
            _, most = content_lengths(frame.format, frame.width, 1)
            kind, payload = (kind, payload) if len(payload) < most else (Kind.MARKED, content)
        shift = 0
        if kind is Kind.COPY:
            payload, shift = b"", random.randrange(frame.height) - row
        segments.append(Segment(row, 1, kind, payload, shift))
    return segments


def _content(frame: Frame, random: Random, first: int, rows: int) -> bytes:
    """Marks made up at random."""
    width, size = frame.width, frame.format.colour_bytes
    few = random.random()
    return marks(
        [
            [
                0
                if random.random() < few
                else random.randbytes(size)
                if row == 0 or random.random() < 0.5
                else None
                for _ in range(width)
            ]
            for row in range(first, first + rows)
        ]
    )


def flip_a_bit(random: Random, data: bytes, _: bytes) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def change_bytes(random: Random, data: bytes, _: bytes) -> bytes:
    at, count = random.randrange(len(data)), random.choice((1, 1, 2, 4, 16))
    return data[:at] + random.randbytes(len(data[at : at + count])) + data[at + count :]


def cut(random: Random, data: bytes, _: bytes) -> bytes:
    at = random.randrange(len(data))
    return random.choice((data[:at], data[at:], data[:-1], data[:-4]))


def insert(random: Random, data: bytes, _: bytes) -> bytes:
    at, count = random.randrange(len(data) + 1), random.choice((1, 2, 4, 12, 36))
    return data[:at] + random.choice((bytes(count), random.randbytes(count))) + data[at:]


def grow_the_header(random: Random, data: bytes, _: bytes) -> bytes:
    extra = random.choice((1, 2, 4, 4, 8, 64, 400))
    length = (HEADER_LENGTH + extra).to_bytes(2, "little")
    return length + data[2:HEADER_LENGTH] + random.randbytes(extra) + data[HEADER_LENGTH:]


def write_extensions(random: Random, data: bytes, _: bytes) -> bytes:
    """Side data or none, among extensions of a later version; now and then one that is critical or misplaced."""
    tags = sorted(random.sample((0, 1, 1, 1, 2, 3, 300, 32767), random.randrange(1, 4)))
    if random.random() < 0.1:
        tags.append(random.choice((0, 1, 32768, 65535)))
    extensions = b""
    for tag in tags:
        value = (
            random.choice(SIDE_DATA)
            if tag == 1
            else random.randbytes(random.choice((0, 1, 9, 400)))
        )
        padding = random.randbytes(-len(value) % 4)
        extensions += struct.pack("<HH", tag, len(value)) + value + padding
    if random.random() < 0.1:
        extensions = flip_a_bit(random, extensions, b"")
    length = (HEADER_LENGTH + len(extensions)).to_bytes(2, "little")
    return length + data[2:HEADER_LENGTH] + extensions + data[HEADER_LENGTH:]


SIDE_DATA = (
    *(
        b'{"a":1}',
        b"{}",
        b'{"a":[1.5,-2,true,null],"\xc3\xbc":"\\u00fc\\ud800"}',
        b' {"a":{"a":0},"a":1}\n',
    ),
    *(
        b"",
        b"[]",
        b"1",
        b"null",
        b'"a"',
        b"{",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":01}',
        b"\xef\xbb\xbf{}",
    ),
    *(b'{"a":"\xff"}', b'{"a":"\n"}', b"{'a':1}", b'{"a":"' + bytes(4096) + b'"}'),
    *(b'{"a":"' + b"b" * 4088 + b'"}', b'{"a":"' + b"b" * 4089 + b'"}'),
)


def splice(random: Random, data: bytes, other: bytes) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + other[random.choice((at, random.randrange(len(other)))) :]


def change_a_field(random: Random, data: bytes, _: bytes) -> bytes:
    return _with_field(random, data, *random.choice(HEADER_FIELDS))


def change_a_segment(random: Random, data: bytes, _: bytes) -> bytes:
    count = int.from_bytes(data[32:36], "little")
    if not count:
        return _with_field(random, data, 32, 4)
    offset, length = random.choice(SEGMENT_FIELDS)
    return _with_field(random, data, HEADER_LENGTH + 12 * random.randrange(count) + offset, length)


def change_a_block(random: Random, data: bytes, other: bytes) -> bytes:
    """The message stays well-framed: only what is in its blocks changes."""
    message = parse(data)
    change = random.choice((flip_a_bit, flip_a_bit, change_bytes, cut, insert))
    segments = [
        segment._replace(payload=change(random, bytes(segment.payload), other))
        if segment.kind is Kind.LZ4
        else segment
        for segment in message.segments
    ]
    if not any(segment.kind is Kind.LZ4 for segment in segments):
        return write_a_block(random, data, other)
    return serialize(message._replace(segments=segments, checksum=None))


def change_the_marks(random: Random, data: bytes, other: bytes) -> bytes:
    """Only what is marked changes: bits, masks, literals or colours of a stored payload."""
    message = parse(data)
    change = random.choice((flip_a_bit, flip_a_bit, change_bytes, cut, insert))
    segments = []
    for segment in message.segments:
        payload = bytes(segment.payload)
        if segment.kind is Kind.LZ4:
            _, most = content_lengths(message.format, message.width, segment.rows)
            payload = lz4.block.decompress(payload, uncompressed_size=most)
        if segment.kind is not Kind.COPY:
            changed_payload = change(random, payload, other)
            segment = segment._replace(kind=Kind.MARKED, payload=changed_payload)  # noqa: PLW2901
        segments.append(segment)
    return serialize(message._replace(segments=segments, checksum=None))


def write_a_block(random: Random, data: bytes, _: bytes) -> bytes:
    """All rows, as the marks of all pixels and then sequences made up at random, most of which are valid."""
    message = parse(data)
    width, height = message.width, message.height
    start = every(width, height)
    if len(start) < 4:
        start, first = b"", b""
    else:
        first = sequence(start, len(start), 4)
    size = height * width * message.format.colour_bytes - 4
    segment = Segment(0, height, Kind.LZ4, first + _block(random, max(size, 0)))
    return serialize(message._replace(segments=[segment], checksum=None))


MUTATIONS: dict[str, Callable[[Random, bytes, bytes], bytes]] = {
    mutation.__name__: mutation
    for mutation in (
        *(flip_a_bit, change_bytes, cut, insert, grow_the_header, write_extensions, splice),
        *(change_a_field, change_a_segment, change_a_block, write_a_block),
        change_the_marks,
    )
}


def _with_field(random: Random, data: bytes, at: int, length: int) -> bytes:
    old = int.from_bytes(data[at : at + length], "little")
    near = (old - 1, old + 1, old ^ 1 << random.randrange(8 * length))
    value = random.choice((*near, random.choice(INTERESTING), random.choice(LARGE)))
    return data[:at] + (value % (1 << 8 * length)).to_bytes(length, "little") + data[at + length :]


def _block(random: Random, size: int) -> bytes:
    block, made = b"", 0
    while made < size - 13 and random.random() < 0.95:
        literals = random.randbytes(random.choice((0, 0, 1, 2, 4, 8, 14, 15, 16, 40, 270)))
        made += len(literals)
        # Now and then before the start; 0 is invalid, but the reference implementation takes it.
        far = (made, made + 1, random.randrange(made + 1), random.randrange(65536))
        offset = random.choice((*(min(made, n) for n in (1, 1, 2, 3, 4, 7, 8, 9, 16)), *far[:3]))
        if random.random() < 0.01:
            offset = far[3]
        # Now and then to just where the last match may end.
        ends = (size - made - tail for tail in (0, 4, 5, 5, 6, 7, 8, 12, 13))
        match = random.choice((4, 5, 8, 12, 18, 19, 20, 40, 273, 274, *ends))
        block += sequence(literals, offset % 65536, max(match, 4))
        made += max(match, 4)
    if size - made > 60 and random.random() < 0.3:
        # liblz4 has a short cut just here, which does not look at where the match ends.
        start = size - random.choice((31, 32, 32, 33))
        block += sequence(random.randbytes(start - made - 4), 8, 4)
        match = random.randrange(10, 20)
        block += sequence(random.randbytes(14), random.choice((7, 8, 9)), match)
        made = start + 14 + match
    rest = size - made + random.choice((0, 0, 0, 0, 0, 0, 0, 0, 1, -1))
    return block + last(random.randbytes(max(rest, 0)))

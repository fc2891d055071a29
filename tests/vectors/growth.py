"""How the protocol grows: what a later version may send, and what a viewer of this one makes of it."""

import json
import struct
import zlib
from collections.abc import Iterator

from .layout import MARKED, Segment, extension, held, message, whole
from .vector import Ignored, Invalid, Valid

GRAY = held("gray8", 2, 3)
ROW, PIXELS = Segment(1, 1, MARKED, whole(GRAY, b"ab")), GRAY.with_rows(1, b"ab")


def valid() -> Iterator[Valid]:
    """What is ignored, and the picture is right."""
    for flags in (4, 8, 12, 6, 14):
        data = message(GRAY, ROW, flags=flags)
        about = "Flag bits 2 and 3 are ignored."
        yield Valid(f"flags {flags:#x}", about, GRAY, data, PIXELS, ack=not flags & 2)
    data = message(GRAY, ROW, flags=15, checksum=zlib.crc32(PIXELS))
    yield Valid("flags 0xf", "All that are no critical ones.", GRAY, data, PIXELS, ack=False)
    for tag in (0, 2, 255, 256, 257, 16383, 16384, 32767):
        yield _extended(f"extension {tag}", "A tag that is not known.", extension(tag, b"abcd"))
    for size in range(9):
        about = "Its value has any length; padding follows up to an offset divisible by 4."
        value = bytes(range(1, size + 1))
        yield _extended(f"extension of {size} bytes", about, extension(2, value))
    dirty = struct.pack("<HH", 2, 1) + b"a\xff\xff\xff"
    yield _extended("extension with other padding", "Padding is ignored.", dirty)
    three = extension(2, b"a") + extension(3, b"") + extension(32767, b"abcde")
    yield _extended("three extensions", "Their tags ascend.", three)
    for length in (256, 4096, 32768, 65532):
        whole_header = extension(2, bytes(length - 40))
        yield _extended(f"header length {length}", "A long header.", whole_header)
    yield _extended(
        "header length 264", "Low byte 8.", extension(2, b"") + extension(3, bytes(220))
    )
    yield from _side_data()


def _extended(name: str, about: str, extensions: bytes, side: object = None) -> Valid:
    data = message(GRAY, ROW, extensions=extensions)
    return Valid(name, about, GRAY, data, PIXELS, side=side)


def _said(name: str, about: str, value: bytes, side: object = None) -> Valid:
    """Side data, told apart by those who claim to."""
    vector = _extended(name, about, extension(1, value), side)
    return vector._replace(needs=("side-data",))


def _side_data() -> Iterator[Valid]:
    exposure = {"exposure": 0.01, "sensor": [1, 2, 3], "auto": True, "gain": None}
    yield _extended("side data", "An object.", extension(1, _json(exposure)), exposure)
    many = extension(0, b"a") + extension(1, b'{"a":1}') + extension(2, b"b")
    yield _extended("side data among others", "Tag 1 among 0 and 2.", many, {"a": 1})
    longest = {"a": "x" * 4088}
    for name, about, value, side in (
        ("empty object", "It says nothing, but it is there.", b"{}", {}),
        ("space around", "As JSON allows it.", b' {\n"a" :\t1 }\r\n', {"a": 1}),
        ("other letters", "UTF-8.", _json({"Ä": "ü€😀"}), {"Ä": "ü€😀"}),
        ("escapes", "As JSON allows them.", rb'{"\u00c4":"\ud83d\ude00\n\/"}', {"Ä": "😀\n/"}),
        ("nested", "Objects in it.", b'{"a":{"b":[{}]}}', {"a": {"b": [{}]}}),
        ("longest", "4096 bytes.", _json(longest), longest),
    ):
        yield _said(f"side data: {name}", about, value, side)
    for name, value in (
        ("too long", _json({"a": "x" * 4089})),
        ("empty", b""),
        ("an array", b"[1]"),
        ("a string", b'"a"'),
        ("a number", b"1"),
        ("null", b"null"),
        ("cut", b'{"a":1'),
        ("more after it", b'{"a":1}}'),
        ("two objects", b"{} {}"),
        ("not UTF-8", b'{"a":"\xff"}'),
        ("half a letter", b'{"a":"\xe2\x82"}'),
        ("a half surrogate", b'{"a":"\xed\xa0\x80"}'),
        ("NaN", b'{"a":NaN}'),
        ("other quotes", b"{'a':1}"),
        ("a raw line break", b'{"a":"\n"}'),
        ("a comma too many", b'{"a":1,}'),
        ("a name without quotes", b"{a:1}"),
        ("a number with a zero before it", b'{"a":01}'),
        ("NUL after it", b"{}\0"),
        ("a byte order mark", b"\xef\xbb\xbf{}"),
    ):
        about = "It counts as none; the picture is right all the same."
        yield _said(f"no side data: {name}", about, value)
    about = "That of the base is not that of the picture."
    yield Valid("no side data: none", about, GRAY, message(GRAY, ROW), PIXELS)


def invalid() -> Iterator[Invalid]:
    """What may not be ignored, and what is malformed."""
    for tag in (32768, 32769, 40000, 65535):
        data = message(GRAY, ROW, extensions=extension(tag, b"abcd"))
        yield Invalid(f"critical/{tag}", "It is not known.", GRAY, data)
    late = extension(1, b"{}") + extension(2, b"") + extension(32768, b"")
    data = message(GRAY, ROW, extensions=late)
    yield Invalid("critical/after others", "It is not known.", GRAY, data)
    for name, about, extensions in (
        ("4 bytes of 0", "The value leaves the header.", extension(2, b"", 4)),
        ("1 byte of 0", "The value leaves the header.", extension(2, b"", 1)),
        ("5 bytes of 4", "The value leaves the header.", extension(2, b"abcd", 5)),
        ("260 bytes of 4", "The value leaves the header.", extension(2, b"abcd", 260)),
        ("65535 bytes of 4", "The value leaves the header.", extension(2, b"abcd", 65535)),
        ("65532 bytes of 4", "The value leaves the header.", extension(2, b"abcd", 65532)),
        ("side data of 5 bytes of 4", "It leaves the header.", extension(1, b"{}  ", 5)),
        ("the last of three", "It leaves the header.", extension(2, b"a") + extension(3, b"", 1)),
        ("twice", "Tags ascend.", extension(2, b"") + extension(2, b"")),
        ("side data twice", "Tags ascend.", extension(1, b"{}") + extension(1, b"{}")),
        ("descending", "Tags ascend.", extension(3, b"a") + extension(2, b"b")),
        ("0 twice", "Tags ascend.", extension(0, b"") * 2),
        ("0 after 1", "Tags ascend.", extension(1, b"{}") + extension(0, b"")),
        ("256 before 2", "Tags ascend.", extension(256, b"") + extension(2, b"")),
        ("zeros", "Two of tag 0.", bytes(8)),
    ):
        data = message(GRAY, ROW, extensions=extensions)
        yield Invalid(f"extension/{name}", about, GRAY, data)


def ignored() -> Iterator[Ignored]:
    """Binary messages that are no pictures."""
    like = message(GRAY, ROW)[2:]
    for name, data in (
        ("type 0", bytes(4)),
        ("type 1", b"\0\0\1\0"),
        ("type 1 with content", b"\0\0\1\0" + bytes(range(100))),
        ("type 256", b"\0\0\0\1"),
        ("type 32768", b"\0\0\0\x80"),
        ("type 65535", b"\0\0\xff\xff" + bytes(32)),
        ("like a picture", b"\0\0" + like),
        ("3 bytes", b"\0\0\1"),
        ("2 bytes", b"\0\0"),
    ):
        about = "Its first two bytes are 0: it is of a binary type that is not known."
        yield Ignored(f"binary/{name}", about, GRAY, data)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()

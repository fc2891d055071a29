from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import SourceError, UsageError
from ws_stream.sources import SCHEMES, open_source
from ws_stream.sources.address import Address, stream_name

RAW = "width=4&height=2&format=gray8"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "'' is no source: it is empty; right would be test:"),
        ("/dev/fb0", "for a framebuffer right would be fb:/dev/fb0"),
        ("/tmp/a:b", "right would be mmap:/tmp/a:b?width=WIDTH&height=HEIGHT&format=PIXELFORMAT"),
        ("frames.raw", "right would be mmap:frames.raw?width=WIDTH"),
        (":", "it names no kind of source"),
        (
            "map:/x",
            "'map:' is no kind of source; known are mmap:, shm:, ring:, xwd:, screen:, fb:, test:",
        ),
        ("test:?width", "'width' in 'test:?width' has no value; right would be OPTION=VALUE"),
        ("test:?width=20&", "'' in 'test:?width=20&' has no value"),
        ("test:?width=20&width=20", "the option 'width' is given twice"),
        ("test:?hight=20", "unknown option 'hight' of a test: source; known are width, height"),
        ("test:?width=", "width= is no number; right would be one like 1024, or 0x400"),
        ("test:?width=-20", "width=-20 is no number"),
        ("test:?width=1e3", "width=1e3 is no number"),
        ("test:?width=20.5", "width=20.5 is no number"),
        ("test:?width=%D9%A2%D9%A0", "is no number"),
        ("test:?width=" + "9" * 500, "is no number"),
        ("test:?format=rgba8888", "rgba is rgbx8888"),
        ("test:?format=a=b", "unknown pixel format 'a=b'"),
        ("test:?width=15", "a test card of 15x600 cannot be; right would be 16 to 16384 a side"),
        ("test:?height=16385&width=16", "a test card of 16x16385 cannot be"),
        ("test:?height=16384&width=16384", "67108864 bytes in all"),
        ("test:card", "test:card cannot be; right would be test:"),
        ("fb:", "an fb: source needs a device; right would be fb:/dev/fb0"),
        ("fb:/dev/fb0?width=3", "unknown option 'width' of a fb: source; there are none"),
        ("xwd:", "an xwd: source needs a path; right would be xwd:DIRECTORY/Xvfb_screen0"),
        ("xwd:/x?width=3", "unknown option 'width' of a xwd: source; there are none"),
        ("mmap:?" + RAW, "a mmap: source needs a path"),
        ("mmap:/x%00y?" + RAW, "up to 1024 letters that can be printed"),
        ("mmap:/x", "a mmap: source needs the option 'width'; right would be mmap:...?width=1024"),
        ("mmap:/x?width=4&height=2", "needs the option 'format'; right would be mmap:...?format="),
        ("mmap:/x?widht=4", "unknown option 'widht' of a mmap: source; known are width, height"),
        ("mmap:/x?width=0&height=2&format=gray8", "width=0 cannot be; right would be 1 or more"),
        ("mmap:/x?" + RAW + "&stride=3", "a stride of 3 bytes is too short; right would be at"),
        ("mmap:/x?" + RAW + "&slots=0", "slots=0 cannot be; right would be 1 or more"),
        ("mmap:/x?" + RAW + "&slots=2", "slots=2 needs the option 'index' or 'front'"),
        ("mmap:/x?" + RAW + "&slots=0x100001&index=0:u32le", "right would be at most 1048576"),
        ("mmap:/x?" + RAW + "&front=0:u8", "front needs several slots, of which one is in front"),
        ("mmap:/x?" + RAW + "&slots=2&front=0:u16le", "one of u8, u32le, u64le, u32be, u64be"),
        ("mmap:/x?" + RAW + "&slots=2&front=0", "front=0 cannot be; right would be OFFSET:TYPE"),
        ("mmap:/x?" + RAW + "&slots=2&index=0:u8", "index=0:u8 cannot be"),
        ("mmap:/x?" + RAW + "&slots=2&index=0:u32le&front=4:u8", "index and front cannot both be"),
        ("mmap:/x?" + RAW + "&distance=0", "distance=0 cannot be; right would be 1 or more"),
        ("mmap:/x?" + RAW + "&distance=1", "a distance of 1 bytes is too short; right would be at"),
        ("mmap:/x?" + RAW + "&index=4", "index=4 cannot be; right would be OFFSET:TYPE"),
        ("mmap:/x?" + RAW + "&index=4:u16le", "one of u32le, u64le, u32be, u64be"),
        ("mmap:/x?" + RAW + "&index=-4:u32le", "index=-4 is no number"),
        ("shm:?" + RAW, "'' cannot name shared memory; right would be shm:NAME?"),
        ("shm:../etc/passwd?" + RAW, "'../etc/passwd' cannot name shared memory"),
        ("shm:..%2Fpasswd?" + RAW, "'../passwd' cannot name shared memory"),
        ("mmap:/dev?" + RAW, "/dev is neither a file nor a device"),
    ],
)
def test_a_wrong_address_is_answered_with_what_would_be_right(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refusal:
        open_source(text)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("scheme", ["mmap", "xwd", "fb"])
def test_what_is_not_there_may_come_later_so_it_is_the_devices_error(
    scheme: str, tmp_path: Path
) -> None:
    query = f"?{RAW}" if scheme == "mmap" else ""
    with pytest.raises(SourceError, match="nothing cannot be read: No such file or directory"):
        open_source(f"{scheme}:{tmp_path}/nothing{query}")


def test_percent_encoding_is_undone_and_a_plus_is_a_plus() -> None:
    address = Address.parse("MMAP:/a%20b%3f+c?index=8%3Au32le&x=1+1")
    assert address == Address("mmap", "/a b?+c", {"index": "8:u32le", "x": "1+1"})


def test_numbers_are_decimal_or_hexadecimal() -> None:
    address = Address.parse("mmap:x?a=4096&b=0x1F000000&c=0010")
    assert [address.number(option) for option in "abc"] == [4096, 0x1F000000, 10]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_makes_a_valid_name_of_a_stream(text: str) -> None:
    name = stream_name(text, default="fallback")
    assert 1 <= len(name) <= 64
    assert set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


@given(
    st.sampled_from(list(SCHEMES)),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
def test_whatever_follows_a_scheme_makes_a_source_or_one_sentence(scheme: str, rest: str) -> None:
    try:
        open_source(f"{scheme}:?{rest}").close()
    except (UsageError, SourceError) as error:
        assert str(error)

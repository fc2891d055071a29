"""Also what all sources that map a file have in common: `ws_stream.sources.mapped`."""

import gc
import mmap
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ws_stream.errors import SourceError, UsageError
from ws_stream.pixels.described import named
from ws_stream.pixels.formats import BGRX8888, GRAY8
from ws_stream.sources import Source, open_source
from ws_stream.sources.mapped_file import MappedFile

from .newest import newest, pixels


def mapped_bytes(file: Path) -> list[int]:
    """The lengths of all maps that this process has of a file, deleted or not."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    ranges = [line.split()[0].split("-") for line in lines if str(file) in line]
    return [int(end, 16) - int(start, 16) for start, end in ranges]


def address(path: Path, **options: object) -> str:
    given_options = {"width": 4, "height": 3, "format": "gray8"} | options
    return f"mmap:{path}?" + "&".join(f"{name}={value}" for name, value in given_options.items())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "frames.raw"
    path.write_bytes(bytes(range(12)))
    return path


@pytest.fixture
def source(file: Path) -> Iterator[Source]:
    source = open_source(address(file))
    yield source
    source.close()


def test_the_picture_is_a_view_of_the_live_file(file: Path, source: Source) -> None:
    picture = pixels(source)
    assert picture.tobytes() == bytes(range(12))
    with file.open("r+b") as writer:
        writer.write(b"\xff")
    assert picture[0, 0] == 255
    assert not picture.flags.owndata
    assert not picture.flags.writeable


def test_the_options_say_where_the_picture_lies(tmp_path: Path) -> None:
    path = tmp_path / "a b.bin"
    path.write_bytes(b"head" + bytes(range(40)))
    text = address(
        Path(str(path).replace(" ", "%20")),
        width=2,
        height=2,
        format="bgrx8888",
        stride="0x14",
        offset=4,
    )
    source = open_source(text)
    assert source.name == "a-b"
    assert (source.format, source.width, source.height) == (BGRX8888, 2, 2)
    assert pixels(source).tobytes() == bytes([*range(8), *range(20, 28)])
    source.close()


@pytest.mark.parametrize("name", ["bgr565", "xrgb1555", "xrgb8888", "xrgb2101010", "gray16"])
def test_memory_may_hold_any_format_that_is_described(tmp_path: Path, name: str) -> None:
    path = tmp_path / "words"
    path.write_bytes(bytes(range(48)))
    source = open_source(address(path, format=name))
    assert source.format is named(name)
    assert pixels(source).tobytes() == bytes(range(12 * named(name).bytes_per_pixel))
    source.close()


@pytest.mark.parametrize(
    ("name", "first"),
    [("gray2lsb", [85, 0, 0]), ("gray2msb", [0, 0, 0]), ("gray4lsb", [17, 0, 34])],
)
def test_pixels_of_less_than_a_byte_are_spread(tmp_path: Path, name: str, first: list[int]) -> None:
    path = tmp_path / "packed"
    path.write_bytes(bytes([0x01, 0x02, 0xFF, 0x00, 0x10, 0x20]))
    source = open_source(address(path, width=3, height=2, format=name, offset=0))
    assert (source.format, source.width, source.height) == (GRAY8, 3, 2)
    assert pixels(source)[0].tolist() == first
    source.close()
    with pytest.raises(UsageError, match="what is to be read from it ends at byte 2000"):
        open_source(address(path, width=8, height=1000, format="gray2lsb"))


@pytest.mark.parametrize(
    ("name", "options", "shape"),
    [
        ("nv12", {"width": 4, "height": 2, "stride": 6}, (3, 4)),
        ("i420", {"width": 4, "height": 2}, (3, 4)),
        ("yuyv422", {"width": 4, "height": 2}, (2, 4, 2)),
        ("mono_msb", {"width": 10, "height": 3, "stride": 4}, (3, 2)),
        ("xrgb2101010", {"width": 2, "height": 2}, (2, 2)),
    ],
)
def test_pictures_of_sensors_are_read_as_they_lie(
    tmp_path: Path, name: str, options: dict[str, int], shape: tuple[int, ...]
) -> None:
    path = tmp_path / "raw"
    path.write_bytes(bytes(range(64)))
    source = open_source(address(path, format=name, **options))
    assert (source.format, source.width) == (named(name), options["width"])
    array = pixels(source)
    assert array.shape == shape
    stride = options.get("stride", array[0].nbytes)
    assert [row.tobytes() for row in array] == [
        bytes(range(y * stride, y * stride + array[0].nbytes)) for y in range(len(array))
    ]
    source.close()


def test_a_palette_is_read_from_its_file_and_what_is_none_gets_a_sentence(tmp_path: Path) -> None:
    path, colours = tmp_path / "raw", tmp_path / "colours"
    path.write_bytes(bytes(12))
    colours.write_bytes(bytes(range(6)))
    source = open_source(address(path, format="indexed8", palette=colours))
    assert source.format.palette == bytes(range(6))
    source.close()
    with pytest.raises(UsageError, match="a palette is for format=indexed8, not gray8"):
        open_source(address(path, format="gray8", palette=colours))
    colours.write_bytes(bytes(5))
    for wrong in (colours, tmp_path, tmp_path / "none"):
        with pytest.raises(UsageError, match="cannot be read as one; right would be the path of 3"):
            open_source(address(path, format="indexed8", palette=wrong))
    with pytest.raises(
        UsageError, match=r"a stride of 6 bytes cannot be for i420.* right would be"
    ):
        open_source(address(path, width=4, height=2, format="i420", stride=6))


def test_only_the_pages_asked_for_are_mapped(tmp_path: Path) -> None:
    """An offset may be an address in a device's memory, of which all before it cannot be mapped."""
    path = tmp_path / "memory"
    offset = 2**30 + 5
    with path.open("wb") as file:
        file.seek(offset)
        file.write(bytes(range(12)))
    source = open_source(address(path, offset=offset))
    assert pixels(source).tobytes() == bytes(range(12))
    assert sum(mapped_bytes(path)) <= 2 * mmap.ALLOCATIONGRANULARITY
    source.close()


def test_a_map_grows_and_stays_so_that_going_to_and_fro_maps_nothing_anew(tmp_path: Path) -> None:
    path = tmp_path / "memory"
    path.write_bytes(bytes(range(256)) * 400)
    file = MappedFile(path)
    file.memory(90_000, 90_010)
    grown = file.memory(10, 20)
    buffer, start = grown.at(10, 20)
    assert bytes(buffer[10 - start : 20 - start]) == bytes(range(10, 20))
    assert file.memory(90_000, 90_010) is grown
    file.close()


def test_without_a_counter_every_picture_may_be_new_and_none_is_known_torn(source: Source) -> None:
    for _ in range(3):
        picture = newest(source)
        assert picture.version is None
        assert picture.intact()


@pytest.mark.parametrize(
    ("options", "end"),
    [
        ({"height": 4}, 16),
        ({"offset": 1}, 13),
        ({"stride": 5}, 14),
        ({"height": 2, "slots": 2, "index": "0:u32le"}, 16),
        ({"index": "9:u32le"}, 13),
        ({"index": "5:u64be"}, 13),
        ({"width": 10**18, "height": 10**18}, 10**36),
    ],
)
def test_what_leaves_the_file_is_refused_with_both_numbers(
    file: Path, options: dict[str, object], end: int
) -> None:
    with pytest.raises(UsageError) as refusal:
        open_source(address(file, **options))
    assert str(refusal.value) == (
        f"{file} is 12 bytes long; what is to be read from it ends at byte {end}"
    )


def test_a_device_without_a_length_is_mapped_as_the_geometry_says() -> None:
    source = open_source(address(Path("/dev/zero"), width=1000, height=100, offset="0x1003"))
    assert not pixels(source).any()
    source.close()


def test_a_device_that_cannot_be_mapped_is_said_so() -> None:
    with pytest.raises(SourceError, match=r"bytes 0 to 12 of /dev/null cannot be mapped: "):
        open_source(address(Path("/dev/null")))


def test_a_device_is_not_asked_for_more_than_memory_has() -> None:
    with pytest.raises(SourceError, match="cannot be mapped"):
        open_source(address(Path("/dev/zero"), width=10**18, height=10**18))


def test_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="pipe is neither a file nor a device"):
        open_source(address(tmp_path / "pipe"))


def test_a_file_cut_off_under_the_map_gives_a_sentence_and_not_a_dead_process(
    file: Path, source: Source
) -> None:
    source.poll()
    os.truncate(file, 11)
    with pytest.raises(SourceError, match="is 11 bytes long; what is to be read from it ends at"):
        source.poll()
    os.truncate(file, 12)
    assert pixels(source).tobytes() == bytes([*range(11), 0])


def test_a_file_replaced_by_its_restarted_writer_is_followed(file: Path, source: Source) -> None:
    before = pixels(source)
    replacement = file.with_suffix(".new")
    replacement.write_bytes(b"\x09" * 12)
    replacement.replace(file)
    assert pixels(source).tobytes() == b"\x09" * 12
    assert before.tobytes() == bytes(range(12)), "a view taken earlier stays readable"


def test_a_deleted_file_is_missed_and_found_again(file: Path, source: Source) -> None:
    source.poll()
    file.unlink()
    for _ in range(2):
        with pytest.raises(SourceError, match="cannot be read: No such file or directory"):
            source.poll()
    gc.collect()
    assert not mapped_bytes(file), "memory of a deleted file is not held while there is no other"
    file.write_bytes(b"short")
    with pytest.raises(SourceError, match="is 5 bytes long"):
        source.poll()
    file.write_bytes(b"\x08" * 12)
    assert pixels(source).tobytes() == b"\x08" * 12


def test_a_directory_in_the_files_place_is_the_devices_error(file: Path, source: Source) -> None:
    file.unlink()
    file.mkdir()
    with pytest.raises(SourceError, match="is neither a file nor a device"):
        source.poll()


def test_closing_leaves_no_descriptor_and_no_map_behind(file: Path) -> None:
    def held() -> tuple[int, int]:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir())), len(mapped_bytes(file))

    before = held()
    source = open_source(address(file))
    picture = pixels(source)
    source.close()
    source.close()
    assert picture.tobytes() == bytes(range(12)), "a view still alive stays readable"
    del picture
    assert held() == before
    with pytest.raises(UsageError):
        open_source(address(file, height=100))
    assert held() == before


def test_the_counter_may_lie_behind_the_pictures_or_far_before_them(tmp_path: Path) -> None:
    path = tmp_path / "far"
    path.write_bytes(b"\x00\x00\x00\x01" + bytes(100_000) + b"abcd" + b"\x02\x00\x00\x00")
    before = open_source(address(path, width=4, height=1, offset=100_004, index="0:u32be"))
    assert pixels(before).tobytes() == b"abcd"
    behind = open_source(
        address(path, width=2, height=1, offset=100_004, slots=2, index="100008:u32le")
    )
    assert pixels(behind).tobytes() == b"cd"
    before.close()
    behind.close()

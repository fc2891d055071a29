"""The writer in C leaves the bytes that the one in Python leaves, by each compiler, and the one in Rust is read."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.ring.written import EXAMPLES, ROOT, compiled, expected, made
from ws_stream import Ring
from ws_stream.sources import open_source
from ws_stream.sources.ring_layout import HEADER, META_AT, RingHeader

WIDTH, HEIGHT = 8, 6
STRICT = ("-Wall", "-Wextra", "-pedantic", "-Wconversion", "-Wshadow", "-Werror", "-D_GNU_SOURCE")
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def write_in_python(path: Path, slots: int, count: int) -> Ring:
    """What clients/c/tests/ring_kill.c does."""
    ring = Ring(os.fspath(path), WIDTH, HEIGHT, format="bgrx8888", slots=slots)
    for number in range(1, count + 1):
        words = np.repeat(expected(number, HEIGHT)[:, None], WIDTH, 1)
        if number % 7 == 0:
            ring.begin().view(np.uint32)[..., 0] = words
            ring.publish(meta={"n": number})
        else:
            row = number % HEIGHT
            ring.update()[row] = words.view(np.uint8).reshape(HEIGHT, WIDTH, 4)[row]
            ring.publish(damage=[(0, row, WIDTH, 1)], meta={"n": number})
    return ring


def timeless(path: Path) -> bytes:
    """The file without what differs by when it was written."""
    content = bytearray(path.read_bytes())
    header = RingHeader.parse(bytes(content))
    content[HEADER.size - 8 : HEADER.size] = bytes(8)
    for slot in range(header.slots):
        content[header.head_at(slot) + 8 : header.head_at(slot) + 16] = bytes(8)
        assert header.head_bytes > META_AT
    return bytes(content)


@pytest.mark.parametrize("slots", [1, 2, 16])
@pytest.mark.parametrize("count", [0, 150])
def test_both_writers_leave_the_same_bytes(tmp_path: Path, slots: int, count: int) -> None:
    command = [str(made("ring_kill")), "write", str(tmp_path / "c"), str(WIDTH), str(HEIGHT)]
    subprocess.run([*command, str(slots), str(count)], check=True)
    with write_in_python(tmp_path / "python", slots, count):
        assert timeless(tmp_path / "c") == timeless(tmp_path / "python")


@pytest.mark.parametrize(
    ("compiler", "standard", "flags"),
    [
        ("gcc", "c99", SANITIZERS),
        ("g++", "c++11", ()),
        ("clang", "gnu17", ()),
        ("clang++", "c++20", ()),
        pytest.param("clang++", "c++20", SANITIZERS, marks=pytest.mark.long),
    ],
)
def test_it_is_right_by_each_compiler(
    tmp_path: Path, compiler: str, standard: str, flags: tuple[str, ...]
) -> None:
    """Numbers that pass through 0, and what cannot be."""
    source = tmp_path / ("wrap.cc" if "++" in compiler else "wrap.c")
    source.write_text(WRAP)
    strict = (f"-std={standard}", *STRICT, f"-I{ROOT / 'clients/c'}")
    program = compiled(source, tmp_path, *strict, *flags, compiler=compiler)
    path = tmp_path / "ring"
    (tmp_path / "folder").mkdir()
    subprocess.run([program, path, tmp_path / "folder"], check=True)
    assert not (tmp_path / "folder.new").exists()
    source_of_it = open_source(f"ring:{path}")
    picture = source_of_it.poll()
    assert picture
    assert picture.completed == 4
    assert (picture.pixels == np.array([[5], [6], [2], [3], [4]])).all()
    assert picture.meta == {"last": True}


WRAP = """
#define WS_RING_FIRST 4294967293u
#include "ws_stream_ring.h"

int main(int count, char **words)
{
    const struct ws_ring_shape shape = {"gray8", 3, 5, 3, 0}, none = {"gray8", 0, 5, 3, 0};
    static char long_text[5000];
    struct ws_ring ring;
    unsigned char *pixels;
    int number;
    memset(long_text, ' ', sizeof long_text - 1);
    if (count < 3 || ws_ring_open(&ring, "/", &shape, 1, 0600) == 0 ||
        ws_ring_open(&ring, words[1], &none, 1, 0600) == 0 ||
        ws_ring_open(&ring, words[1], &shape, 17, 0600) == 0 || errno != EINVAL ||
        ws_ring_open(&ring, "/nowhere/at/all", &shape, 1, 0600) == 0 || errno != ENOENT)
        return 1;
    if (ws_ring_open(&ring, words[2], &shape, 1, 0600) == 0 || errno != EISDIR ||
        msync(ring.memory, ring.length, MS_ASYNC) == 0) /* it is still mapped */
        return 4;
    if (ws_ring_open(&ring, words[1], &shape, 3, 0600))
        return 2;
    for (number = 0; number < 7; number++) {
        pixels = ws_ring_update(&ring);
        if (pixels != ws_ring_begin(&ring))
            return 3;
        memset(pixels + number % 5 * 3, number, 3);
        ws_ring_damage(&ring, -5, number % 5, 100, 1);
        ws_ring_damage(&ring, 2147483647, -2147483647, 2147483647, 2147483647);
        ws_ring_publish(&ring, number == 6 ? "{\\"last\\":true}" : long_text);
    }
    pixels = ws_ring_update(&ring);
    memset(pixels, 2, 3); /* what is not published is not shown */
    return 0;
}
"""


@pytest.mark.long
def test_a_machine_of_32_bits_leaves_the_same_bytes(tmp_path: Path) -> None:
    if not shutil.which("qemu-arm-static"):
        pytest.skip("there is no qemu-arm-static; right would be: apt-get install qemu-user-static")
    source, flags = ROOT / "clients/c/tests/ring_kill.c", ("-std=c99", "-static", *STRICT[:-1])
    program = compiled(source, tmp_path, *flags, compiler="arm-linux-gnueabihf-gcc")
    command: list[str | Path] = [
        "qemu-arm-static",
        program,
        "write",
        tmp_path / "c",
        str(WIDTH),
        str(HEIGHT),
    ]
    subprocess.run([*command, "3", "150"], check=True)
    with write_in_python(tmp_path / "python", 3, 150):
        assert timeless(tmp_path / "c") == timeless(tmp_path / "python")


@pytest.mark.long
def test_the_one_in_rust_is_read(tmp_path: Path) -> None:
    if not shutil.which("rustc"):
        pytest.skip("there is no rustc on this machine; right would be: apt-get install rustc")
    program, path = tmp_path / "writer", tmp_path / "ring"
    source_code = EXAMPLES / "ring/writer.rs"
    subprocess.run(["rustc", "-O", "-o", program, source_code], check=True)
    subprocess.run([program, path, "5"], check=True)
    (tmp_path / "folder").mkdir()
    refused = subprocess.run([program, tmp_path / "folder", "1"], capture_output=True, check=False)
    assert b"Is a directory" in refused.stderr
    assert not (tmp_path / "folder.new").exists()
    source = open_source(f"ring:{path}")
    picture = source.poll()
    assert picture
    assert (picture.completed, source.width, source.height) == (5, 320, 200)
    assert (picture.pixels == 5).all()
    again = source.poll(picture.version)
    assert again is None

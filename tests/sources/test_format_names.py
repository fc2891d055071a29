"""Names of others, against what libav itself and the kernel's header say of them."""

import re
from pathlib import Path

import av
import pytest

from ws_stream.pixels.described import named
from ws_stream.sources.format_names import FROM_LIBAV, FROM_LINUX

HEADER = Path("/usr/include/linux/videodev2.h")


@pytest.mark.parametrize("name", FROM_LIBAV)
def test_libav_knows_each_name_and_its_bits_are_ours(name: str) -> None:
    ours = named(FROM_LIBAV[name])
    theirs = av.VideoFormat(name)
    if ours.name in ("i420", "nv12"):
        return
    assert len({component.plane for component in theirs.components}) == 1
    assert theirs.padded_bits_per_pixel == 8 * ours.bytes_per_pixel


@pytest.mark.skipif(not HEADER.exists(), reason="the kernel's headers are not here")
def test_the_kernel_s_header_has_each_code() -> None:
    codes = re.findall(r"v4l2_fourcc\('(.)', '(.)', '(.)', '(.)'\)", HEADER.read_text())
    assert {"".join(letters) for letters in codes} >= set(FROM_LINUX)


def test_each_name_of_ours_is_a_format() -> None:
    for ours in {*FROM_LIBAV.values(), *FROM_LINUX.values()}:
        assert named(ours)

"""What of the page's folder is served, and in which coding."""

import gzip
from pathlib import Path

import pytest

from ws_stream.server.files import File, files, read

LONG = b"const answer = 42;\n" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("index.html", "viewer.js", "page/grid.js", "instruments/png.js", "a/b/c.svg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(LONG)
    for name in (
        "package.json",
        "types.d.ts",
        "kernel/kernel.c",
        "kernel/kernel.h",
        "page/.hidden",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(LONG)
    (tmp_path / "kernel/kernel.wasm").write_bytes(b"\0asm")
    (tmp_path / "folder.js").mkdir()
    return tmp_path


def test_folders_in_it_are_served_and_what_only_builders_need_is_not(folder: Path) -> None:
    kinds = {path: file.content_type.partition(";")[0] for path, file in read(folder)}
    assert kinds == {
        "/index.html": "text/html",
        "/viewer.js": "text/javascript",
        "/page/grid.js": "text/javascript",
        "/instruments/png.js": "text/javascript",
        "/a/b/c.svg": "image/svg+xml",
        "/kernel/kernel.wasm": "application/wasm",
    }


def of(folder: Path, path: str) -> File:
    return dict(read(folder))[path]


@pytest.mark.parametrize(
    "accepts",
    ["gzip", "gzip, deflate", "br;q=1.0, GZIP;q=0.8, *;q=0.1", "deflate,gzip ; q=1.000,br"],
)
def test_who_accepts_it_is_sent_it_packed(folder: Path, accepts: str) -> None:
    body = of(folder, "/viewer.js").body(accepts)
    assert body.coding == "gzip"
    assert len(body.content) < len(LONG) / 10
    assert gzip.decompress(body.content) == LONG


@pytest.mark.parametrize(
    "accepts",
    [
        "",
        "identity",
        "br",
        "*",
        "gzip;q=0",
        "gzip;q=0.000, br",
        "x-gzip",
        "gzipped",
        "gzip;x",
        "\0",
    ],
)
def test_nobody_else_is(folder: Path, accepts: str) -> None:
    body = of(folder, "/viewer.js").body(accepts)
    assert (body.content, body.coding) == (LONG, "")


def test_what_gets_no_smaller_is_sent_as_it_is(folder: Path) -> None:
    assert of(folder, "/kernel/kernel.wasm").body("gzip").content == b"\0asm"


def test_what_holds_the_same_has_the_same_tag_also_after_a_restart(folder: Path) -> None:
    before = dict(read(folder))
    assert dict(read(folder)) == before
    (folder / "viewer.js").write_bytes(LONG + b" ")
    after = of(folder, "/viewer.js")
    assert after.plain.tag != before["/viewer.js"].plain.tag
    assert len({after.plain.tag, after.packed.tag}) == 2, "each coding is other bytes"


@pytest.mark.parametrize(
    ("known", "is_known"),
    [
        ("{}", True),
        ("W/{}", True),
        ('"a", {}', True),
        ('"a",W/{} ,"b"', True),
        ("", False),
        ('"a"', False),
        ('"', False),
    ],
)
def test_a_browser_that_has_it_is_known_by_the_tag(
    folder: Path, known: str, is_known: bool
) -> None:
    body = of(folder, "/viewer.js").plain
    assert body.is_known(known.format(body.tag)) is is_known


def test_the_page_packed_is_less_than_half() -> None:
    served = files().values()
    plain, packed = (
        sum(len(body.content) for body in bodies)
        for bodies in zip(*((file.plain, file.packed) for file in served), strict=True)
    )
    assert packed < plain / 2

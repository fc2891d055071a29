"""The programs in docs/ring.md run as they stand there, and their pictures are shown."""

import re
import subprocess
import sys
from pathlib import Path

from tests.ring.written import ROOT, compiled
from ws_stream.sources import open_source

DOCUMENT = (ROOT / "docs/ring.md").read_text()


def program(language: str, name: Path) -> str:
    """The only one in that language; it ends without an end, so that its last picture stays."""
    (text,) = re.findall(rf"```{language}\n(.*?)```", DOCUMENT, re.DOTALL)
    return str(text).replace('"/screen"', f'"{name}"')


def check(name: Path) -> None:
    source = open_source(f"ring:{name}")
    picture = source.poll()
    assert picture
    assert (source.width, source.height, source.format.name) == (800, 480, "rgb565")
    assert (picture.pixels == 0xFFFF).all()
    assert picture.meta


def test_the_one_in_c(tmp_path: Path) -> None:
    source = tmp_path / "writer.c"
    source.write_text(program("c", tmp_path / "ring").replace("ws_ring_close(&ring);", ""))
    flags = ("-std=c99", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'clients/c'}")
    subprocess.run([compiled(source, tmp_path, *flags)], check=True)
    check(tmp_path / "ring")


def test_the_one_in_python(tmp_path: Path) -> None:
    text = program("python", tmp_path / "ring") + "    import os; os._exit(0)\n"
    subprocess.run([sys.executable, "-W", "error", "-c", text], check=True)
    check(tmp_path / "ring")

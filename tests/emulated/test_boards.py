"""The core runs on boards of other processors, with what their Debian has, and with the oldest libraries it allows."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

from tests.emulated.chosen import BEYOND, COMPILED, CORE, arguments
from tests.test_packaging import run

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RUN = HERE / "run.sh"
ON_DEBIAN_12 = {"numpy": (1, 24), "lz4": (4, 0)}
"""What bookworm has: the oldest that a board brings along. PyPI has neither for 32-bit ones."""


@pytest.mark.parametrize(
    "script", [*sorted(HERE.glob("*.sh")), ROOT / "bench/boards.sh"], ids=lambda path: path.name
)
def test_a_shell_can_read_the_script(script: Path) -> None:
    run("bash", "-n", script)


def test_what_board_sh_asks_for_is_there() -> None:
    said = run(sys.executable, "-m", "tests.emulated.chosen", "False", cwd=ROOT).splitlines()
    assert said == arguments(has_compiled=False)
    some = "tests/walk"
    said = run(sys.executable, "-m", "tests.emulated.chosen", "True", some, cwd=ROOT).splitlines()
    assert said[2:] == [*(f"--ignore=tests/sources/test_{name}.py" for name in BEYOND), some]
    named = [*CORE, *(f"tests/sources/test_{name}.py" for name in (*BEYOND, *COMPILED))]
    assert all((ROOT / name).exists() for name in named)


@pytest.mark.parametrize("script", [RUN, ROOT / "bench/boards.sh"], ids=lambda path: path.name)
def test_a_board_that_is_not_known_gets_one_sentence(script: Path) -> None:
    done = subprocess.run([script, "mips\n"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.strip().endswith("right would be armhf, arm64 or s390x")


def test_what_is_missing_gets_one_sentence_that_says_where_it_is(tmp_path: Path) -> None:
    for program in ("sh", "dirname", "unshare"):
        (tmp_path / program).symlink_to(str(shutil.which(program)))
    environment = {**os.environ, "PATH": str(tmp_path)}
    done = subprocess.run(
        [RUN, "armhf"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert (
        done.stderr == "tests/emulated: newuidmap is missing; on Debian: apt-get install uidmap\n"
    )


def test_debian_12_has_all_that_is_required_but_websockets() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    least = dict(
        re.findall(r"^(\w+)>=([\d.]+)$", "\n".join(declared["dependencies"]), re.MULTILINE)
    )
    assert {*least} == {*ON_DEBIAN_12, "websockets"}
    for name, version in ON_DEBIAN_12.items():
        assert tuple(map(int, least[name].split("."))) <= version
    assert declared["requires-python"] == ">=3.11"


def compiled(*options: str) -> "subprocess.CompletedProcess[str]":
    """The C compiler reads files of core/ as setup.py has them compiled, and makes nothing."""
    macros = ("-D_GNU_SOURCE", "-D_FILE_OFFSET_BITS=64", "-DPy_LIMITED_API=0x030B0000")
    include = f"-I{sysconfig.get_path('include')}"
    command = ["cc", "-std=c99", "-fsyntax-only", *macros, include, *options]
    return subprocess.run(command, cwd=ROOT / "core", capture_output=True, text=True, check=False)


def test_no_newer_compiler_refuses_what_this_one_warns_of() -> None:
    files = sorted(path.name for path in (ROOT / "core").glob("*.c"))
    done = compiled("-Wall", "-Wextra", "-Werror", *files)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("file", ["crc32.c", "marks.c", "pack.c", "resample.c", "tolerance.c"])
def test_the_compiled_core_refuses_a_big_endian_processor(file: str) -> None:
    done = compiled("-U__BYTE_ORDER__", "-D__BYTE_ORDER__=__ORDER_BIG_ENDIAN__", file)
    assert "right on this processor is the walk in numpy" in done.stderr
    assert done.returncode != 0


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("architecture", ["armhf", "arm64", "s390x"])
def test_the_core_passes_on_a_board(architecture: str) -> None:
    said = run(RUN, architecture, env={**os.environ, "python": sys.executable})
    assert len(re.findall(r"^\d+ passed", said, re.MULTILINE)) == 2, (
        "without a compiler, and with one"
    )


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("walk", ["compiled", "numpy"])
def test_the_core_passes_with_the_oldest_libraries_allowed(tmp_path: Path, walk: str) -> None:
    """On this machine; lz4 4.0 has no wheel for Python 3.11 and is built."""
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    python = tmp_path / "venv/bin/python"
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "numpy==1.24.*", "lz4==4.0.*", "websockets==17.0.*", "setuptools>=77")
    run(
        *pip,
        "pytest==9.2.0",
        "pytest-asyncio==1.5.0",
        "pytest-timeout==2.4.0",
        "hypothesis==6.155.7",
    )
    compiler = {"compiled": {}, "numpy": {"CC": "/bin/false"}}[walk]
    run(*pip, "--no-deps", ROOT, env={**os.environ, **compiler})
    for folder in ("tests", "docs", "core", "web"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for file in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / file, tmp_path)
    is_compiled = "from ws_stream.walk import COMPILED; print(COMPILED)"
    assert run(python, "-c", is_compiled, cwd=tmp_path) == f"{walk == 'compiled'}\n"
    chosen = arguments(walk == "compiled")
    run(python, "-m", "pytest", "-p", "no:cacheprovider", *chosen, cwd=tmp_path)

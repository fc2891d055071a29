"""The parts of a board's server that know no sockets: in C, by clocks and bytes of their own."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.boards.board import (
    BUILD,
    EXAMPLE,
    ROOT,
    SANITIZED,
    Viewer,
    conformance,
    make,
)
from tests.boards.test_pictures import HISTORIES, check

STUBS = """
#include <stdint.h>
typedef struct lv_display_t lv_display_t;
typedef struct { int32_t x1, y1, x2, y2; } lv_area_t;
int32_t lv_area_get_width(const lv_area_t *area);
int32_t lv_area_get_height(const lv_area_t *area);
void lv_display_flush_ready(lv_display_t *display);
void lv_display_set_flush_cb(lv_display_t *display, void (*flush)(lv_display_t *, const lv_area_t *, uint8_t *));
uint32_t lv_timer_handler(void);
"""
"""What the README's program takes of LVGL 9."""


def check_passes(name: str) -> None:
    program = make(name, f"tests/boards/{name}.c", f"FLAGS={SANITIZED}")
    done = subprocess.run([program], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_viewer_s_clock() -> None:
    check_passes("test_viewer")


def test_a_device_that_could_not_be_started_closes_nothing_of_others() -> None:
    check_passes("test_start")


@pytest.mark.parametrize("scene", ["label", "page", "noise"])
def test_a_picture_takes_the_bytes_that_its_readme_says(scene: str) -> None:
    program = make("cost", "tests/boards/cost.c", f"FLAGS={SANITIZED}")
    done = subprocess.run([program, scene, "1", "100"], check=True, capture_output=True, text=True)
    size, messages = re.findall(r"[\d.]+", done.stdout)
    row = f" | {int(size):,} | {float(messages):.0f} | "
    assert row in (EXAMPLE / "README.md").read_text()


SIZE = """
#include <stdio.h>
#include "ws_device.h"
int main(void) { return printf("%zu", sizeof(ws_device)) < 0; }
"""


@pytest.mark.parametrize(
    "sizes", ["", "-DDEVICE_VIEWERS=1 -DDEVICE_GUESTS=3 -DDEVICE_MESSAGE=4096"]
)
def test_a_small_display_takes_the_memory_that_its_readme_says(tmp_path: Path, sizes: str) -> None:
    program = tmp_path / "size"
    folders = [f"-I{folder}" for folder in (EXAMPLE, ROOT / "core", ROOT / "clients" / "c")]
    command = ["cc", *folders, "-DDEVICE_WIDTH=240", "-DDEVICE_HEIGHT=135", *sizes.split()]
    subprocess.run([*command, "-xc", "-", "-o", program], input=SIZE, text=True, check=True)
    size = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    readme = (EXAMPLE / "README.md").read_text()
    assert re.search(rf"240 x 135 pixels take.* {int(size):,}[ ,]", readme)


def test_the_program_of_its_readme_compiles(driver: Path) -> None:
    code = (EXAMPLE / "README.md").read_text().partition("```c\n")[2].partition("```")[0]
    folders = [f"-I{folder}" for folder in (EXAMPLE, ROOT / "core", ROOT / "clients" / "c")]
    flags = ["-std=c99", "-pedantic", "-Wall", "-Werror", "-fsyntax-only", *folders]
    program = code.replace('#include "lvgl.h"', STUBS)
    subprocess.run(["cc", *flags, "-xc", "-"], input=program, text=True, check=True)


def test_the_demo_is_red_where_it_is_touched(driver: Path) -> None:
    demo = make("demo", os.fspath(EXAMPLE / "demo.c"), f"FLAGS={SANITIZED}")
    with subprocess.Popen([demo, "0"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        port = int(process.stdout.readline().rpartition(":")[2].strip("/\n"))
        with Viewer(f"ws://127.0.0.1:{port}/stream") as viewer:
            viewer.read(5)
            touch = {"kind": "touch", "touch": 1, "x": 30.5, "y": 40, "phase": "start"}
            viewer.say(json.dumps({"type": "input", "epoch": 1, "number": 1, "events": [touch]}))
            while (held := viewer.session.held) is None or (
                held.pixels[40:56, 30:46] != 0xF800
            ).any():
                viewer.read(5)
                viewer.acknowledge()
            assert (held.pixels[:40] == 0xFFFF).all()
        process.kill()


@pytest.fixture(scope="module")
def emulated() -> tuple[str, Path, Path]:
    """A machine, and the programs for it."""
    compiler, machine = "arm-linux-gnueabihf-gcc", "qemu-arm-static"
    if not (shutil.which(compiler) and shutil.which(machine)):
        pytest.skip(
            "apt-get install gcc-arm-linux-gnueabihf libc6-dev-armhf-cross qemu-user-static"
        )
    options = f"CC={compiler}", "FLAGS=-Os -static"
    driver, said = (
        make(name, f"tests/boards/{name}.c", *options, build=BUILD / "armhf")
        for name in ("driver", "conformance")
    )
    return machine, driver, said


@pytest.mark.long
def test_it_passes_the_vectors_on_a_small_machine(emulated: tuple[str, Path, Path]) -> None:
    machine, _, program = emulated
    conformance(machine, program)


@pytest.mark.long
@settings(max_examples=40)
@given(steps=HISTORIES)
def test_a_small_machine_s_viewers_end_with_every_pixel(
    emulated: tuple[str, Path, Path], steps: list[tuple[object, ...]]
) -> None:
    machine, driver, _ = emulated
    check((machine, driver), steps)

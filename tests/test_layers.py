"""The rooms of the package, top to bottom: a room imports from rooms above it, never from below.

docs/design.md draws the same table for people.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "ws_stream"

ROOMS = [
    "errors",
    "pixels",
    "frame",
    "wire",
    "_kernel",
    "rows",
    "moved",
    "packing",
    "codec",
    "shrink",
    "maker",
    "wish",
    "control",
    "pacing",
    "feed",
    "viewer",
    "audience",
    "hub",
    "sources",
    "capture",
    "threaded",
    "budget",
    "http",
    "connection",
    "door",
    "loop_thread",
    "server",
    "client",
    "contents",
    "meter",
    "rehearsal",
    "advice",
    "png",
    "watch",
    "arguments",
    "cli",
]

LIBRARIES = {
    "asyncio": {
        *("hub", "connection", "door", "loop_thread", "server", "client", "meter", "rehearsal"),
        *("watch", "cli"),
    },
    "lz4": {"packing", "codec"},
    "websockets": {"connection", "door", "server", "client"},
    "numpy": {
        *("pixels", "frame", "moved", "packing", "codec", "_kernel", "rows", "shrink", "maker"),
        *("feed", "hub", "sources", "contents", "png"),
    },
}
"""Who may know a library. What is not named here is free to all."""


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].partition(".")[0]


def imports(file: Path) -> Iterator[tuple[str, str]]:
    """The rooms and the libraries a file imports, wherever in it."""
    depth = len(file.relative_to(PACKAGE).parts)
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (("library", name.name.partition(".")[0]) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield "library", (node.module or "").partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.level == depth:
            names = [node.module] if node.module else [name.name for name in node.names]
            yield from (("room", name.partition(".")[0]) for name in names)


FILES = [
    file
    for file in sorted(PACKAGE.rglob("*.py*"))
    if file.suffix in {".py", ".pyi"} and not room_of(file).startswith("__")
]
"""What a compiled room imports is what its stub says that it takes and returns."""


def test_every_file_has_its_room_in_the_table_and_every_room_a_file() -> None:
    assert {room_of(file) for file in FILES} == set(ROOMS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_room_imports_only_from_rooms_above_it(file: Path) -> None:
    above = ROOMS[: ROOMS.index(room_of(file))]
    rooms = {name for kind, name in imports(file) if kind == "room"}
    assert rooms <= {*above, room_of(file)}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_libraries_are_known_only_where_the_table_says(file: Path) -> None:
    known = {name for kind, name in imports(file) if kind == "library"}
    assert not {name for name in known if room_of(file) not in LIBRARIES.get(name, ROOMS)}


def test_only_the_command_line_prints_and_starts_the_loop() -> None:
    for file in FILES:
        calls = {
            ast.unparse(node.func)
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.Call)
        }
        assert not calls & {"print", "asyncio.run", "asyncio.Runner"} or room_of(file) == "cli"

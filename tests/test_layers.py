"""The rooms of the package, top to bottom: a room imports from rooms above it, never from below.

The same holds for the files inside a room. docs/design.md draws the table of rooms for people.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "ws_stream"
C_CLIENT = Path(__file__).parents[1] / "clients" / "c"
C_DEVICE = Path(__file__).parents[1] / "examples" / "c-device"

ROOMS = {
    "errors": [],
    "limits": [],
    "arguments": [],
    "fair_lock": [],
    "allowance": [],
    "printable": [],
    "regular_file": [],
    "loop_thread": [],
    "png": [],
    "extras": [],
    "pixels": [
        *("formats", "raw", "arrays", "plain", "demosaic", "colours", "described", "frame"),
        *("rendition", "kept", "damage", "work", "tolerance", "regroup", "resample"),
        *("gpu_resample", "gpu", "foreign"),
    ],
    "protocol": [
        "json_text",
        "members",
        "extension",
        "picture",
        "options",
        "offer",
        "request",
        "token",
        "input",
        "messages",
        "control",
    ],
    "_core": [],
    "codec": ["marks", "scroll", "pack", "encode", "unpack", "decode"],
    "clock": [],
    "session": [],
    "recording": [
        *("chunk", "playback", "spacing", "writer", "excerpt", "files", "ring", "recorder"),
        *("file", "contents", "reader"),
    ],
    "walk": [
        *("window", "rate_limit", "phase_lock", "turn", "bases", "variant", "outlet"),
        *("counts", "subscriber", "places", "numpy_walk", "layout", "compiled_walk"),
    ],
    "sources": [
        *(
            "address",
            "source",
            "format_names",
            "packed",
            "layout",
            "memory",
            "rights",
            "mapped_file",
        ),
        *("mapped", "mmap_file", "ring_layout", "shm", "ring_life", "ring", "masks", "xwd"),
        *("segment", "x_requests", "x_link", "x_screen", "screen", "fb_info", "fb", "font"),
        *("testcard", "replay", "process", "slots", "program", "film", "video", "v4l2", "camera"),
    ],
    "ring": [],
    "hub": [
        *("errands", "kinds", "producer", "figures", "subscription", "wishes", "rates"),
        *("grants", "audience", "gpu_pictures", "newest", "held", "input", "caller"),
        *("operators", "stream", "budget"),
    ],
    "producers": ["patience", "polls", "failure", "poller", "reader"],
    "retry": [],
    "trust": [],
    "dial": [],
    "waiting": [],
    "plain": [],
    "client": [],
    "relay": [
        *(
            "schemes",
            "upstream",
            "relayed",
            "subjects",
            "parts",
            "following",
            "arrivals",
            "leases",
            "whole",
        ),
        *(
            "device_time",
            "nats_address",
            "nats_library",
            "nats_link",
            "nats_questions",
            "nats_answers",
        ),
        *("nats_presence", "nats_node", "nats_upstream", "nats_introduction", "nats_publisher"),
        "addresses",
    ],
    "discovery": ["service", "library", "announcer", "browser"],
    "server": [
        *(
            "access",
            "request",
            "tokens",
            "allowances",
            "judgement",
            "files",
            "health",
            "metrics",
            "stills",
            "pages",
            "request_log",
            "gate",
            "places",
            "proxy",
            "hearing",
            "peers",
            "certificate",
            "tls",
            "lasting",
            "plain_http",
            "viewer",
            "lens",
            "snapshots",
            "readers",
            "admission",
            "websocket",
            "reception",
            "speech",
            "mounted",
            "mount",
            "addresses",
            "listener",
        ),
        *("announcing", "lifetime", "offer", "catalogue", "budgeting", "server"),
    ],
    "mounts": ["under", "asgi", "aiohttp_app"],
    "flask": [],
    "jupyter": [
        *("bundle", "ear", "kernel", "viewer", "watchers", "calls", "still", "view", "show"),
    ],
    "testing": ["golden", "check", "screen"],
    "selftest": ["workload", "profiler", "run", "advice"],
    "conformance": [
        *("vectors", "turn", "claims", "pictures", "words", "stories", "pipe", "report", "run"),
        *("program", "__main__"),
    ],
    "commands": [
        *(
            "terminal",
            "logs",
            "notify",
            "watch",
            "found",
            "input_lines",
            "record",
            "inspect",
            "certificate",
            "sources",
            "nodes",
            "publish",
        ),
        *("export_stills", "export_films", "export", "values", "tls_arguments"),
        *(
            "recording_arguments",
            "nats_arguments",
            "places",
            "listening_arguments",
            "stream_arguments",
            "keys",
        ),
        *("arguments", "settings", "toml_lines", "config", "serving", "reloading", "bench", "cli"),
    ],
}
"""The rooms, and the files of those that have several. A room's `__init__` comes after its files."""

LIBRARIES = {
    "aiohttp": {"mounts"},
    "asyncio": {
        "loop_thread",
        "hub",
        "discovery",
        "server",
        "mounts",
        "jupyter",
        "waiting",
        "plain",
        "client",
        "relay",
        "selftest",
        "commands",
    },
    "Xlib": {"sources"},
    "cryptography": {"commands"},
    "flask": {"flask"},
    "lz4": {"codec", "walk"},
    "nats": {"relay"},
    "prometheus_client": {"server"},
    "zeroconf": {"discovery"},
    "websockets": {"server", "dial", "client"},
    "numpy": {
        "arguments",
        "png",
        "server",
        "pixels",
        "codec",
        "walk",
        "sources",
        "ring",
        "hub",
        "testing",
        "selftest",
        "conformance",
        "commands",
    },
}
"""Who may know a library. What is not named here is free to all."""

MAX_LINES = 250
"""Of a file: one that is longer holds more than one idea."""
MAX_C_LINES = 300
"""The same of a file in C, where what others call is declared beside it."""
MAX_FUNCTION = 40
"""Lines of a function, with its docstring and comments."""
MAX_ATTRIBUTES = 10
"""Of an object: more are a second object in it."""
AS_WIDE_AS_THE_WIRE = {"Announcement", "Message", "RingHeader"}
"""What docs/protocol.md puts into one message, and docs/ring.md into one header, by its own names."""


def place(file: Path) -> tuple[str, str]:
    """The room of a file, and the file in it; a room that is one file has the empty name."""
    room, *rest = file.relative_to(PACKAGE).with_suffix("").parts
    return room, rest[0] if rest else ""


def imports(file: Path) -> Iterator[tuple[str, str, str]]:
    """What a file imports, wherever in it: kind, name, file of the room; the kind is "library" or "room"."""
    depth = len(file.relative_to(PACKAGE).parts)
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (("library", name.name.partition(".")[0], "") for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield "library", (node.module or "").partition(".")[0], ""
        elif isinstance(node, ast.ImportFrom):
            here = file.relative_to(PACKAGE).parts[: depth - node.level]
            named = [*here, *(node.module.split(".") if node.module else [])]
            for name in node.names:
                room, *rest = [*named, name.name]
                yield "room", room, rest[0] if rest and rest[0] in ROOMS[room] else ""


FILES = [
    file
    for file in sorted(PACKAGE.rglob("*.py*"))
    if file.suffix in {".py", ".pyi"} and not place(file)[0].startswith("__")
]
"""What a compiled room imports is what its stub says that it takes and returns."""

EACH_FILE = pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))


def test_every_file_has_its_place_in_the_table_and_every_place_a_file() -> None:
    rooms = {(room, file) for room, files in ROOMS.items() for file in files or [""]}
    inits = {(room, "__init__") for room, files in ROOMS.items() if files}
    assert {place(file) for file in FILES} == rooms | inits


@EACH_FILE
def test_a_room_imports_only_from_rooms_above_it(file: Path) -> None:
    order, (here, _) = list(ROOMS), place(file)
    above = order[: order.index(here) + 1]
    assert {room for kind, room, _ in imports(file) if kind == "room"} <= set(above)


@EACH_FILE
def test_a_file_imports_only_from_files_of_its_room_that_are_above_it(file: Path) -> None:
    here, name = place(file)
    order = [*ROOMS[here], "__init__"] if name else [""]
    above = set(order[: order.index(name)])
    assert {
        other for kind, room, other in imports(file) if kind == "room" and room == here
    } <= above


@EACH_FILE
def test_libraries_are_known_only_where_the_table_says(file: Path) -> None:
    known = {name for kind, name, _ in imports(file) if kind == "library"}
    assert not {name for name in known if place(file)[0] not in LIBRARIES.get(name, ROOMS)}


def test_the_limits_import_nothing() -> None:
    assert not list(imports(PACKAGE / "limits.py"))


def attributes(kind: ast.ClassDef) -> set[str]:
    """What an object of a class has: all that is assigned on `self`, and the fields that stand in the class itself."""
    assigned = {
        node.attr
        for node in ast.walk(kind)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        if isinstance(node.value, ast.Name) and node.value.id == "self"
    }
    fields = {
        node.target.id
        for node in kind.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        if not ast.unparse(node.annotation).startswith("ClassVar")
    }
    return assigned | fields


def too_large(sizes: dict[str, int], most: int) -> dict[str, int]:
    return {name: size for name, size in sizes.items() if size > most}


@EACH_FILE
def test_no_file_is_too_long_to_hold_one_idea(file: Path) -> None:
    assert not too_large({file.name: len(file.read_text().splitlines())}, MAX_LINES)


@EACH_FILE
def test_no_function_is_too_long_to_be_seen_at_once(file: Path) -> None:
    lengths = {
        f"{node.name}, line {node.lineno}": (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert not too_large(lengths, MAX_FUNCTION)


@EACH_FILE
def test_no_object_knows_too_much_to_be_one_thing(file: Path) -> None:
    known = {
        node.name: len(attributes(node))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ClassDef) and node.name not in AS_WIDE_AS_THE_WIRE
    }
    assert not too_large(known, MAX_ATTRIBUTES)


EACH_C_FILE = pytest.mark.parametrize(
    "file",
    sorted([*C_CLIENT.rglob("*.[ch]"), *C_DEVICE.glob("*.[ch]")]),
    ids=lambda file: file.relative_to(C_CLIENT.parents[1]).as_posix(),
)


@EACH_C_FILE
def test_no_c_file_and_no_function_in_it_is_too_long(file: Path) -> None:
    text = file.read_text()
    functions = re.finditer(r"^\w[^;{}]*\)\n\{\n.*?^\}$", text, re.MULTILINE | re.DOTALL)
    lengths = {found[0].partition("(")[0]: found[0].count("\n") + 1 for found in functions}
    assert not too_large({file.name: len(text.splitlines())}, MAX_C_LINES)
    assert not too_large(lengths, MAX_FUNCTION)


@pytest.mark.parametrize("file", sorted(C_CLIENT.glob("*.c")), ids=lambda file: file.name)
def test_the_c_client_needs_no_system_below_it(file: Path) -> None:
    known = {"string.h", "stddef.h", "stdint.h", "stdbool.h", "parts.h", "ws_stream.h"}
    if file.name == "conformance.c":
        known |= {"stdio.h", "stdlib.h"}
    assert set(re.findall(r'#include [<"](.*)[>"]', file.read_text())) <= known


@pytest.mark.parametrize("file", sorted(C_DEVICE.glob("*.[ch]")), ids=lambda file: file.name)
def test_a_board_s_server_knows_its_system_by_its_port_alone(file: Path) -> None:
    included = re.findall(r"#include <(.*)>", file.read_text())
    systems = set(included) - {"string.h", "stddef.h", "stdint.h", "math.h"}
    assert bool(systems) == (file.name in ("port_posix.c", "demo.c"))


def test_attributes_are_counted_wherever_they_are_assigned() -> None:
    source = """class Thing(Base):
    kind: ClassVar[int] = 1
    field: int = 0
    name = "shared by all"
    def __init__(self):
        self.first, (self.second, *self.third) = self.field, rest
        self.first += 1
        self.fourth: int = 4
        with opened as self.fifth:
            other.sixth = self.seventh
    """
    (kind,) = ast.parse(source).body
    assert isinstance(kind, ast.ClassDef)
    assert attributes(kind) == {"field", "first", "second", "third", "fourth", "fifth"}


def test_only_the_command_line_prints_and_starts_the_loop() -> None:
    for file in FILES:
        calls = {
            ast.unparse(node.func)
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.Call)
        }
        assert "print" not in calls or place(file) == ("commands", "terminal")
        assert not calls & {"asyncio.run", "asyncio.Runner"} or place(file) == ("commands", "cli")

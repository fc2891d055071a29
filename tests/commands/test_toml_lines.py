"""The line of each key: whatever stands in a text that `tomllib` reads."""

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.commands.toml_lines import lines_of

TRAPS = [
    "1",
    "-1.5e3 # k0 = 1",
    "1979-05-27 07:32:00",
    '"[k0] # \\" = \'k0\'"',
    "'[k0] = \"'",
    '"""\nk0 = 1\n[k0]\n\\\\""" # """',
    '"""a"""""',
    "'''\n[[k0]]\nk0 = \"\"\" '''",
    "'''a'''''",
    '[1, # ]\n  ["]"], {k0 = 1},\n]',
    "[]",
    "{}",
]
"""Values that look like keys, tables or ends."""
KEYS = ["{}", '"{}"', "'{}'", '"\\u006b{}"', "k.{}", 'a-_b . "c." . {}']
BETWEEN = ["", "\n", "  # k0 = '''\n", "\t\n"]


def paths(table: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(table, dict):
        for key, value in table.items():
            yield (*path, key)
            yield from paths(value, (*path, key))


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Statements, each of whose keys has a name of its own."""
    names = iter(f"n{number}." for number in range(1000))

    def key() -> str:
        name = next(names)
        shape = draw(st.sampled_from([shape for shape in KEYS if shape[-1] in "\"'"]))
        return shape.format(name)

    def value(depth: int = 0) -> str:
        if depth < 3 and draw(st.booleans()):
            inner = [f"{key()} = {value(depth + 1)}" for _ in range(draw(st.integers(0, 2)))]
            return "{" + ", ".join(inner) + "}"
        return draw(st.sampled_from([trap for trap in TRAPS if not depth or "#" not in trap]))

    parts = []
    for _ in range(draw(st.integers(0, 6))):
        if draw(st.booleans()):
            header = draw(st.sampled_from(["[{}]", "[[{}]]", " [ a. {} ] # [k0]"]))
            parts.append(header.format(key()))
        prefix = draw(st.sampled_from(["", "k.", '  a-_b . "c." . ']))
        parts.append(f"{prefix}{key()} = {value()}")
        parts.append(draw(st.sampled_from(BETWEEN)))
    return draw(st.sampled_from(["\n", "\r\n"])).join(parts)


@given(texts())
def test_the_line_of_each_key_is_the_one_on_which_it_stands(text: str) -> None:
    table = tomllib.loads(text)
    found, lines = lines_of(text), text.replace("\r\n", "\n").split("\n")
    assert set(paths(table)) <= set(found)
    for path, line in found.items():
        name = path[-1].removeprefix("k")
        if name.startswith("n"):
            assert [number for number, said in enumerate(lines, 1) if name in said] == [line]


@pytest.mark.parametrize("trap", TRAPS)
def test_a_value_is_taken_for_no_key(trap: str) -> None:
    text = f"first = {trap}\n[table]\nlast = 1"
    assert tomllib.loads(text)
    after = trap.count("\n") + 2
    assert lines_of(text) == {
        ("first",): 1,
        ("table",): after,
        ("table", "last"): after + 1,
    }


def test_a_table_stands_where_it_is_named_first() -> None:
    text = "[streams.camera]\nstep = 2\n[streams.screen]\n[streams]\nother.step = 3\n"
    assert tomllib.loads(text)
    assert lines_of(text) == {
        ("streams",): 1,
        ("streams", "camera"): 1,
        ("streams", "camera", "step"): 2,
        ("streams", "screen"): 3,
        ("streams", "other"): 5,
        ("streams", "other", "step"): 5,
    }

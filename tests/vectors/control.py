"""What each side may say and what not: for each member of each type, values within its bounds and just beyond them."""

import json
import re
from collections.abc import Iterator
from typing import Any

from .control_tables import EVENTS, FROM_SERVER, FROM_VIEWER, Member
from .layout import FORMATS
from .vector import compact


def vectors() -> Iterator[dict[str, Any]]:
    """All of them."""
    for speaker, types in (("server", FROM_SERVER), ("viewer", FROM_VIEWER)):
        for name, members in types.items():
            yield from _members(speaker, name, members)
        yield from _texts(speaker, *_EXAMPLES[speaker])
        yield from _unknown(speaker, set(types))
    yield from _lengths()
    yield from _events()


def _need(speaker: str, name: str) -> str:
    if speaker == "server":
        return "control"
    return "input" if name.startswith("input") else "requests"


def _vector(speaker: str, name: str, text: str, answer: str, about: str = "") -> dict[str, Any]:
    is_long = len(text) > 2000
    shown = re.search(r'"type":"stream".*"format":"([a-z]+[0-9]+)"', text)
    return {
        "name": f"{speaker}/{name}",
        "about": about or {"ok": "Valid.", "close": "It breaks its table."}[answer],
        "needs": [
            _need(speaker, name),
            *([shown[1]] if shown and shown[1] in {*FORMATS, "indexed8"} else []),
        ],
        "from": speaker,
        **({"hex": compact(text.encode())} if is_long else {"text": text}),
        "answer": answer,
    }


def palette(name: str, value: object, is_right: bool) -> dict[str, Any]:
    """An announcement with this palette."""
    stream = {**example("stream", FROM_SERVER["stream"]), "format": "indexed8", "palette": value}
    return _vector(
        "server", f"stream/palette, {name}", _json(stream), "ok" if is_right else "close"
    )


def example(name: str, members: dict[str, Member]) -> dict[str, Any]:
    """A valid message of a type."""
    more = {"events": [{"kind": "text", "text": "a"}]} if name == "input" else {}
    return {"type": name, **{key: member.kind.good[0] for key, member in members.items()}, **more}


def _members(speaker: str, name: str, members: dict[str, Member]) -> Iterator[dict[str, Any]]:
    right = example(name, members)
    yield _vector(speaker, name, _json(right), "ok", "All members.")
    more = {**right, "later": {"a": [1, None]}, "x-own": 1.5}
    yield _vector(speaker, f"{name}/more", _json(more), "ok", "Unknown members are ignored.")
    for key, member in members.items():
        without = {other: value for other, value in right.items() if other != key}
        answer = "ok" if member.optional else "close"
        if (name, key) != ("request", "id"):  # a server may do without
            yield _vector(speaker, f"{name}/without {key}", _json(without), answer)
        goods, bads = list(member.kind.good), list(member.kind.bad)
        (goods if member.nullable else bads).append(None)
        for answer, values in (("ok", goods), ("close", bads)):
            for at, value in enumerate(values):
                label = f"{name}/{key} {answer} {at}"
                yield _vector(speaker, label, _json({**right, key: value}), answer)


_EXAMPLES = {
    "server": ("problem", '"reason":"ab"', '"reason":'),
    "viewer": ("clock", '"viewer_time":12', '"viewer_time":'),
}
"""A type, a valid member of it, and the beginning of one."""


def _texts(speaker: str, name: str, member: str, begun: str) -> Iterator[dict[str, Any]]:
    """What is JSON, and what is not."""
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in name)
    for label, text in (
        ("space", f' \t\r\n{{ "type" : "{name}" ,\n{member}\t}} \n'),
        ("escaped type", f'{{"type":"{escaped}",{member}}}'),
        ("escaped name", f'{{"\\u0074ype":"{name}",{member}}}'),
        ("type last", f'{{{member},"type":"{name}"}}'),
        ("unknown member of any kind", f'{{"type":"{name}",{member},"a":[{{}},"\\u00e9\\/",1e3]}}'),
        ("other letters", f'{{"type":"{name}",{member},"ü":"€😀"}}'),
        ("a surrogate pair", f'{{"type":"{name}",{member},"a":"\\ud83d\\ude00"}}'),
    ):
        yield _vector(speaker, f"text/{label}", text, "ok", "As JSON allows it.")
    right = f'{{"type":"{name}",{member}}}'
    for label, text in (
        ("empty", ""),
        ("space only", "  "),
        ("cut", right[:-1]),
        ("more after it", right + "}"),
        ("two messages", right + right),
        ("a comma after it", right + ","),
        ("a comma too many", right[:-1] + ",}"),
        ("other quotes", right.replace('"', "'")),
        ("no quotes", f"{{type:{name}}}"),
        ("a comment", right + "//"),
        ("NaN", right[:-1] + ',"a":NaN}'),
        ("Infinity", right[:-1] + ',"a":-Infinity}'),
        ("undefined", right[:-1] + ',"a":undefined}'),
        ("a number with a zero before it", right[:-1] + ',"a":01}'),
        ("a number with a plus", right[:-1] + ',"a":+1}'),
        ("a number without a digit before the point", right[:-1] + ',"a":.5}'),
        ("a number without a digit after the point", right[:-1] + ',"a":1.}'),
        ("a hexadecimal number", right[:-1] + ',"a":0x1}'),
        ("True", right[:-1] + ',"a":True}'),
        ("a raw line break in a text", right[:-1] + ',"a":"\n"}'),
        ("a raw NUL in a text", right[:-1] + ',"a":"\0"}'),
        ("an unknown escape", right[:-1] + ',"a":"\\x41"}'),
        ("half an escape", right[:-1] + ',"a":"\\u12"}'),
        ("NUL after it", right + "\0"),
        ("nothing for a value", f'{{"type":"{name}",{begun}}}'),
    ):
        yield _vector(speaker, f"text/{label}", text, "close", "No JSON.")
    for label, text in (
        ("array", f"[{right}]"),
        ("empty array", "[]"),
        ("string", f'"{name}"'),
        ("number", "1"),
        ("true", "true"),
        ("null", "null"),
        ("empty object", "{}"),
        ("no type", f"{{{member}}}"),
        ("type null", f'{{"type":null,{member}}}'),
        ("type 1", f'{{"type":1,{member}}}'),
        ("type in an array", f'{{"type":["{name}"],{member}}}'),
        ("Type", f'{{"Type":"{name}",{member}}}'),
    ):
        yield _vector(speaker, f"object/{label}", text, "close", "No object with a text `type`.")


def _unknown(speaker: str, known: set[str]) -> Iterator[dict[str, Any]]:
    others = {"stream", "granted", "pace", "unchanged", "waiting", "problem"}
    others |= {"acknowledge", "request", "resync", "input"}
    names = ["zebra", "x-own", "", "Clock", "clock ", "rate", "rendition", "ü", "__proto__"]
    names += ["constructor", "toString", "hasOwnProperty", "__class__"]
    for name in (*names, *sorted(others - known)):
        text = _json({"type": name, "reason": 5, "viewer_time": "a", "number": -1})
        yield _vector(speaker, f"unknown type/{name}", text, "ignored", "Whatever else it holds.")


def _lengths() -> Iterator[dict[str, Any]]:
    sizes = (2048, "ok"), (65536, "ok"), (65537, "close")
    for speaker, lengths in (("server", sizes), ("viewer", ((4096, "ok"), (4097, "close")))):
        name, member, _ = _EXAMPLES[speaker]
        for size, answer in lengths:
            start, end = f'{{"type":"{name}",{member},"a":"', '"}'
            text = start + "x" * (size - len(start) - len(end)) + end
            about = "As long as may be." if answer == "ok" else "Too long."
            yield _long(_vector(speaker, f"length/{size}", text, answer, about), size)
    start = '{"type":"problem","reason":"ab","a":"'
    text = start + "ü" * (65536 - len(start) - 2) + '"}'
    about = "65536 characters, of more bytes."
    yield _long(_vector("server", "length/65536 of other letters", text, "ok", about), 65536)


def _long(vector: dict[str, Any], size: int) -> dict[str, Any]:
    """A small viewer may refuse what is longer than any message of this version."""
    more = ["long-texts"] if size == 65536 else []
    return {**vector, "needs": [*vector["needs"], *more]}


def _events() -> Iterator[dict[str, Any]]:
    """The events of `input`."""
    pointer = {"kind": "pointer", "x": 1.5, "y": 2, "buttons": 1}
    for name, members in EVENTS.items():
        right = {"kind": name, **{key: member.kind.good[0] for key, member in members.items()}}
        yield _input(f"{name}", [right], "ok")
        yield _input(f"{name}/more", [{**right, "later": 1}], "ok")
        for key, member in members.items():
            without = {other: value for other, value in right.items() if other != key}
            yield _input(f"{name}/without {key}", [without], "ok" if member.optional else "close")
            for answer, values in (("ok", member.kind.good), ("close", (*member.kind.bad, None))):
                for at, value in enumerate(values):
                    if len(_json(value).encode()) < 3900:  # else the message is too long
                        yield _input(f"{name}/{key} {answer} {at}", [{**right, key: value}], answer)
    yield _input("32 events", [pointer] * 32, "ok")
    yield _input("33 events", [pointer] * 33, "close")
    yield _input("no event", [], "close")
    yield _input("several kinds", [pointer, {"kind": "text", "text": "a"}], "ok")
    yield _input("an unknown kind", [{"kind": "zebra", "x": "a"}, pointer], "ok")
    yield _input("a private kind", [{"kind": "x-own"}], "ok")
    yield _input("a wrong one after a right one", [pointer, {"kind": "text"}], "close")
    yield _input("no kind", [{"x": 1, "y": 2, "buttons": 0}], "close")
    yield _input("kind 1", [{**pointer, "kind": 1}], "close")
    for value in (None, 1, "pointer", [], [pointer]):
        yield _input(f"event {_json(value)[:8]}", [value], "close")
    for value in (pointer, "pointer", 1):
        text = {"type": "input", "epoch": 7, "number": 1, "events": value}
        label = f"input/events {_json(value)[:8]}"
        yield _vector("viewer", label, _json(text), "close", "Not a list.")


def _input(label: str, events: list[Any], answer: str) -> dict[str, Any]:
    text = _json({"type": "input", "epoch": 7, "number": 1, "events": events})
    return _vector("viewer", f"input/{label}", text, answer)


def _json(value: object) -> str:
    """JSON whose half surrogates, which are no letters, are escapes."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return "".join(f"\\u{ord(one):04x}" if 0xD800 <= ord(one) < 0xE000 else one for one in text)

"""What happens to a viewer, step by step, and what it says."""

import json
from collections.abc import Iterator
from typing import Any

from .layout import blank, message
from .retries import answers, ends
from .scene import (
    ANNOUNCED,
    BLANK,
    NO_REPORTS,
    OPENED,
    REPORTS,
    STREAM,
    UNCHANGED,
    again,
    picture,
    refused,
    sent,
)
from .step import Step, control, step


def vectors() -> Iterator[dict[str, Any]]:
    """All of them."""
    for name, about, steps, *more in (*_pictures(), *_resyncs(), *_epochs(), *_connections()):
        yield _vector(name, about, steps, "session", "marked", "gray8", *more)
    for name, about, steps in _signs_of_life():
        yield _vector(name, about, steps, "session", "marked", "gray8")
    for name, about, steps in _silences():
        yield _vector(name, about, steps, "silence", "session", "marked", "gray8")
    shown = [*OPENED, picture(1)]
    wrong = refused(2, 1, resync=True)
    for name, about, steps in ends(shown, [*OPENED, control(UNCHANGED)], OPENED, wrong):
        yield _vector(name, about, steps, "retry", "session", "marked", "gray8")
    for name, about, steps in answers():
        yield _vector(name, about, steps, "http", "retry")


def _vector(name: str, about: str, steps: list[Step], *needs: str) -> dict[str, Any]:
    return {"name": f"sequence/{name}", "about": about, "needs": list(needs), "steps": steps}


Story = tuple[Any, ...]


def _pictures() -> Iterator[Story]:
    about = "Each picture that is not no-ack is acknowledged."
    steps = [picture(1), picture(2, 1), picture(3, 2, ack=False), picture(9, 3), picture(10, 9)]
    yield "pictures one after the other", about, [*OPENED, *steps]
    about = "A delta against blank is applied whatever is held, whatever its number."
    yield "blank again", about, [*OPENED, picture(5), picture(3), picture(3), again(3)]
    about = "Whatever is not known changes nothing."
    other = step("picture", b"\0\0\1\0later", "ignored")
    later = step("server", json.dumps({"type": "zebra", "epoch": 1}), "ignored")
    more = control({**ANNOUNCED, "later": [1], "x-own": {}})
    begun = [step("begin"), step("connect"), later, other, more, later, other]
    steps = [*begun, picture(1), later, other, again(1)]
    yield "a later version's messages", about, steps
    about = "The picture stays, and the viewer goes on where it was."
    trouble = [control(REPORTS["problem"]), control(REPORTS["problem"])]
    steps = [*OPENED, picture(1), *trouble, control(REPORTS["no problem"]), again(1)]
    yield "problem and recovery", about, steps
    yield "a picture while there is a problem", about, [*OPENED, picture(1), *trouble, again(1)]
    about = "Before the first stream there may be a problem and no picture."
    before = [control(message) for message in (*REPORTS.values(), *NO_REPORTS.values())][:-1]
    yield "reports before the stream", about, [*OPENED[:2], *before, STREAM, picture(1)]


def _resyncs() -> Iterator[Story]:
    about = "One resync; what was on its way is refused too; the answer is applied."
    on_its_way = [refused(4, 3), refused(5, 4), refused(6, 1)]
    lost = [*OPENED, picture(1), refused(3, 2, resync=True)]
    yield "refuse, drop, resync, accept", about, [*lost, *on_its_way, picture(7), picture(8, 7)]
    about = "The answer has the number that was held, or a smaller one."
    yield "resync answered with the same number", about, [*lost, picture(1), again(1)]
    about = "After a refusal the blank picture is held."
    yield (
        "what was held is void",
        about,
        [*OPENED, picture(1), refused(3, 2, resync=True), refused(2, 1)],
    )
    for name, report in REPORTS.items():
        about = "While it is resyncing, a viewer sends resync after each report."
        heard = control(report, "resync")
        steps = [*lost, refused(4, 3), heard, refused(5, 4), heard, picture(9), control(report)]
        yield f"resync again after {name}", about, steps
    for name, said in NO_REPORTS.items():
        about = "That is no report."
        answer = "ignored" if said["type"] == "zebra" else "ok"
        steps = [*lost, step("server", json.dumps(said), answer), refused(4, 3), picture(5)]
        yield f"no resync after {name}", about, steps
    about = "A refused answer is not asked for again before a report."
    wrong = refused(4, 0, flags=0x80)
    steps = [*lost, wrong, wrong, control(UNCHANGED, "resync"), wrong, picture(5), again(5)]
    yield "the answer is refused", about, steps
    about = "Each time that a picture is refused after one that was applied."
    steps = [*lost, picture(5), refused(7, 6, resync=True), picture(8), refused(3, 2, resync=True)]
    yield "resync twice", about, steps
    about = "The first picture already."
    yield (
        "refused while blank",
        about,
        [*OPENED, refused(2, 1, resync=True), refused(3, 2), picture(4)],
    )
    about = "A picture with a wrong checksum is none."
    data = message(BLANK, number=2, base=1, flags=1, checksum=1)
    wrong = step("picture", data, "refused", ["resync"])
    yield (
        "a wrong checksum",
        about,
        [*OPENED, picture(1), wrong, refused(3, 1), picture(4)],
        "checksum",
    )
    asked = [*OPENED, picture(5), step("resync", "", "ok", ["resync"])]
    about = "The viewer holds the blank picture then."
    yield "voluntary resync", about, [*asked, refused(6, 5), picture(5), again(5)], "resync"
    about = "There is nothing to forget."
    steps = [step("resync"), STREAM, picture(1), picture(2, 1)]
    yield "voluntary resync before the stream", about, [*OPENED[:2], *steps], "resync"
    about = "It is resyncing."
    steps = [*asked, control(UNCHANGED, "resync"), refused(6, 5), picture(6)]
    yield "voluntary resync, unanswered", about, steps, "resync"


def _epochs() -> Iterator[Story]:
    other = {**ANNOUNCED, "epoch": 78}
    to = blank("gray8", 2, 3, 78)
    about = "The blank picture is held then; one of the epoch before is refused."
    steps = [*OPENED, picture(5), control(other), picture(1, to=to), picture(2, 1, to=to)]
    yield "change of epoch", about, steps
    steps = [*OPENED, picture(5), control(other), refused(6, 5, resync=True), picture(1, to=to)]
    yield "a late picture of the epoch before", about, steps
    steps = [*OPENED, picture(5), control(other), refused(6, 5, resync=True, to=to)]
    yield "a delta against the epoch before", about, [*steps, picture(6, to=to)]
    about = "That of the same epoch makes the held picture blank as well."
    steps = [*OPENED, picture(5), STREAM, refused(6, 5, resync=True), picture(7)]
    yield "the stream again", about, steps
    about = "It ends resyncing: reports are not answered, and another refusal is."
    lost = [*OPENED, picture(1), refused(3, 2, resync=True)]
    steps = [*lost, STREAM, control(UNCHANGED), refused(5, 4, resync=True), picture(6)]
    yield "the stream while resyncing", about, steps
    for name, width, height in (("rgb888", 2, 3), ("gray8", 3, 2), ("gray8", 300, 1)):
        changed = {"epoch": 79, "format": name, "width": width, "height": height}
        to = blank(name, width, height, 79)
        steps = [*OPENED, picture(5), control({**ANNOUNCED, **changed}), picture(6, to=to)]
        about = "Another format and size."
        story = (f"then {width}x{height} {name}", about, [*steps, picture(7, 6, to=to)])
        yield (*story, name) if name != "gray8" else story


def _connections() -> Iterator[Story]:
    unasked = step("picture", sent(1, 0, BLANK, 0), "close")
    about = "It is of no epoch that the viewer knows."
    yield "a picture before the stream", about, [*OPENED[:2], unasked]
    about = "A connection begins with nothing announced, whatever the one before brought."
    anew = [*OPENED, picture(5), step("connect")]
    yield "a picture before the stream, later", about, [*anew, unasked]
    about = "And with nothing held."
    steps = [*anew, STREAM, refused(6, 5, resync=True), picture(7)]
    yield "connected anew", about, steps
    lost = [*OPENED, picture(1), refused(3, 2, resync=True), step("connect")]
    about = "Nor is it resyncing."
    yield "connected anew while resyncing", about, [*lost, control(UNCHANGED), STREAM, picture(1)]
    for name, text in (("no JSON", "{"), ("a wrong member", json.dumps({**UNCHANGED, "time": -1}))):
        about = "It breaks its table: the viewer closes, and connects again."
        steps = [*OPENED, picture(1), step("server", text, "close"), *OPENED[1:], picture(2)]
        yield f"closed for {name}", about, steps
    for what, changed in (
        ("an unknown format", {"format": "yuv420"}),
        ("a size over the limits", {"width": 16384, "height": 16384}),
        ("a side over the limits", {"width": 16385, "height": 1}),
        ("a side of 0", {"width": 0}),
    ):
        about = "The viewer takes no memory for it."
        text = json.dumps({**ANNOUNCED, **changed})
        yield f"announced is {what}", about, [*OPENED[:2], step("server", text, "close")]


def _signs_of_life() -> Iterator[Story]:
    about = "Who has said nothing for 5 s says something when it hears a report."
    for name, report in REPORTS.items():
        later = [step("time", "6000"), control(report, "something")]
        again = [step("time", "12000"), control(report, "something")]
        yield f"sign of life after {name}", about, [*OPENED, picture(1), *later, *again]
        yield f"sign of life before any picture, after {name}", about, [*OPENED, *later]
    heard = [step("time", "3000"), control(UNCHANGED), step("time", "6000")]
    steps = [*OPENED, picture(1), *heard, control(UNCHANGED, "something")]
    yield "sign of life after several reports", "To hear is not to say.", steps
    later = [step("time", "5000"), control(UNCHANGED, "something")]
    yield "sign of life after 5 s", about, [*OPENED, picture(1), *later]
    other = {**ANNOUNCED, "epoch": 78}
    to = blank("gray8", 2, 3, 78)
    steps = [picture(5), control(other), picture(1, to=to), step("time", "6000")]
    about = "The last acknowledge is that of the epoch announced last."
    yield "sign of life in another epoch", about, [*OPENED, *steps, control(UNCHANGED, "something")]
    about = "Nothing was shown yet of this epoch."
    steps = [picture(5), control(other), step("time", "6000"), control(UNCHANGED, "something")]
    yield "sign of life in a new epoch", about, [*OPENED, *steps]
    later = [step("time", "6000"), control(REPORTS["problem"], "something")]
    yield "sign of life before the stream", about, [*OPENED[:2], *later]


def _silences() -> Iterator[Story]:
    about = "After 10 s the viewer connects anew."
    steps = [step("time", "9500"), step("time", "11000", "lost")]
    yield "silence", about, [*OPENED, *steps]
    about = "It begins when the connection is made."
    steps = [step("connect"), step("time", "18500"), step("time", "21000", "lost")]
    yield "silence after a connection", about, [*OPENED, step("time", "9500"), *steps]
    about = "Whatever comes is heard."
    for name, heard in (("a report", control(UNCHANGED)), ("a picture", picture(1))):
        steps = [step("time", "9500"), heard, step("time", "18500"), step("time", "21000", "lost")]
        yield f"silence after {name}", about, [*OPENED, *steps]

"""How the log is written: one event, one line, whatever it holds."""

import json
import logging
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest

from tests.log_lines import NASTY, assert_harmless
from ws_stream.commands.logs import FORMATS
from ws_stream.printable import MAX_LINE, MAX_LINES


def record(message: str, *arguments: object, fault: BaseException | None = None) -> Any:  # noqa: ANN401
    exc_info = (type(fault), fault, fault.__traceback__) if fault else None
    return logging.LogRecord(
        "ws_stream.x", logging.WARNING, "x.py", 1, message, arguments, exc_info
    )


def test_for_people_it_is_the_time_the_logger_and_the_sentence() -> None:
    line = FORMATS["text"].format(record("stream %s: %s", "camera", "the cable is out"))
    moment, said = line[:23], line[23:]
    datetime.strptime(moment, "%Y-%m-%d %H:%M:%S,%f").astimezone()
    assert said == " ws_stream.x: stream camera: the cable is out"


def test_for_programs_it_is_an_object_with_the_time_in_utc() -> None:
    made = record("stream %s: %s", "camera", "the cable is out")
    made.created = 1_795_963_752.5
    assert json.loads(FORMATS["json"].format(made)) == {
        "time": "2026-11-29T14:49:12.500Z",
        "level": "WARNING",
        "logger": "ws_stream.x",
        "message": "stream camera: the cable is out",
    }


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("text", NASTY, ids=lambda text: ascii(text)[:12])
def test_no_text_makes_a_line_of_its_own_or_acts_on_a_terminal(kind: str, text: str) -> None:
    line = FORMATS[kind].format(record("stream %s", text))
    assert len(line.splitlines()) == 1 or all(
        more.startswith("    ") for more in line.splitlines()[1:]
    )
    assert_harmless(line)
    assert len(line) < 6 * (MAX_LINE + 200), "and JSON may take six letters for one"


@pytest.mark.parametrize("kind", FORMATS)
def test_where_a_fault_lies_is_set_in_so_that_no_part_of_it_begins_a_line(kind: str) -> None:
    try:
        raise ValueError("x\n2026-11-29 12:00:00,000 ws_stream: forged\x1b[2J\n" * 5000)
    except ValueError as error:
        text = FORMATS[kind].format(record("it failed", fault=error))
    if kind == "json":
        assert "\n" not in text
        text = json.loads(text)["message"]
    first, *rest = text.split("\n")
    assert first.endswith("it failed")
    assert all(line.startswith("    ") for line in rest)
    assert any("in test_where_a_fault_lies" in line for line in rest)
    assert len(rest) == MAX_LINES
    assert_harmless(text)


def test_the_command_line_writes_what_it_is_asked_for() -> None:
    program = (
        "import logging; from ws_stream.commands import logs; logs.begin('json');"
        "logging.getLogger('ws_stream.a').info('again'); logging.getLogger('b').info('no');"
        "logging.getLogger('b').warning('odd')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    said = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(one["logger"], one["level"], one["message"]) for one in said] == [
        ("ws_stream.a", "INFO", "again"),
        ("b", "WARNING", "odd"),
    ]

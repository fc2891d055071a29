"""Every option of the command line with every odd text: it is right, or one sentence and exit code 2."""

import argparse
import gc
from typing import NoReturn

import pytest

from ws_stream import Connection, Server
from ws_stream.commands import certificate, cli, found
from ws_stream.commands.arguments import parser
from ws_stream.commands.keys import SERVER
from ws_stream.relay.nats_link import NatsLink

# fmt: off - one kind on a line
TEXTS = [
    "",
    " ",
    "0",
    "1",
    "2",
    "-1",
    "1.5",
    "1e999",
    "nan",
    "inf",
    "-inf",
    "0x10",
    "1_0",
    "٣",
    "9" * 5000,
    "a",
    "a b",
    "a\nb",
    "\x1b[2J",
    "\u202eab",
    "\udcff",
    "é",
    "x" * 5000,
    "None",
    "True",
    "=",
    "--",
    "-x",
    "0,0,4,3",
    "0,0,4.0,3",
    "0,0,4",
    "0,0,0,0",
    "9999999999,0,1,1",
    "1,2,3,4,5",
    ",,,",
    "(0,0,4,3)",
    "test:",
    "test:?width=x",
    "test:?width=20%0A",
    "mmap:/nothing%0A?width=1",
    "/dev/fb0",
    "fb:/dev/null",
    "0.0.0.0",
    "::",
    "[::1]",
    "256.0.0.1",
    "a" * 300,
    "localhost:80",
    "http://h",
    "ws://h/stream/a\n",
    "ws://h:99999/",
    "ws://" + "h" * 5000,
    "gray8",
    "GRAY8",
    "rgba8888",
    "noise",
    "/no/such/file.png",
]
# fmt: on
NEEDED = {command: ["ws://127.0.0.1:1/stream/a"] for command in ("watch", "publish")}


def commands() -> dict[str, argparse.ArgumentParser]:
    (found,) = (action for action in parser()._actions if isinstance(action.choices, dict))
    return dict(found.choices or {})


ALIKE = {"demo", "relay"}
"""Their options of the server are those of serve, by one table."""
SERVER_OPTIONS = {action.dest for action in SERVER.values()}
OPTIONS = [
    (command, action.option_strings[-1] if action.option_strings else "")
    for command, its in commands().items()
    for action in its._actions
    if action.dest != "help" and not (command in ALIKE and action.dest in SERVER_OPTIONS)
]


@pytest.fixture(autouse=True)
def stopped_where_it_would_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(Server, "__aenter__", stop)
    monkeypatch.setattr(Connection, "__aiter__", stop)
    monkeypatch.setattr(certificate, "_write", lambda *_: stop(None))
    monkeypatch.setattr(found, "browse", stop)
    monkeypatch.setattr(NatsLink, "open", stop)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    monkeypatch.setattr(gc, "collect", lambda: None)


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_odd_text_is_right_or_one_sentence_and_exit_code_2(
    command: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in TEXTS:
        arguments = [command, *NEEDED.get(command, [])] if option else [command]
        arguments += [f"{option}={text}"] if option else [text]
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        said = capsys.readouterr()
        assert said.out == "", text
        if ended.value.code == 2:
            assert said.err.startswith("ws-stream: "), text
            assert said.err[:-1].isprintable(), text
            assert len(said.err) < 600, text
        else:
            assert ended.value.code == 0, text


def test_an_unknown_option_is_named_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["serve", "--no\nsuch\x1b[2J" + "x" * 5000])
    assert ended.value.code == 2
    assert capsys.readouterr().err[:-1].isprintable()

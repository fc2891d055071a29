"""`ws-stream publish`, `serve nats://` and `nodes`, as processes around a real NATS server."""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.processes import WS_STREAM, running, serving
from tests.relay.nats_server import NatsServer, nats_server
from ws_stream import connect
from ws_stream.commands.cli import main
from ws_stream.commands.nodes import lines
from ws_stream.relay.nats_presence import Found

SECRET = "horse-battery"


@pytest.fixture(scope="module")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    options = {"authorization": {"user": "u", "password": SECRET}}
    with nats_server(tmp_path_factory.mktemp("nats"), options) as server:
        yield server


async def shown(url: str) -> int:
    async for frame in connect(url):
        return frame.width
    raise AssertionError


def test_a_stream_is_published_served_by_a_node_and_both_are_listed(
    nats: NatsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"nats://u:{SECRET}@127.0.0.1:{nats.port}"
    with serving("test:?width=320&height=240", "--name", "card") as device:
        stream = f"ws://127.0.0.1:{device.port}/stream/card"
        with running(*WS_STREAM, "publish", "--nats", url, stream) as publisher:
            assert publisher.line() == f"ws-stream.card: {nats.url}\n"
            with serving(f"{url}/ws-stream.card") as node:
                assert asyncio.run(shown(f"ws://127.0.0.1:{node.port}/stream/card")) == 320
                _both_are_listed(url, stream, node.port, capsys)
                for process in (publisher, node):
                    assert SECRET not in process.errors()


def _both_are_listed(url: str, stream: str, port: int, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["nodes", "--nats", url, "--json"])
    assert ended.value.code == 0
    publisher, node = json.loads(capsys.readouterr().out)
    assert (publisher["role"], publisher["address"]) == ("publisher", stream)
    assert (node["role"], node["address"]) == ("node", f"http://127.0.0.1:{port}/?stream=card")
    assert {publisher["subject"], node["subject"]} == {"ws-stream.card"}


def test_the_subject_may_stand_behind_the_server(nats: NatsServer) -> None:
    url = f"nats://u:{SECRET}@127.0.0.1:{nats.port}/lab.camera"
    command = *WS_STREAM, "publish", "--nats", url
    for more, subject in (((), "lab.camera"), (("--subject", "lab.other"), "lab.other")):
        with running(*command, *more, "ws://127.0.0.1:1/stream/a") as publisher:
            assert publisher.line() == f"{subject}: {nats.url}\n"


def test_nobody_there_and_what_is_found_are_lines() -> None:
    assert [*lines([], as_json=False)] == ["no publisher and no node answered within 1 s"]
    found = [
        Found("lab.a", "publisher", "ws://device:8000/stream/a", 1, 0.0123),
        Found("lab.a", "node", "http://node:8000/?stream=a", 2, None),
    ]
    assert [*lines(found, as_json=False)] == [
        "lab.a  publisher  ws://device:8000/stream/a   1 node     age 12 ms",
        "lab.a  node       http://node:8000/?stream=a  2 viewers  no picture",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("publish", "--nats", "URL", "http://"), "is no address of a stream"),
        (("publish", "--nats", "URL", "--subject", "a b", "ws://d/stream/a"), "is no subject"),
        (("publish", "--nats", "WRONG", "ws://d/stream/a"), "does not know this user"),
        (("nodes", "--nats", "WRONG"), "does not know this user"),
        (("nodes", "--nats", "mqtt://h"), "is no address of a NATS server"),
        (("serve", "URL"), "names no stream"),
        (("serve", "URL/a..b"), "is no subject"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_code_2(
    nats: NatsServer, arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"nats://u:{SECRET}@127.0.0.1:{nats.port}"
    made = [
        word.replace("URL", url).replace("WRONG", f"nats://u:x@127.0.0.1:{nats.port}")
        for word in arguments
    ]
    with pytest.raises(SystemExit) as ended:
        main(made)
    assert ended.value.code == 2
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1
    assert SECRET not in complaint


def test_without_the_library_a_sentence_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "nats", None)
    for arguments in (
        ["serve", "nats://127.0.0.1/lab.a"],
        ["nodes"],
        ["publish", "ws://d/stream/a"],
    ):
        monkeypatch.setitem(sys.modules, "nats.aio.client", None)
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
        assert "right would be: pip install 'ws-stream[nats]'" in capsys.readouterr().err


def test_a_password_is_not_shown_by_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "streams.toml"
    config.write_text(f'[streams.a]\nsource = "nats://u:{SECRET}@host/lab.a"\n')
    with pytest.raises(SystemExit):
        main(["check", str(config)])
    assert capsys.readouterr().out == "a: nats://host/lab.a\n"

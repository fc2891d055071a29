"""The viewer in a template: where it is, and why not where there can be none."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import flask
import numpy as np
import pytest

from tests.mounts.hosts import HOST, free_port, get
from tests.test_examples import until_answered
from ws_stream import Server, UsageError, connect
from ws_stream.flask import StreamExtension

PICTURE = np.full((6, 8, 3), 77, np.uint8)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(port=0)
    server.stream("camera").publish(PICTURE)
    yield server
    server.__exit__()


def page(
    extension: StreamExtension, template: str = "{{ ws_stream('camera') }}", **asked: str
) -> str:
    app = flask.Flask("a program")
    app.config.update(TESTING=True)
    extension.init_app(app)
    app.add_url_rule("/", view_func=lambda: flask.render_template_string(template))
    return app.test_client().get("/", headers=asked).text


def address(html: str) -> str:
    (found,) = re.findall(r'<iframe src="([^"]*)"', html)
    return unescape(found)


def test_a_template_shows_the_viewer_at_the_host_that_was_asked_for(server: Server) -> None:
    extension = StreamExtension(server=server)
    for host, shown in (("127.0.0.1:5000", "127.0.0.1"), ("localhost", "localhost")):
        html = page(extension, Host=host)
        assert address(html) == f"http://{shown}:{server.port}/?stream=camera"
    with connect(f"ws://127.0.0.1:{server.port}/stream/camera") as screen:
        assert np.array_equal(screen.wait_for(bool, 60).to_rgb(), PICTURE)


def test_it_is_as_large_as_the_page_says_and_shows_all_streams_without_a_name(
    server: Server,
) -> None:
    html = page(StreamExtension(server=server), "{{ ws_stream(width=320, height=200) }}")
    assert address(html) == f"http://localhost:{server.port}/"
    assert 'width="320" height="200"' in html


def test_the_server_starts_with_the_first_request_and_only_then(server: Server) -> None:
    app = flask.Flask("a program")
    StreamExtension(app, server)
    assert not server.urls(), "so whoever only imports the program, as a reloader, takes no port"
    app.test_client().get("/nothing")
    assert server.urls()


def test_one_that_runs_already_is_left_as_it_is() -> None:
    with Server(port=0) as server:
        server.stream("camera")
        port = server.port
        assert address(page(StreamExtension(server=server))).endswith(f":{port}/?stream=camera")
    assert not server.urls(), "whoever has started it closes it"


@pytest.mark.parametrize("host", ["192.168.1.7:5000", "kiosk.example"])
def test_a_server_that_others_cannot_reach_is_no_address_for_them(
    server: Server, host: str
) -> None:
    html = page(StreamExtension(server=server), Host=host)
    assert "<iframe" not in html
    assert f"right would be Server(&#39;0.0.0.0&#39;, {server.port})</p>" in html


def test_any_name_and_address_of_loopback_is_this_machine(server: Server) -> None:
    extension = StreamExtension(server=server)
    html = page(extension, Host="app.localhost:5000")
    assert address(html) == f"http://app.localhost:{server.port}/?stream=camera"
    elsewhere = Server("127.0.0.2", port=0)
    elsewhere.stream("camera")
    html = page(StreamExtension(server=elsewhere), Host="192.168.1.7:5000")
    elsewhere.__exit__()
    assert f"right would be Server(&#39;0.0.0.0&#39;, {elsewhere.port})</p>" in html


def test_one_on_every_network_is_found_where_the_page_was(tmp_path: Path) -> None:
    server = Server("0.0.0.0", 0)
    server.stream("camera")
    extension = StreamExtension(server=server)
    for host, shown in (("192.168.1.7:5000", "192.168.1.7"), ("[fd00::1]:5000", "[fd00::1]")):
        assert address(page(extension, Host=host)) == f"http://{shown}:{server.port}/?stream=camera"
    server.__exit__()
    unix = Server(unix=tmp_path / "socket")
    unix.stream("camera")
    assert "a browser finds no server on a Unix socket" in page(StreamExtension(server=unix))
    unix.__exit__()


@pytest.mark.parametrize("host", ['"onload=x', "<script>", "[", "a b", "\u202e"])
def test_whatever_host_is_asked_for_is_nothing_but_text(server: Server, host: str) -> None:
    app = flask.Flask("a program")
    extension = StreamExtension(app, server)
    with app.test_request_context("/", environ_overrides={"HTTP_HOST": host}):
        html = str(extension.viewer("camera"))
    assert not set("<>\u202e") & set(html.removeprefix("<p>").removesuffix("</p>"))
    assert html.startswith("<p>")


def test_a_port_that_is_taken_is_told_in_the_page_and_once_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.create_server((HOST, 0)) as taken:
        server = Server(port=taken.getsockname()[1])
        server.stream("camera")
        extension = StreamExtension(server=server)
        for _ in range(2):
            html = page(extension)
        assert "<p>cannot listen on" in html
        assert "of worker processes only one with threads (gunicorn --threads 8)" in html
    (record,) = caplog.records
    assert "right would be a port that is free" in record.getMessage()
    assert address(page(extension)), "once it is free"
    server.__exit__()


def test_of_a_server_that_cannot_start_it_says_what_the_server_says(tmp_path: Path) -> None:
    closed = Server(port=0)
    closed.stream("camera")
    with closed:
        pass
    nowhere = Server(unix=tmp_path / "no folder" / "socket")
    with pytest.raises(UsageError, match=r"^this server was closed; right would be a new one$"):
        StreamExtension(server=closed).start()
    with pytest.raises(
        UsageError, match=r"; right would be a path in a folder that is there, [^;]*$"
    ):
        StreamExtension(server=nowhere).start()


def test_what_there_is_not_is_refused(server: Server) -> None:
    extension = StreamExtension(server=server)
    with pytest.raises(UsageError, match="no stream named 'kamera'; there are: camera"):
        page(extension, "{{ ws_stream('kamera') }}")
    with pytest.raises(UsageError, match="width=0 cannot be"):
        page(extension, "{{ ws_stream('camera', width=0) }}")
    with pytest.raises(UsageError, match=r"server=.* right would be a ws_stream.Server"):
        StreamExtension(None, "camera")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"app=.* right would be a flask.Flask"):
        StreamExtension("app")  # type: ignore[arg-type]


def test_without_flask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "flask", None)
    with pytest.raises(UsageError, match="right would be: pip install flask"):
        StreamExtension(flask.Flask("a program"))


PRELOADED = """
import flask, numpy as np
from ws_stream import Server
from ws_stream.flask import StreamExtension
app = flask.Flask(__name__)
server = Server(port={pictures})
server.stream("camera").publish(np.full((6, 8, 3), 77, np.uint8))
StreamExtension(app, server).start()
app.add_url_rule("/", view_func=lambda: flask.render_template_string("{{{{ ws_stream('camera') }}}}"))
"""


def test_many_workers_share_a_server_that_was_started_before_they_were_forked(
    tmp_path: Path,
) -> None:
    port, pictures = free_port(), free_port()
    (tmp_path / "preloaded.py").write_text(PRELOADED.format(pictures=pictures))
    settings = "--preload", "--workers=3", f"--bind={HOST}:{port}", f"--chdir={tmp_path}"
    command = [sys.executable, "-m", "gunicorn", *settings, "preloaded:app"]
    with subprocess.Popen(command, env={**os.environ, "HOME": os.fspath(tmp_path)}) as program:
        try:
            until_answered(str(port), "/")
            for _ in range(10):
                assert address(get(port, "/")[1].decode()).startswith(f"http://{HOST}:{pictures}/")
            with connect(f"ws://{HOST}:{pictures}/stream/camera") as screen:
                assert np.array_equal(screen.wait_for(bool, 60).to_rgb(), PICTURE)
        finally:
            program.terminate()
        assert program.wait(60) == 0

"""Where `ws-stream serve` listens, and what it says of that."""

import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.server.test_places import fetch, listening_at
from ws_stream import UsageError, connect
from ws_stream.commands.places import handed_over

COMMAND = [sys.executable, "-m", "ws_stream"]


ACTIVATE = """
import os, sys
process, count, numbers, *command = sys.argv[1:]
for here, there in enumerate(map(int, numbers.split()), 3):
    os.dup2(there, here, inheritable=True)
told = {"LISTEN_PID": process or str(os.getpid()), "LISTEN_FDS": count, "LISTEN_FDNAMES": "a:b"}
os.execve(command[0], command, {**os.environ, **told})
"""
"""What systemd does between its fork and the program."""


@contextmanager
def activated(
    sockets: Sequence[socket.socket], *arguments: str, process: str = "", count: str = ""
) -> Iterator["subprocess.Popen[str]"]:
    """A command to which these are handed over."""
    numbers = [fcntl.fcntl(one.fileno(), fcntl.F_DUPFD, 50) for one in sockets]
    told = [process, count or f"{len(sockets)}", " ".join(map(str, numbers))]
    try:
        with subprocess.Popen(
            [sys.executable, "-c", ACTIVATE, *told, *COMMAND, *arguments],
            pass_fds=numbers,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as command:
            try:
                yield command
            finally:
                command.kill()
    finally:
        for number in numbers:
            os.close(number)


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_a_unix_socket_is_said_and_goes_with_the_server(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    command = [*COMMAND, "serve", "--unix", os.fspath(path), "--name", "camera"]
    for number, is_left in ((signal.SIGKILL, True), (signal.SIGTERM, False)):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert said(process) == f"camera: listens on unix:{path}"
            assert fetch(path).startswith("HTTP/1.1 200")
            process.send_signal(number)
        assert path.is_socket() is is_left


def test_what_systemd_hands_over_is_used_instead(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.create_server(("127.0.0.1", 0)) as tcp, listening_at(path) as unix:
        url = f"http://127.0.0.1:{tcp.getsockname()[1]}/?stream=test"
        with activated([unix, tcp], "demo", "--unix", os.fspath(tmp_path / "other")) as process:
            assert said(process) == f"test: open {url}"
            assert said(process) == f"test: listens on unix:{path}"
            assert fetch(path).startswith("HTTP/1.1 200")
            with connect(url) as screen:
                assert next(iter(screen)).width == 1024
            process.terminate()
            assert process.wait(10) == 0
        assert path.is_socket(), "it is systemd's"
        assert not (tmp_path / "other").exists()


def test_what_is_meant_for_another_process_is_none_of_ours(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        activated([tcp], "demo", "--port", "0", process="1") as process,
    ):
        found = re.search(r":(\d+)/", said(process))
        assert found
        assert int(found[1]) != tcp.getsockname()[1]


@pytest.mark.parametrize(
    ("kind", "count", "sentence"),
    [
        ("mute", "", "right would be a list of TCP or Unix sockets that listen"),
        ("datagrams", "", "right would be a list of TCP or Unix sockets that listen"),
        ("listening", "2", "file descriptor 4, which was handed over, is no socket"),
        ("listening", "x", "LISTEN_FDS='x' cannot be; right would be a number of sockets"),
        ("listening", "1000000", "LISTEN_FDS='1000000' cannot be"),
        ("listening", "-1", "LISTEN_FDS='-1' cannot be"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_exit_code_2(
    kind: str, count: str, sentence: str
) -> None:
    with (
        socket.socket() as mute,
        socket.socket(type=socket.SOCK_DGRAM) as datagrams,
        socket.create_server(("127.0.0.1", 0)) as listening,
        activated(
            [{"mute": mute, "datagrams": datagrams, "listening": listening}[kind]],
            "demo",
            count=count,
        ) as process,
    ):
        out, errors = process.communicate(timeout=30)
    assert (process.returncode, out, errors.count("\n")) == (2, "", 1)
    assert sentence in errors


def test_no_program_that_is_started_later_takes_them_for_its_own() -> None:
    for process in ("1", str(os.getpid())):
        environment = {
            "LISTEN_PID": process,
            "LISTEN_FDS": "0",
            "LISTEN_FDNAMES": "",
            "PATH": "/bin",
        }
        assert handed_over(environment) == []
        assert environment == {"PATH": "/bin"}
    with pytest.raises(UsageError):
        handed_over({"LISTEN_PID": str(os.getpid())})


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--unix", ""], "unix='' cannot be; right would be a path for a Unix socket"),
        (["--unix", "/no/such/folder/a"], "cannot listen on unix:/no/such/folder/a: No such file"),
        (["--unix", "/dev/null"], "cannot listen on unix:/dev/null: Address already in use"),
        (["--root-path", "camera1"], "right would be a path like '/camera1'"),
        (["--root-path", "/stream"], "right would be another name, such as /camera1"),
        (["--trusted-proxy", "nginx"], "'nginx' names no proxy; right would be its address"),
    ],
)
def test_a_place_where_it_cannot_listen_is_one_sentence_and_exit_code_2(
    arguments: list[str], sentence: str
) -> None:
    done = subprocess.run(
        [*COMMAND, "demo", *arguments], capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert sentence in done.stderr

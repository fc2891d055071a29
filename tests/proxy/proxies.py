"""Runs nginx and Caddy as examples/proxy has them, but for ports and paths, on this machine and as this user."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples" / "proxy"
SOCKET = "/run/ws-stream/camera1.sock"
"""In the examples."""
HOST = "127.0.0.1"

NGINX = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/ws-stream.conf;
}}
"""
"""Around what Debian includes of /etc/nginx/conf.d."""


def example(name: str, changes: Mapping[str, str]) -> str:
    """The text of an example with each of these in the place of what it says there."""
    text = (EXAMPLES / name).read_text()
    for said, meant in changes.items():
        assert said in text, said
        text = text.replace(said, meant)
    return text


@contextmanager
def nginx(folder: Path, path: Path, changes: Mapping[str, str] | None = None) -> Iterator[int]:
    """The port at which nginx shows the server at this socket."""
    port = free_port()
    told = {**(changes or {}), SOCKET: os.fspath(path), "listen 80;": f"listen {HOST}:{port};"}
    (folder / "ws-stream.conf").write_text(example("nginx.conf", told))
    main = folder / "nginx.conf"
    main.write_text(NGINX.format(folder=folder))
    with running(["nginx", "-e", folder / "error.log", "-p", folder, "-c", main], port, folder):
        yield port


@contextmanager
def caddy(folder: Path, path: Path) -> Iterator[int]:
    """The same by Caddy, which asks no authority for a certificate here."""
    port = free_port()
    site = example("Caddyfile", {SOCKET: os.fspath(path), "camera.example {": f"http://:{port} {{"})
    file = folder / "Caddyfile"
    file.write_text(f"{{\n\tadmin off\n}}\n{site}")
    with running(["caddy", "run", "--adapter", "caddyfile", "--config", file], port, folder):
        yield port


PROXIES: Mapping[str, Callable[[Path, Path], AbstractContextManager[int]]] = {
    "nginx": nginx,
    "caddy": caddy,
}


def free_port() -> int:
    with socket.create_server((HOST, 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def running(command: Sequence[str | Path], port: int, folder: Path) -> Iterator[None]:
    log = folder / "error.log"
    path = f"{os.environ['PATH']}:/usr/sbin"  # where Debian has what is not for every user
    environment = {**os.environ, "HOME": os.fspath(folder), "PATH": path}
    assert shutil.which(command[0], path=path), f"no {command[0]}: tests/install.sh"
    with (
        log.open("ab") as errors,
        subprocess.Popen(command, stderr=errors, env=environment) as process,
    ):
        try:
            while not answers(port):
                assert process.poll() is None, log.read_text()
                time.sleep(0.02)
            yield
        finally:
            process.terminate()


def answers(port: int) -> bool:
    try:
        socket.create_connection((HOST, port)).close()
    except ConnectionRefusedError:
        return False
    return True

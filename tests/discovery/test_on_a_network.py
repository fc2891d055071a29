"""Whole commands on a network of two hosts, and Avahi, which is what others have, as a second reader. As root."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.network.lab import DEVICE, GHOST, Host, Lab, Link, network

BUS = """<busconfig>
  <type>system</type>
  <listen>unix:path={path}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
  </policy>
</busconfig>
"""
AVAHI = "[server]\nhost-name=reader\nuse-ipv6=no\n"
WITHOUT_THE_MACHINE_S_OWN = (
    "mount -t tmpfs tmpfs /run && exec avahi-daemon --file=$0 --no-drop-root --no-chroot"
)


@contextmanager
def running(
    host: Host, *command: str, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A command inside a host, ended afterwards as by Ctrl-C or by systemd."""
    with subprocess.Popen(
        ["ip", "netns", "exec", host.namespace, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def said(process: subprocess.Popen[str], word: str) -> str:
    """What it says up to a line with this word."""
    assert process.stdout
    lines = ""
    for line in process.stdout:
        lines += line
        if word in line:
            return lines
    raise AssertionError(f"it ended, and said only: {lines}")


def ws_stream(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "ws_stream", *arguments]


def listed(host: Host, expected: str) -> None:
    """`ws-stream list` says this, soon."""
    for seconds in (0.6, 1, 2, 4, 8):
        with running(host, *ws_stream("list", "--seconds", str(seconds))) as process:
            lines = process.communicate(timeout=60)[0]
        assert process.returncode == 0
        if lines == expected:
            return
    raise AssertionError(lines)


@pytest.fixture
def lab() -> Iterator[Lab]:
    with network(Link(), "cubic") as lab:
        yield lab


@contextmanager
def avahi(host: Host, folder: Path) -> Iterator[dict[str, str]]:
    """Avahi on a host, and the environment in which its programs find it: neither knows of the machine's own."""
    (folder / "bus.conf").write_text(BUS.format(path=folder / "bus"))
    (folder / "avahi.conf").write_text(AVAHI)
    environment = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder / 'bus'}"}
    bus = ["dbus-daemon", f"--config-file={folder / 'bus.conf'}", "--nofork", "--nopidfile"]
    daemon = ["unshare", "-m", "sh", "-c", WITHOUT_THE_MACHINE_S_OWN, str(folder / "avahi.conf")]
    with ExitStack() as stack:
        known = stack.enter_context(running(host, *bus, "--print-address=1"))
        said(known, "unix:path")
        reader = stack.enter_context(running(host, *daemon, environment=environment))
        said(reader, "startup complete")
        yield environment


def test_servers_are_found_by_list_and_by_avahi_and_not_when_they_have_gone(
    lab: Lab, tmp_path: Path
) -> None:
    serve = ws_stream("serve", "--announce", "--host")
    with avahi(lab.viewer, tmp_path) as environment:
        browse = ["avahi-browse", "--resolve", "--parsable", "_ws-stream._tcp"]
        reader = running(lab.viewer, *browse, environment=environment)
        with reader as found:
            name = os.uname().nodename.partition(".")[0]
            # Avahi hears it beside the server on its own host, which shares its port.
            with running(lab.viewer, *serve, GHOST, "test:", "test:", "--port", "8001"):
                assert f"{name};_ws-stream._tcp;local;" in said(found, '"streams=test,test-2"')
                with running(lab.device, *serve, "0.0.0.0", "test:"):
                    line = said(found, f";{DEVICE};8000;").splitlines()[-1]
                    assert f";{name}-2;_ws-stream._tcp;local;ws-stream-" in line
                    assert '"version=1" "streams=test" "path=/"' in line
                    listed(
                        lab.viewer,
                        f"{name}    http://{GHOST}:8001/  test, test-2\n"
                        f"{name}-2  http://{DEVICE}:8000/  test\n",
                    )
                assert f"-;lan;IPv4;{name}-2;" in said(found, "-;")
    listed(
        lab.device,
        "no server announced itself within 0.6 s; one does with: ws-stream serve --announce --host 0.0.0.0\n",
    )


def test_a_server_that_starts_before_its_network_is_found_once_that_is_there(lab: Lab) -> None:
    lab.device.ip(f"addr del {DEVICE}/24 dev lan")
    with running(lab.device, *ws_stream("serve", "--announce", "--host", "0.0.0.0")) as server:
        said(server, "127.0.0.1")
        lab.device.ip(f"addr add {DEVICE}/24 dev lan")
        name = os.uname().nodename.partition(".")[0]
        listed(lab.viewer, f"{name}  http://{DEVICE}:8000/  test\n")

"""Two hosts of the tests' own, a device and a viewer, and the network between them. Needs root.

Knows nothing of ws-stream. Each host is a network namespace; processes are started inside.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, NamedTuple

DEVICE, VIEWER, GHOST = "10.78.0.1", "10.78.0.2", "10.78.0.3"
"""The device's address, the viewer's, and a second one of the viewer's host that may vanish alone."""
INTERFACE = "lan"
ROOT = Path(__file__).parents[2]
PROGRAMS = {"ip": "iproute2", "tc": "iproute2", "nft": "nftables"}
PYTHON = ["nice", "-n", "-15", sys.executable]
"""Ahead of what else the machine does: a real device and a real viewer have processors of their own."""
CONGESTION_CONTROLS = ("cubic", "bbr")


class LabError(Exception):
    """The lab cannot be built here; its text is one sentence."""


class Link(NamedTuple):
    """The network between the hosts. What is slow is the way from the device to the viewer."""

    mbit: float | None = None
    """The link's rate; before it stands a queue of 1 MB."""
    delay: float = 0
    """Seconds, each way."""
    loss: float = 0
    """Share of the packets that are lost, each way."""


class Host:
    """One end of the network."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self._loss = ""

    def ip(self, command: str) -> None:
        """`ip` inside this host."""
        _run(f"ip -n {self.namespace} {command}")

    def inside(self, command: str, text: str | None = None) -> str:
        """What a command prints that runs inside this host."""
        return _run(f"ip netns exec {self.namespace} {command}", text)

    def lose(self, share: float) -> None:
        """From now on lose this share of the packets that arrive."""
        self._loss = f"numgen random mod 10000 < {round(share * 10000)} drop" if share else ""
        self.drop()

    def drop(self, *matches: str) -> None:
        """From now on drop the packets that arrive and match; those named before arrive again."""
        rules = [self._loss, *(f"{match} drop" for match in matches)]
        added = "".join(f"add rule inet lab arriving {rule}\n" for rule in rules if rule)
        self.inside("nft -f -", f"flush chain inet lab arriving\n{added}")

    @contextmanager
    def program(self, text: str) -> Iterator[IO[str]]:
        """What a short Python program inside this host prints; it is ended afterwards."""
        command = ["ip", "netns", "exec", self.namespace, *PYTHON, "-c", text]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            try:
                yield process.stdout
            finally:
                process.terminate()

    @contextmanager
    def running(self, module: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
        """`python -m module` inside this host, once it has said "ready"; ended afterwards.

        What it writes to stderr must be nothing: an AssertionError tells it.
        """
        inside = ["ip", "netns", "exec", self.namespace]
        with subprocess.Popen(
            [*inside, *PYTHON, "-W", "error", "-m", module, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
            cwd=ROOT,
        ) as process:
            assert process.stdout
            assert process.stderr
            try:
                first = process.stdout.readline()
                assert first == "ready\n", f"{module} did not start: {process.stderr.read()}"
                yield process
            finally:
                process.terminate()
                complaints = process.stderr.read()
        assert not complaints, f"{module} complained: {complaints}"


class Lab:
    """The hosts and the link between them."""

    def __init__(self, device: Host, viewer: Host) -> None:
        self.device = device
        self.viewer = viewer

    def cut(self, *addresses: str) -> None:
        """From now on nothing arrives at these addresses, or from them; with none, all arrives again."""
        self.viewer.drop(*(f"ip daddr {address}" for address in addresses))
        self.device.drop(*(f"ip saddr {address}" for address in addresses))

    def shape(self, mbit: float) -> None:
        """Change the link's rate; what waits in its queue goes on waiting."""
        self.device.inside(f"tc qdisc change dev {INTERFACE} root {_shape(mbit)}")


@contextmanager
def network(link: Link, congestion_control: str) -> Iterator[Lab]:
    """Two hosts with this link between them, gone afterwards whatever happens. Raises LabError."""
    _check(congestion_control)
    with ExitStack() as stack:
        namespaces = [f"ws-stream-{os.getpid()}-{name}" for name in ("device", "viewer")]
        for namespace in namespaces:
            _run(f"ip netns add {namespace}")
            stack.callback(_run, f"ip netns delete {namespace}")
        lab = Lab(*map(Host, namespaces))
        if link.delay:
            stack.enter_context(_relay(namespaces, link.delay))
        else:
            lab.device.ip(
                f"link add name {INTERFACE} type veth peer name {INTERFACE} netns {namespaces[1]}"
            )
        for host, addresses in ((lab.device, (DEVICE,)), (lab.viewer, (VIEWER, GHOST))):
            _set_up(host, addresses, congestion_control)
            host.lose(link.loss)
        if link.mbit:
            lab.device.inside(f"tc qdisc add dev {INTERFACE} root {_shape(link.mbit)}")
        yield lab


def _shape(mbit: float) -> str:
    return f"tbf rate {round(mbit * 1e6)}bit burst 20kb limit 1000kb"


def _set_up(host: Host, addresses: tuple[str, ...], congestion_control: str) -> None:
    for address in addresses:
        host.ip(f"addr add {address}/24 dev {INTERFACE}")
    host.ip("link set lo up")
    host.ip(f"link set {INTERFACE} txqueuelen 10000 up")
    # By the route, for the sysctl refuses in a namespace what the machine does not allow everybody.
    host.ip(f"route replace 10.78.0.0/24 dev {INTERFACE} congctl {congestion_control}")
    host.inside(
        "nft -f -",
        "add table inet lab\n"
        "add chain inet lab arriving { type filter hook prerouting priority -300; }\n",
    )


@contextmanager
def _relay(namespaces: list[str], delay: float) -> Iterator[None]:
    """A process that carries packets between the hosts and takes its time: this kernel has no netem."""
    command = [*PYTHON, "-m", "tests.network.relay", *namespaces, INTERFACE, str(delay)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "ready\n", "the relay did not start"
            yield
        finally:
            process.terminate()


def _check(congestion_control: str) -> None:
    if os.geteuid() != 0:
        raise LabError("the network lab makes network namespaces; right would be to run it as root")
    missing = {package for name, package in PROGRAMS.items() if not shutil.which(name)}
    if missing:
        raise LabError(f"the network lab needs {', '.join(missing)}; tests/install.sh installs it")
    known = Path("/proc/sys/net/ipv4/tcp_available_congestion_control").read_text().split()
    if congestion_control not in known:
        raise LabError(
            f"this kernel has no {congestion_control}, only {', '.join(known)}; "
            f"right would be: modprobe tcp_{congestion_control}"
        )


def _run(command: str, text: str | None = None) -> str:
    done = subprocess.run(command.split(), input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"'{command}' failed: {done.stderr.strip()}")
    return done.stdout

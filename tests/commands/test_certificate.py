"""A certificate as `ws-stream certificate` makes it, looked at by OpenSSL."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ws_stream.commands.certificate import make_certificate
from ws_stream.errors import UsageError

Pair = tuple[str, str]


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")


def asked(*arguments: str) -> str:
    command = ["openssl", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_what_is_said_is_what_openssl_finds(pair: Pair) -> None:
    lines = list(make_certificate(["Kiosk.Example", "192.168.1.7", "[fd00::7]"], *pair, 825))
    said = asked(*["x509", "-noout", "-text", "-in"], pair[0])
    for name in ("DNS:kiosk.example", "DNS:localhost", f"DNS:{socket.gethostname().lower()}"):
        assert name in said
    for address in ("192.168.1.7", "127.0.0.1", "FD00:0:0:0:0:0:0:7"):
        assert f"IP Address:{address}" in said
    for rule in ("prime256v1", "CA:FALSE", "TLS Web Server Authentication"):
        assert rule in said
    fingerprint = asked(*["x509", "-noout", "-fingerprint", "-sha256", "-in"], pair[0])
    assert lines[1] == f"SHA-256 fingerprint {fingerprint.strip().partition('=')[2]}"
    assert pair[0] in lines[2]
    assert asked(*["verify", "-x509_strict", "-CAfile"], pair[0], pair[0]).endswith(": OK\n")


def test_it_begins_a_day_ago_and_ends_after_so_many(pair: Pair) -> None:
    list(make_certificate([], *pair, 3))
    checkend = [*["x509", "-noout", "-in"], pair[0], "-checkend"]
    assert asked(*checkend, str(3 * 86400 - 60))
    with pytest.raises(subprocess.CalledProcessError):
        asked(*checkend, str(3 * 86400 + 60))


def test_only_its_owner_may_read_the_key(pair: Pair) -> None:
    list(make_certificate([], *pair, 3))
    assert [Path(file).stat().st_mode & 0o777 for file in pair] == [0o644, 0o600]


@pytest.mark.parametrize("there", [0, 1])
def test_nothing_is_written_over_and_nothing_half_done(pair: Pair, there: int) -> None:
    Path(pair[there]).write_text("mine")
    with pytest.raises(UsageError, match="File exists; right would be a file that is not there"):
        list(make_certificate([], *pair, 3))
    assert Path(pair[there]).read_text() == "mine"
    assert not Path(pair[1 - there]).exists()


@pytest.mark.parametrize("name", ["", "a b", "*.example", "http://a", "a:80", "é", "x" * 300])
def test_what_is_no_host_is_refused(pair: Pair, name: str) -> None:
    with pytest.raises(UsageError, match="is no host; right would be a name like"):
        list(make_certificate([name], *pair, 3))
    assert not any(Path(file).exists() for file in pair)


def test_without_the_package_a_sentence_says_what_to_install(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(UsageError, match=re.escape("pip install 'ws-stream[tls]'")):
        list(make_certificate([], *pair, 3))

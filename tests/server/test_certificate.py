"""The files of a certificate and its key: what they may be, and what becomes of it when they change."""

import asyncio
import logging
import os
import shutil
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pair import made_pair, move, write
from ws_stream import Server, UsageError
from ws_stream.server import certificate as module
from ws_stream.server.certificate import Certificate

Pair = tuple[str, str]


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return made_pair(tmp_path)


def cut(path: str) -> None:
    write(path, Path(path).read_bytes()[:-40])


def encrypt(path: str) -> None:
    command = ["openssl", "pkey", "-in", path, "-aes128", "-passout", "pass:secret"]
    write(path, subprocess.run(command, check=True, capture_output=True).stdout)


def turn_into_a_pipe(path: str) -> None:
    Path(path).unlink()
    os.mkfifo(path, 0o600)


def turn_into_a_folder(path: str) -> None:
    Path(path).unlink()
    Path(path).mkdir()


def take_the_key_of_another(path: str) -> None:
    other = Path(path).parent / "elsewhere"
    other.mkdir(exist_ok=True)
    if not list(other.iterdir()):
        made_pair(other, "other")
    shutil.copyfile(other / "other-key.pem", path)


KEY, CERT = 1, 0
BAD: dict[str, tuple[int, Callable[[str], object], str]] = {
    "no certificate": (CERT, os.unlink, "cannot read the certificate .*: No such file"),
    "no key": (KEY, os.unlink, "cannot read the key .*: No such file"),
    "a folder": (KEY, turn_into_a_folder, "cannot read the key .*: Is a directory"),
    "a pipe": (KEY, turn_into_a_pipe, "the key .* is no regular file"),
    "a pipe of certificates": (CERT, turn_into_a_pipe, "the certificate .* is no regular file"),
    "empty": (CERT, lambda path: write(path, ""), "holds no CERTIFICATE, or not all of it"),
    "no PEM": (CERT, lambda path: write(path, b"\x30\x82\0\xff"), "right would be a file in PEM"),
    "no key in it": (KEY, lambda path: write(path, "key"), "holds no PRIVATE KEY, or not all"),
    "a certificate cut short": (CERT, cut, "holds no CERTIFICATE, or not all of it"),
    "a key cut short": (KEY, cut, "holds no PRIVATE KEY, or not all of it"),
    "harmed": (
        CERT,
        lambda path: write(path, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        "cannot be used.*; right would be a certificate and its key, unharmed",
    ),
    "a harmed key": (
        KEY,
        lambda path: write(path, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
        "cannot be used; right would be a certificate and its key, unharmed",
    ),
    "another key": (KEY, take_the_key_of_another, "do not fit; right would be a certificate and"),
    "encrypted": (KEY, encrypt, "is encrypted; right would be one without a password"),
    "open to others": (KEY, lambda path: Path(path).chmod(0o604), "may read the key .*chmod o-rwx"),
}


@pytest.mark.parametrize("case", BAD)
def test_of_what_cannot_be_used_one_sentence_says_what_would_be_right(
    case: str, pair: Pair
) -> None:
    file, spoil, sentence = BAD[case]
    spoil(pair[file])
    with pytest.raises(UsageError, match=sentence) as refused:
        Server(tls_cert=pair[CERT], tls_key=pair[KEY])
    assert str(refused.value).isprintable()
    assert "_ssl.c" not in str(refused.value)


@pytest.mark.parametrize("given", ["tls_cert", "tls_key"])
def test_one_without_the_other_is_refused(given: str, pair: Pair) -> None:
    with pytest.raises(UsageError, match="right would be tls_cert and tls_key, or neither"):
        Server(**{given: pair[0]})  # type: ignore[arg-type]  # of one name


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640])
def test_a_key_may_be_read_by_its_owner_and_a_group(mode: int, pair: Pair) -> None:
    Path(pair[KEY]).chmod(mode)
    Server(tls_cert=Path(pair[CERT]), tls_key=Path(pair[KEY]))


def test_both_may_lie_in_one_file(pair: Pair) -> None:
    write(pair[KEY], Path(pair[KEY]).read_text() + Path(pair[CERT]).read_text())
    Server(tls_cert=pair[KEY], tls_key=pair[KEY])


def test_nothing_older_than_tls_1_2_is_spoken_and_no_peer_has_it_negotiate_again(
    pair: Pair,
) -> None:
    context = Certificate(*pair).context
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.options & ssl.OP_NO_RENEGOTIATION


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_used_leaves_the_pair_before_and_is_told_once(
    case: str, pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    certificate = Certificate(*pair)
    before = certificate.context
    kept = Path(pair[CERT]).read_bytes(), Path(pair[KEY]).read_bytes()
    file, spoil, _ = BAD[case]
    spoil(pair[file])
    for _ in range(3):
        certificate.reload()
    assert certificate.context is before
    (told,) = caplog.messages
    assert told.endswith("; until then the certificate is the one before")
    if Path(pair[file]).is_dir():
        Path(pair[file]).rmdir()
    Path(pair[file]).unlink(missing_ok=True)
    write(pair[file], kept[file])
    certificate.reload()
    assert certificate.context is not before
    spoil(pair[file])
    certificate.reload()
    assert len(caplog.messages) == 2, "it is another time"


async def test_files_are_looked_at_while_it_is_served_and_not_read_while_they_stay(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.001)
    caplog.set_level(logging.WARNING)
    reads: list[str] = []
    read = module._read

    def counted(path: str, what: str, *, is_secret: bool) -> bytes:
        reads.append(path)
        return read(path, what, is_secret=is_secret)

    monkeypatch.setattr(module, "_read", counted)
    async with Server(port=0, tls_cert=pair[CERT], tls_key=pair[KEY]) as server:
        certificate = server._listener._reception.certificate
        assert certificate
        before = certificate.context
        await asyncio.sleep(0.05)
        assert reads == [*pair]
        (new := tmp_path / "new").mkdir()
        cert, key = made_pair(new)
        move(cert, pair[CERT])
        async with asyncio.timeout(5):
            while not caplog.messages:
                await asyncio.sleep(0.001)
        assert certificate.context is before, "the key does not fit yet"
        move(key, pair[KEY])
        async with asyncio.timeout(5):
            while certificate.context is before:
                await asyncio.sleep(0.001)
    (told,) = caplog.messages
    assert "do not fit" in told
    count = len(reads)
    os.utime(pair[CERT])
    await asyncio.sleep(0.02)
    assert len(reads) == count, "nobody looks any more"

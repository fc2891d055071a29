"""Which servers a client believes, and what it says of others."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest

from tests.pair import made_pair, move, write
from ws_stream import ConnectError, Server, UsageError, connect
from ws_stream.commands.certificate import _made

Pair = tuple[str, str]


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return made_pair(tmp_path)


@pytest.fixture
async def server(pair: Pair) -> AsyncIterator[Server]:
    async with Server(port=0, tls_cert=pair[0], tls_key=pair[1]) as server:
        server.stream("camera").publish(np.full((4, 6, 3), 7, np.uint8))
        yield server


async def refused(url: str, tls_ca: str | None = None) -> str:
    with pytest.raises(ConnectError) as error:
        async with asyncio.timeout(5):
            await anext(aiter(connect(url, tls_ca=tls_ca)))
    return str(error.value)


@pytest.mark.parametrize("scheme", ["https", "wss"])
async def test_the_devices_own_certificate_is_all_that_it_takes(
    server: Server, pair: Pair, scheme: str
) -> None:
    link = connect(f"{scheme}://localhost:{server.port}/", tls_ca=Path(pair[0]))
    frame = await anext(frames := aiter(link))
    await frames.aclose()
    assert (frame.pixels == 7).all()


async def test_one_that_is_not_known_is_named_with_the_option_that_would_make_it_so(
    server: Server, tmp_path: Path
) -> None:
    other = made_pair(tmp_path, "other")[0]
    for tls_ca in (None, other):
        said = await refused(server.urls()[0], tls_ca)
        assert "is not trusted (self-signed certificate); right would be --tls-ca FILE" in said


async def test_one_of_another_name_is_told_apart(server: Server, pair: Pair) -> None:
    async with Server("127.0.0.9", 0, tls_cert=pair[0], tls_key=pair[1]) as elsewhere:
        said = await refused(elsewhere.urls()[0], pair[0])
    assert "not valid for '127.0.0.9'" in said
    assert "--tls-ca" not in said


async def test_one_that_is_too_old_is_told_apart(pair: Pair) -> None:
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    for file, content in zip(pair, _made([ip_address("127.0.0.1")], hour_ago)[:2], strict=True):
        write(file, content)
    async with Server(port=0, tls_cert=pair[0], tls_key=pair[1]) as server:
        said = await refused(server.urls()[0], pair[0])
    assert "has expired" in said
    assert "clocks" in said


async def test_a_server_without_tls_is_told_apart() -> None:
    async with Server(port=0) as server:
        said = await refused(f"https://127.0.0.1:{server.port}/")
    assert "it does not speak TLS; right would be http:// or ws://" in said


async def test_a_server_by_tls_says_so_to_whoever_comes_without(server: Server) -> None:
    said = await refused(f"http://127.0.0.1:{server.port}/")
    assert f"right would be https://127.0.0.1:{server.port}/" in said


async def test_a_device_that_is_another_one_after_an_outage_is_not_tried_for_ever(
    pair: Pair, tmp_path: Path
) -> None:
    trusted = str(tmp_path / "trusted.pem")
    copyfile(pair[0], trusted)
    async with Server(port=0, tls_cert=pair[0], tls_key=pair[1]) as server:
        server.stream("camera").publish(np.zeros((4, 6, 3), np.uint8))
        port, link = server.port, connect(server.urls()[0], tls_ca=trusted)
        await anext(frames := aiter(link))
    for new, old in zip(made_pair(tmp_path, "other"), pair, strict=True):
        move(new, old)
    async with Server(port=port, tls_cert=pair[0], tls_key=pair[1]):
        with pytest.raises(ConnectError, match="is not trusted"):
            async with asyncio.timeout(10):
                await anext(frames)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "No such file"), ("", "no certificate"), ("x", "no certificate"), ("key", "no cert")],
)
def test_a_file_that_vouches_for_nobody_is_refused_at_the_call(
    content: str | None, sentence: str, tmp_path: Path
) -> None:
    file = tmp_path / "ca.pem"
    if content == "key":
        file = Path(made_pair(tmp_path)[1])
    elif content is not None:
        file.write_text(content)
    with pytest.raises(UsageError, match=f"tls_ca=.*{sentence}.*; right would be a file of certif"):
        connect("wss://h", tls_ca=file)


def test_where_there_is_no_tls_nothing_is_left_unchecked_silently(pair: Pair) -> None:
    with pytest.raises(UsageError, match="right would be https:// or wss://"):
        connect("ws://h", tls_ca=pair[0])

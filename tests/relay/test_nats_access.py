"""Who may publish and who may listen: what NATS refuses is a sentence, and no password is in it."""

import asyncio
import logging
import re
from pathlib import Path

import pytest

from tests.faults.processes import until
from tests.pair import made_pair
from ws_stream import ConnectError, UsageError
from ws_stream.relay.nats_address import nats_address
from ws_stream.relay.nats_link import linked
from ws_stream.relay.nats_presence import find
from ws_stream.relay.nats_upstream import NatsUpstream
from ws_stream.relay.schemes import without_secrets

from .creds import account_of
from .nats_server import HOST, NatsServer, nats_server
from .streams import SUBJECT, device, publishing, viewing

SECRET = "horse-battery"


def at(server: NatsServer, user: str, scheme: str = "nats") -> str:
    return f"{scheme}://{user}@{HOST}:{server.port}"


async def refused(address: str, tls_ca: str | None = None) -> str:
    with pytest.raises(ConnectError) as raised:
        async with asyncio.timeout(20):
            async with linked(nats_address(address, tls_ca)):
                pass
    assert SECRET not in str(raised.value)
    return str(raised.value)


async def test_a_user_and_a_token_are_let_in_and_others_are_refused_with_a_sentence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    users = {"users": [{"user": "cam", "password": SECRET}]}
    for authorization, right in ((users, f"cam:{SECRET}"), ({"token": SECRET}, SECRET)):
        with nats_server(tmp_path, {"authorization": authorization}) as server:
            async with (
                device() as shown,
                publishing(shown.url, at(server, right)),
                viewing(at(server, right)) as node,
            ):
                await node.sees(1)
            for wrong in (f"cam:{SECRET}x", f"{SECRET}x"):
                said = await refused(at(server, wrong))
                assert "does not know this user; right would be nats://USER:PASSWORD@" in said
    assert SECRET not in caplog.text


EXAMPLE = Path(__file__).parents[2] / "examples" / "nats.conf"


async def test_a_device_publishes_its_own_stream_only_and_nodes_only_listen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for user in ("CAMERA", "NODE", "ADMIN"):
        monkeypatch.setenv(user, f"{SECRET}-{user}")
    with nats_server(tmp_path, {"include": str(EXAMPLE)}) as server:
        camera, node = (
            at(server, f"{user}:{SECRET}-{user.upper()}") for user in ("camera", "node")
        )
        async with device() as shown:
            async with publishing(shown.url, camera), viewing(node) as first, viewing(node) as late:
                await first.sees(1)
                await late.sees(shown.number)
                await until(lambda: late.ages)
                admin = at(server, f"admin:{SECRET}-ADMIN")
                assert [one.role for one in await find(nats_address(admin))] == ["publisher"]
            for user, subject in ((camera, "lab.other"), (node, SUBJECT)):
                with pytest.raises(ConnectError, match="this user has no permission"):
                    async with publishing(shown.url, user, subject) as publisher:
                        async with asyncio.timeout(20):
                            while True:
                                publisher._link.check()
                                await asyncio.sleep(0.02)
        with pytest.raises(ConnectError, match="no permission"):
            async with asyncio.timeout(20):
                async for _ in NatsUpstream(f"{node}/other.camera").messages():
                    pass


async def test_where_nodes_may_not_give_whole_pictures_the_publisher_gives_all(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    allowed = {"publish": ">", "subscribe": {"deny": ["lab.*.whole", "ws-stream-nodes"]}}
    users = [
        {"user": "cam", "password": "a"},
        {"user": "node", "password": "b", "permissions": allowed},
    ]
    with nats_server(tmp_path, {"authorization": {"users": users}}) as server:
        async with device() as shown, publishing(shown.url, at(server, "cam:a")):
            node = at(server, "node:b")
            async with viewing(node) as first, viewing(node) as late:
                await first.sees(1)
                await late.sees(shown.number)
                await until(lambda: "lab.camera.whole" in caplog.text)
    assert "done without" in caplog.text


async def test_by_tls_a_certificate_that_is_vouched_for_is_believed_and_no_other(
    tmp_path: Path,
) -> None:
    cert, key = made_pair(tmp_path)
    tls = {"cert_file": str(cert), "key_file": str(key)}
    with nats_server(tmp_path, {"tls": tls, "authorization": {"token": SECRET}}) as server:
        url = at(server, SECRET, "tls")
        async with (
            device() as shown,
            publishing(shown.url, url, tls_ca=cert),
            viewing(url, tls_ca=cert) as node,
        ):
            await node.sees(1)
        assert "certificate is not trusted" in await refused(url)


async def test_of_a_certificate_of_another_name_it_is_said_what_would_be_right(
    tmp_path: Path,
) -> None:
    cert, key = made_pair(tmp_path)
    tls = {"cert_file": str(cert), "key_file": str(key)}
    with nats_server(tmp_path, {"host": "0.0.0.0", "tls": tls}) as server:
        said = await refused(f"tls://127.0.0.9:{server.port}", cert)
    assert "right would be a name or address that stands in it" in said
    assert "--tls-ca" not in said


async def test_by_tls_nothing_is_said_to_a_server_that_does_not_speak_it(tmp_path: Path) -> None:
    heard = b""

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        writer.write(b'INFO {"max_payload":1048576,"auth_required":true}\r\n')
        heard += await reader.read(1000)
        writer.close()

    async with await asyncio.start_server(plain, HOST, 0) as server:
        port = server.sockets[0].getsockname()[1]
        said = await refused(f"tls://{SECRET}@{HOST}:{port}")
        assert "does not speak TLS, so nothing was said to it" in said
    assert heard == b""


async def test_a_creds_file_lets_in(tmp_path: Path) -> None:
    options, creds = account_of(tmp_path)
    with nats_server(tmp_path, options) as server:
        url = f"{server.url}?creds={creds}"
        async with linked(nats_address(url)) as link:
            assert await link.taken()
        assert "does not know this user" in await refused(server.url)
        broken = tmp_path / "broken.creds"
        broken.write_text(re.sub("\nSU.*", "\nSUAAA", creds.read_text()))
        assert server.url in await refused(f"{server.url}?creds={broken}")


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("http://host", "nats://HOST:PORT"),
        ("nats://", "nats://HOST:PORT"),
        ("nats://host:99999/a", "nats://HOST:PORT"),
        ("nats://u:p@ss word@host", "nats://HOST:PORT"),
        (f"nats://u:{SECRET}@host:x/a", "nats://HOST:PORT"),
        (f"nats://u:{SECRET}@host/a?nonsense=1", "known are creds"),
        (f"nats://u:{SECRET}@host/a?creds=/nowhere", "the .creds file"),
        ("nats://host/a?creds=/dev/null", "no user's token and seed"),
        (f"nats://u:p/{SECRET}@host/lab.a", "%2F for each '/'"),
        (f"nats://u:p/{SECRET}@host?creds=/nowhere", "%2F for each '/'"),
        (f"nats://to/ken-{SECRET}@host:x/lab.a", "%2F for each '/'"),
        (f"tls://u:p?{SECRET}/x@host/lab.a", "%2F for each '/'"),
    ],
)
def test_an_address_that_is_none_is_refused_with_what_would_be_right(
    address: str, right: str
) -> None:
    with pytest.raises(UsageError) as raised:
        nats_address(address)
    assert right in str(raised.value)
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("subject", ["", "a..b", "a.*", ">", "a b", "$SYS.a", "ä", "a" * 201])
def test_a_subject_that_is_none_is_refused_with_what_would_be_right(subject: str) -> None:
    with pytest.raises(UsageError, match="right would be"):
        nats_address(f"nats://host/{subject.replace(' ', '%20')}").subjects()


def test_an_address_is_shown_without_what_lets_in() -> None:
    assert without_secrets(f"nats://u:{SECRET}@host:1/a") == "nats://host:1/a"
    assert without_secrets("nats://host/a@b") == "nats://host/a@b"

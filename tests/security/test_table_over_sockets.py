"""Rows of the table over real sockets, real TLS and a real nginx: they are answered as those without a socket."""

import asyncio
import random
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from http.client import parse_headers
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from websockets.datastructures import Headers
from websockets.http11 import Response

from tests.pair import made_pair
from tests.proxy.proxies import nginx
from ws_stream import Server
from ws_stream.server import judgement
from ws_stream.server.judgement import WRONG_AT_ONCE

from .asked import said
from .classes import (
    ALLOWED_FRAME,
    ALLOWED_HOST,
    ALLOWED_PAGE,
    BELOW,
    CLAIMS,
    DIRECT,
    GUESSER,
    LINES,
    NEEDLESS,
    NO_TLS,
    NO_TOKENS,
    ROOT_PATH,
    TLS,
    Row,
    as_request,
    rows,
)
from .expected import Answer, Expected
from .rules import OPENED

Ask = Callable[[Row], Awaitable[Answer]]

OF_EACH_RULE = 4
OF_THE_TABLE = 71
"""One of so many rows is looked at: among those of each 151st there is none for the rarest rules."""
PROXY, STRANGER = "127.0.0.5", "127.0.0.7"
PICTURE = np.zeros((4, 6), np.uint8)
ALLOWED: Mapping[str, Any] = {
    "allow_hosts": [ALLOWED_HOST],
    "allow_origins": [ALLOWED_PAGE],
    "allow_frames": [ALLOWED_FRAME],
}


def some_rows(*, nginx: bool) -> list[Row]:
    """Some for each rule of what is answered; those of who guesses come last."""
    answers, taken = Expected().answers, Counter[int]()
    chosen = []
    every = list(rows(OF_THE_TABLE))
    random.Random(1).shuffle(every)
    for row in every:
        number = answers.number(row._asdict())
        if taken[number] < OF_EACH_RULE and (can_come_by_nginx(row) or not nginx):
            taken[number] += 1
            chosen.append(row)
    return sorted(chosen, key=lambda row: row.token == GUESSER)


def can_come_by_nginx(row: Row) -> bool:
    """As the example is: to one name, by http, and what no client is told to be it passes over."""
    is_named = row.host not in ("none", "malformed")
    return (
        is_named
        and row.proxy == BELOW
        and row.tls == NO_TLS
        and row.method in ("GET", "HEAD", "OPTIONS", "POST")
    )


def as_bytes(row: Row) -> bytes:
    request = as_request(row)
    line = f"{request.method} {request.path} {request.protocol}\r\n"
    return (line + str(request.headers)).encode()


async def told(
    row: Row, port: int, source: str | None = None, tls: ssl.SSLContext | None = None
) -> Answer:
    """What is answered on a connection of its own."""
    name = "localhost" if tls else None
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=tls, server_hostname=name, local_addr=(source, 0) if source else None
    )
    try:
        writer.write(as_bytes(row))
        async with asyncio.timeout(10):
            line, _, fields = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
            status = int(line.split()[1])
            if status == OPENED:
                return await _viewer(reader)
    finally:
        writer.transport.abort()
    headers = Headers(parse_headers(BytesIO(fields)).items())
    return Answer(status, headers=said(Response(status, "", headers)))


async def _viewer(reader: asyncio.StreamReader) -> Answer:
    """Its goodbye, or of what is announced whether it may operate."""
    first, length = await reader.readexactly(2)
    if length == 126:
        length = int.from_bytes(await reader.readexactly(2), "big")
    content = await reader.readexactly(length)
    if first == 0x88:
        return Answer(int.from_bytes(content[:2], "big"))
    return Answer(OPENED, "CONTROL" if b'"input":true' in content.replace(b" ", b"") else "VIEW")


async def as_the_rules_say(row: Row, expected: Answer, ask: Ask) -> None:
    if row.token == GUESSER:
        guess = row._replace(token="wrong by header", path="streams", method="GET")
        for _ in range(WRONG_AT_ONCE):
            await ask(guess)
    found = await ask(row)
    assert found == expected._replace(visitor=None), row


@pytest.fixture(autouse=True)
def unforgiving(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who guesses is slowed until the end of the test, however slow it is."""
    monkeypatch.setattr(judgement, "WRONG_A_SECOND", 1e-6)


class Servers:
    """One of each kind, on ports of this machine."""

    def __init__(self, stack: AsyncExitStack, folder: Path) -> None:
        self._stack = stack
        self._cert, self._key = made_pair(folder)
        self._trust = ssl.create_default_context(cafile=self._cert)
        self._all: dict[tuple[bool, bool, bool], Server] = {}

    async def ask(self, row: Row) -> Answer:
        kind = row.token not in (NO_TOKENS, NEEDLESS), row.tls != NO_TLS, row.proxy == BELOW
        if kind not in self._all:
            self._all[kind] = await self._started(*kind)
        source = STRANGER if row.proxy in (DIRECT, CLAIMS) else PROXY
        return await told(
            row, self._all[kind].port, source, self._trust if row.tls == TLS else None
        )

    async def _started(self, has_tokens: bool, speaks_tls: bool, is_below: bool) -> Server:
        server = Server(
            port=0,
            tokens=LINES if has_tokens else None,
            tls_cert=self._cert if speaks_tls else None,
            tls_key=self._key if speaks_tls else None,
            root_path=ROOT_PATH if is_below else "",
            trusted_proxies=[PROXY],
            **ALLOWED,
        )
        await self._stack.enter_async_context(server)
        server.stream("camera", input=True).publish(PICTURE)
        return server


async def test_rows_are_answered_over_sockets_and_by_tls_as_without(tmp_path: Path) -> None:
    expected = Expected()
    async with AsyncExitStack() as stack:
        servers = Servers(stack, tmp_path)
        for row in some_rows(nginx=False):
            await as_the_rules_say(row, expected.of(row), servers.ask)
    assert all(expected.answers.fitted)


@pytest.mark.parametrize("tokens", [None, LINES], ids=["without tokens", "with tokens"])
async def test_rows_are_answered_by_nginx_as_without(
    tokens: list[str] | None, tmp_path: Path
) -> None:
    """It says that they come by http, and under a path."""
    expected, path = Expected(), tmp_path / "socket"
    server = Server(
        unix=path, root_path=ROOT_PATH, trusted_proxies=["unix"], tokens=tokens, **ALLOWED
    )
    async with server:
        server.stream("camera", input=True).publish(PICTURE)
        with nginx(tmp_path, path) as port:
            for row in some_rows(nginx=True):
                if (row.token in (NO_TOKENS, NEEDLESS)) is (tokens is None):
                    await as_the_rules_say(row, expected.of(row), lambda row: told(row, port))

"""What `ws-stream list` says of the servers that were found."""

import pytest

from ws_stream.commands import found
from ws_stream.commands.found import found_lines, lines
from ws_stream.discovery.service import Found, Service

KIOSK = Service(("10.0.0.7",), 8000, ("camera", "screen"))
FOUND = [
    Found("press", "http://10.0.0.12:8000/", KIOSK._replace(streams=("hmi",), more=12, token=True)),
    Found("kiosk-2", "http://10.0.0.7:8000/", KIOSK),
    Found("oven", "http://[fd00::7]:80/", KIOSK._replace(streams=())),
]


def test_each_server_has_a_line_with_what_to_open() -> None:
    assert list(lines(FOUND)) == [
        "kiosk-2  http://10.0.0.7:8000/   camera, screen",
        "oven     http://[fd00::7]:80/    no streams",
        "press    http://10.0.0.12:8000/  asks for a token: hmi, 12 more",
    ]


def test_on_a_terminal_streams_are_cut_and_addresses_are_not() -> None:
    many = KIOSK._replace(streams=tuple(f"camera-{number}" for number in range(20)))
    assert list(lines([Found("kiosk", "http://10.0.0.7:8000/", many)], width=60)) == [
        "kiosk  http://10.0.0.7:8000/  camera-0, camera-1, camera-2,…"
    ]
    assert list(lines([Found("kiosk", "http://10.0.0.7:8000/", many)], width=10)) == [
        "kiosk  http://10.0.0.7:8000/  camera-0, camera-1,…"
    ]


def found_there(monkeypatch: pytest.MonkeyPatch, beyond: int, *servers: Found) -> None:
    async def browse(_: float) -> tuple[list[Found], int]:
        return list(servers), beyond

    monkeypatch.setattr(found, "browse", browse)


async def test_that_there_is_none_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found_there(monkeypatch, 0)
    assert await found_lines(2.5, None) == [
        "no server announced itself within 2.5 s; one does with: ws-stream serve --announce --host 0.0.0.0"
    ]


async def test_that_there_are_too_many_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found_there(monkeypatch, 4744, FOUND[1])
    assert await found_lines(3, None) == [
        "kiosk-2  http://10.0.0.7:8000/  camera, screen",
        "and 4744 more names; only the first 256 were looked at",
    ]

"""The access policy, asked as it is asked: by whole requests."""

from http import HTTPStatus

import pytest

from .test_pages import POLICY, UPGRADE, ask, status


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8000",
        "[::1]:8000",
        "192.168.1.7",
        "203.0.113.9:8000",
        "localhost",
        "LOCALHOST:8000",
        "camera.local:8000",
        "app.localhost",
        "kiosk.example",
    ],
)
def test_hosts_that_an_attacker_cannot_own_are_answered(host: str) -> None:
    assert status(host=host) == HTTPStatus.OK


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "several",
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.local.example",
        "127.0.0.1@evil.example",
        "notlocalhost",
        "kiosk.example.evil",
        "[::1",
        "0x7f000001",
    ],
)
def test_other_hosts_are_refused_with_a_sentence(host: str | None) -> None:
    reply = ask(host=host)
    assert reply
    assert reply.status == HTTPStatus.FORBIDDEN
    assert b"--allow-host" in reply.body


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "http://127.0.0.1:8000",
        "http://localhost:3000",
        "http://192.168.1.99",
        "http://10.1.2.3:3000",
        "http://[fe80::1]",
        "http://dashboard.local",
        "https://kiosk.example",
    ],
)
def test_pages_of_this_machine_and_this_lan_may_ask(origin: str | None) -> None:
    assert ask(origin=origin, **UPGRADE) is None


@pytest.mark.parametrize(
    "origin",
    ["null", "", "http://evil.example", "http://8.8.8.8", "http://[2001:4860::1]", "file://"],
)
def test_pages_of_anywhere_else_may_not(origin: str) -> None:
    assert status(origin=origin, **UPGRADE) == HTTPStatus.FORBIDDEN
    assert status(origin=origin) == HTTPStatus.FORBIDDEN


def test_a_page_at_the_very_address_asked_for_may_ask() -> None:
    assert ask(host="8.8.8.8:80", origin="http://8.8.8.8:80", **UPGRADE) is None


def test_only_pages_on_the_same_or_an_allowed_host_may_frame_the_viewer() -> None:
    policy = POLICY.headers("192.168.1.7:8000")["Content-Security-Policy"]
    _, _, frames = policy.partition("frame-ancestors ")
    assert frames == (
        "'self' http://192.168.1.7:* https://192.168.1.7:* http://kiosk.example:* https://kiosk.example:*"
    )
    for host in ("evil.example", None, "a;script-src *", "a; script-src *.local", "several"):
        assert POLICY.headers(host)["Content-Security-Policy"].endswith("frame-ancestors 'self'")

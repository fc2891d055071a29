"""The access policy, asked as it is asked: by whole requests."""

import re
import socket
from http import HTTPStatus

import pytest

from ws_stream import UsageError
from ws_stream.server.access import AccessPolicy

from .test_pages import FRAME, PAGE, POLICY, UPGRADE, ask, status

OWN = socket.gethostname().lower()
HOSTS = [
    "127.0.0.1:8000",
    "[::1]:8000",
    "[::ffff:127.0.0.1]:8000",
    "[fe80::1%eth0]:8000",
    "192.168.1.7",
    "203.0.113.9:8000",
    "localhost",
    "LOCALHOST:8000",
    "localhost.",
    "app.localhost",
    OWN,
    f"{OWN}.local:8000",
    "kiosk.example",
    "Kiosk.Example.:8000",
]


@pytest.mark.parametrize("host", HOSTS)
def test_hosts_that_no_page_can_point_anywhere_are_answered(host: str) -> None:
    assert status(host=host) == HTTPStatus.OK


@pytest.mark.parametrize("host", HOSTS)
def test_the_page_served_under_any_such_host_may_ask_and_so_may_others_of_that_host(
    host: str,
) -> None:
    for origin in (f"http://{host}", f"https://{host.partition(':8000')[0]}:5000"):
        assert ask(host=host, origin=origin, **UPGRADE) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.local",
        "camera.local:8000",
        "evil.local.example",
        "notlocalhost",
        "kiosk.example.evil",
        "0x7f000001",
    ],
)
def test_other_names_are_refused_with_the_option_that_would_allow_them(host: str) -> None:
    reply = ask(host=host)
    assert reply
    assert reply.status == HTTPStatus.FORBIDDEN
    option = re.search(r"--allow-host (\S+)\n", reply.body.decode())
    assert option
    assert AccessPolicy([option[1]]).refusal(host, None) is None


@pytest.mark.parametrize(
    "host",
    [
        *(None, "", " ", ":8000", "a, b", "127.0.0.1, evil.example", "127.0.0.1@evil.example"),
        *(
            "evil.example@127.0.0.1",
            "127.0.0.1/evil",
            "127.0.0.1?",
            "[::1",
            "[]",
            "a b",
            "é.example",
        ),
        *("127.0.0.1%evil.example", "203.0.113.9%x:8000", "[127.0.0.1]:8000", "[127.0.0.1%lo]"),
        *("none;script-src *", "-", "\x1b[2J", "a" * 9999),
    ],
)
def test_what_is_no_host_is_refused_without_advice_that_cannot_help(host: str | None) -> None:
    reply = ask(host=host)
    assert reply
    assert reply.status == HTTPStatus.FORBIDDEN
    assert b"right would be one name or address" in reply.body
    assert b"--allow-host" not in reply.body
    assert reply.body.decode().strip().isprintable()
    assert len(reply.body) < 1000


LOOPBACK = ["http://127.0.0.1:3000", "http://localhost", "https://[::1]:5", "http://app.localhost"]


@pytest.mark.parametrize("origin", [*LOOPBACK, None, PAGE, "HTTP://Panel.Example:3000"])
@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "127.9.9.9"])
def test_pages_of_loopback_may_ask_on_loopback_and_those_allowed_by_name(
    host: str, origin: str | None
) -> None:
    assert ask(host=host, origin=origin, **UPGRADE) is None


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "192.168.1.7:8000", f"{OWN}.local"])
@pytest.mark.parametrize(
    "origin",
    [
        *("http://192.168.1.99", "http://10.1.2.3:3000", "http://[fe80::1]", "http://169.254.0.1"),
        *(
            "http://dashboard.local",
            "http://evil.example",
            "http://8.8.8.8",
            "http://[2001:4860::1]",
        ),
        "http://kiosk.example.evil",
    ],
)
def test_pages_of_anywhere_else_may_not_even_of_this_lan_and_the_option_is_said(
    host: str, origin: str
) -> None:
    for request in (UPGRADE, {}):
        reply = ask(host=host, origin=origin, **request)
        assert reply
        assert reply.status == HTTPStatus.FORBIDDEN
        option = re.search(r"--allow-origin (\S+)\n", reply.body.decode())
        assert option
        assert AccessPolicy(origins=[option[1]]).refusal(host, origin) is None


@pytest.mark.parametrize("origin", LOOPBACK)
def test_pages_of_a_viewer_s_own_loopback_may_not_ask_a_device_of_the_lan(origin: str) -> None:
    assert status(host="192.168.1.7:8000", origin=origin, **UPGRADE) == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    "origin", ["null", "", "file://", "http://", "http://a, http://b", "evil", "http://a/b", "\x1b"]
)
def test_a_page_of_no_host_is_refused_without_advice_that_cannot_help(origin: str) -> None:
    reply = ask(origin=origin, **UPGRADE)
    assert reply
    assert reply.status == HTTPStatus.FORBIDDEN
    assert b"right would be a page that a host serves by http" in reply.body
    assert b"--allow-host" not in reply.body


def frames(host: str | None) -> str:
    policy = POLICY.headers(host, None)["Content-Security-Policy"]
    return policy.partition("frame-ancestors ")[2]


def test_pages_of_the_host_asked_for_may_frame_the_viewer_and_those_allowed_by_name() -> None:
    assert frames("192.168.1.7:8000") == (
        f"'self' http://192.168.1.7:* https://192.168.1.7:* {FRAME}"
    )
    for loopback in ("http://localhost:*", "http://*.localhost:*", "http://127.0.0.1:*"):
        assert loopback in frames("localhost:8000").split()
        assert loopback not in frames("192.168.1.7:8000").split()


def test_who_may_frame_the_viewer_may_not_ask_and_who_may_ask_may_not_frame_it() -> None:
    assert status(origin=FRAME, **UPGRADE) == HTTPStatus.FORBIDDEN
    assert ask(origin=PAGE, **UPGRADE) is None
    assert PAGE not in frames("localhost:8000")


def test_a_frame_s_ancestor_is_no_ipv6_address_as_browsers_know_no_such_source() -> None:
    for host in ("[::1]:8000", "[fd00::2]"):
        assert "[" not in frames(host)
    assert "http://localhost:*" in frames("[::1]:8000").split()


@pytest.mark.parametrize(
    "host", ["evil.example", None, "a;script-src *", "a; script-src *.local", "127.0.0.1;x", "*"]
)
def test_nothing_else_of_a_request_gets_into_a_header(host: str | None) -> None:
    assert frames(host) == f"'self' {FRAME}"


def test_the_page_runs_its_own_scripts_workers_and_webassembly_and_nothing_else() -> None:
    rules = POLICY.headers("localhost", None)["Content-Security-Policy"].split("; ")
    assert rules[:-1] == [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self' blob:",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def shared(host: str, origin: str | None) -> tuple[str | None, str]:
    """The page that may read what is served, and whether others than our own may load it unread."""
    headers = POLICY.headers(host, origin)
    return headers.get("Access-Control-Allow-Origin"), headers["Cross-Origin-Resource-Policy"]


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        *(("localhost:8000", origin) for origin in LOOPBACK),
        ("192.168.1.7:8000", "http://192.168.1.7:5000"),
        ("[fd00::2]:8000", "http://[fd00::2]:8000"),
        ("192.168.1.7:8000", PAGE),
        ("192.168.1.7:8000", PAGE.upper()),
    ],
)
def test_a_page_that_may_open_the_socket_may_read_all_that_is_served(
    host: str, origin: str
) -> None:
    assert ask(host=host, origin=origin, **UPGRADE) is None
    assert shared(host, origin) == (origin, "cross-origin")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8000", None),
        ("localhost:8000", "null"),
        ("localhost:8000", ""),
        ("localhost:8000", "*"),
        ("localhost:8000", "file://"),
        ("localhost:8000", f"http://localhost, {PAGE}"),
        ("localhost:8000", "http://panel.example"),
        ("localhost:8000", "https://panel.example:3000"),
        ("localhost:8000", FRAME),
        ("localhost:8000", "http://evil.example"),
        ("192.168.1.7:8000", "http://192.168.1.8"),
        ("192.168.1.7:8000", "http://localhost"),
        ("evil.example", "http://evil.example"),
        ("evil.example", PAGE),
    ],
)
def test_any_other_page_reads_nothing(host: str, origin: str | None) -> None:
    assert shared(host, origin) == (None, "same-origin")


@pytest.mark.parametrize(
    "name",
    [
        "kiosk",
        "my_host",
        "KIOSK.example.",
        "a-b.c",
        "192.168.1.7",
        "fd00::2",
        "[fd00::2]",
        "xn--bcher-kva.de",
    ],
)
def test_names_and_addresses_can_be_allowed(name: str) -> None:
    AccessPolicy([name])


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            " ",
            "*",
            "*.example",
            "kiosk:8000",
            "http://kiosk",
            "kiosk/",
            "a b",
            "a;script-src *",
        ),
        *("a'", "é", "a\n", "\x1b[2J", "-a", "none;", "a," * 99, "a" * 254, None, 5, b"kiosk"),
    ],
)
def test_what_names_no_host_cannot_be_allowed_as_it_would_go_into_a_header(name: str) -> None:
    with pytest.raises(UsageError, match="right would be a name like") as refused:
        AccessPolicy([name])
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("origin", "same"),
    [
        ("http://panel.example", "http://panel.example:80"),
        ("https://panel.example:443", "https://panel.example"),
        ("HTTP://Panel.Example.:3000", "http://panel.example:3000"),
        ("http://[fd00::2]:3000", "http://[FD00:0::2]:3000"),
        ("app://panel", "app://panel"),
    ],
)
def test_a_page_s_origin_is_allowed_however_it_is_written(origin: str, same: str) -> None:
    assert AccessPolicy(origins=[origin]).refusal("10.0.0.1", same) is None
    for other in ("http://other.example:3000", "http://panel.example:3001", "null"):
        assert AccessPolicy(origins=[origin]).refusal("10.0.0.1", other)


@pytest.mark.parametrize(
    "text",
    [
        *("", "panel.example", "http://", "http://panel/", "http://panel/a", "http://panel?", "*"),
        *(
            "http://*.example",
            "http://a;script-src *",
            "http://a b",
            "http://a'",
            "null",
            "file://",
        ),
        *(
            "http://a:b",
            "http://a:80:*",
            "http://a:**",
            "http://*:*",
            "http://u@a",
            "\x1b[2J",
            "http://" + "a" * 254,
            None,
            5,
            b"http://a",
        ),
    ],
)
def test_what_is_no_origin_cannot_be_allowed_as_it_would_go_into_a_header(text: str) -> None:
    for allowed in ({"origins": [text]}, {"frames": [text]}):
        with pytest.raises(UsageError, match="is no origin of pages; right would be") as refused:
            AccessPolicy(**allowed)
        assert str(refused.value).isprintable()


def test_a_page_may_be_allowed_on_all_ports_and_by_one_scheme() -> None:
    policy = AccessPolicy(origins=["http://panel.example:*"], frames=["http://a:*"])
    for port in ("", ":80", ":3000"):
        assert policy.refusal("10.0.0.1", f"http://panel.example{port}") is None
    for other in ("https://panel.example", "http://panel.example:*", "http://a", "http://b:3000"):
        assert policy.refusal("10.0.0.1", other)
    assert policy.headers("10.0.0.1", None)["Content-Security-Policy"].endswith(" http://a:*")


def test_a_frame_s_page_has_no_ipv6_address_and_that_is_said() -> None:
    with pytest.raises(UsageError, match="right would be a name or an IPv4 address"):
        AccessPolicy(frames=["http://[fd00::2]"])


def test_a_name_of_several_labels_is_not_taken_for_this_machine_s_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody else may own it, and point it here."""
    for own, is_answered in (("kiosk", True), ("evil.example", False)):
        monkeypatch.setattr(socket, "gethostname", lambda own=own: own)
        assert (AccessPolicy().refusal(own, None) is None) is is_answered


def test_no_page_of_this_server_may_ask_for_what_is_the_visitor_s() -> None:
    for host in ("localhost", "192.168.1.7", None):
        features = POLICY.headers(host, None)["Permissions-Policy"].split(", ")
        assert {"camera=()", "microphone=()", "geolocation=()"} < set(features)
        assert not [feature for feature in features if feature.startswith(("fullscreen", "clip"))]


def test_a_page_is_no_other_page_s_window_where_browsers_heed_that_without_tls() -> None:
    for host, said in (("localhost:8000", "same-origin"), ("[::1]", "same-origin")):
        assert POLICY.headers(host, None)["Cross-Origin-Opener-Policy"] == said
    assert "Cross-Origin-Opener-Policy" not in POLICY.headers("192.168.1.7", None)
    by_tls = POLICY.headers("192.168.1.7", None, is_secure=True)
    assert by_tls["Cross-Origin-Opener-Policy"] == "same-origin"

"""What is believed, and of whom: the right proxies' headers, from the right."""

import pytest

from ws_stream import UsageError
from ws_stream.server.gate import UNIX
from ws_stream.server.proxy import Forwarded, Proxies, checked_proxies

NGINX, LAN = "192.168.1.7", "10.0.0.0/8"


def forwarded(*trusted: str, peer: str = NGINX, **headers: str) -> Forwarded:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Proxies(trusted).forwarded(peer, named.get)


@pytest.mark.parametrize(
    ("trusted", "peer", "is_trusted"),
    [
        ([], NGINX, False),
        ([], UNIX, False),
        ([], "", False),
        ([NGINX], NGINX, True),
        ([NGINX], "192.168.1.8", False),
        ([NGINX], UNIX, False),
        ([NGINX], "", False),
        ([NGINX], f"::ffff:{NGINX}", True),
        ([LAN], "10.200.3.4", True),
        ([LAN], "11.0.0.1", False),
        (["10.1.2.3/8"], "10.200.3.4", True),
        (["fe80::/10"], "fe80::1%eth0", True),
        (["::1"], "::1", True),
        (["::1"], "127.0.0.1", False),
        (["0.0.0.0/0"], UNIX, False),
        ([UNIX], UNIX, True),
        ([UNIX], "", False),
        ([UNIX], NGINX, False),
        ([UNIX, NGINX, LAN], "10.0.0.1", True),
    ],
)
def test_only_those_that_are_named_are_believed(
    trusted: list[str], peer: str, is_trusted: bool
) -> None:
    assert Proxies(trusted).trusts(peer) is is_trusted


@pytest.mark.parametrize("name", ["", "nginx", "10.0.0.0/33", "unix:", "1.2.3.4:80", "a\nb", "*"])
def test_what_names_no_proxy_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(UsageError, match=r"names no proxy; right would be its address") as refused:
        checked_proxies([name], "")
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("said", "client"),
    [
        (None, NGINX),
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("2001:db8::9", "2001:db8::9"),
        ("[2001:db8::9]", "2001:db8::9"),
        ("[2001:db8::9]:4711", "2001:db8::9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::1"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("1.1.1.1,203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9, 10.0.0.1, 10.2.3.4", "203.0.113.9"),
        ("10.0.0.2, 10.0.0.1", "10.0.0.2"),
        # What stands before the first that is not believed is nobody's.
        ("unknown, 203.0.113.9", "203.0.113.9"),
        ("'; DROP TABLE, 203.0.113.9", "203.0.113.9"),
        (", 203.0.113.9", "203.0.113.9"),
    ],
)
def test_who_asks_is_the_rightmost_that_is_no_proxy_which_is_believed(
    said: str | None, client: str
) -> None:
    headers = {} if said is None else {"X_Forwarded_For": said}
    assert forwarded(NGINX, LAN, **headers) == (client, None, None)
    assert forwarded(UNIX, LAN, peer=UNIX, **headers).address == (
        UNIX if client == NGINX else client
    )


@pytest.mark.parametrize(
    "said", ["unknown", "_hidden", "", " ", "203.0.113.9,", "1.2.3", "[::1", "a" * 5000, "\x1b[2J"]
)
def test_one_that_says_nobody_s_address_is_told_so(said: str) -> None:
    if not said:
        assert forwarded(NGINX, X_Forwarded_For=said).address == NGINX, "as none"
        return
    with pytest.raises(UsageError, match=r"^X-Forwarded-For '.*' cannot be, as the proxy") as told:
        forwarded(NGINX, X_Forwarded_For=said)
    assert str(told.value).isprintable()
    assert len(str(told.value)) < 400


@pytest.mark.parametrize(
    ("said", "is_secure"),
    [("http", False), ("https", True), ("HTTPS", True), ("ws", False), ("wss", True)],
)
def test_whether_it_came_by_https_is_the_proxy_s_word(said: str, is_secure: bool) -> None:
    assert forwarded(NGINX, X_Forwarded_Proto=said).is_secure is is_secure


@pytest.mark.parametrize("said", ["https, http", "ftp", "https ", "1"])
def test_another_scheme_is_told(said: str) -> None:
    with pytest.raises(UsageError, match=r"X-Forwarded-Proto .* right would be http or https"):
        forwarded(NGINX, X_Forwarded_Proto=said)


def test_the_host_is_handed_on_as_it_is_as_the_access_policy_judges_it() -> None:
    for said in ("camera.example", "a, b", ""):
        assert forwarded(NGINX, X_Forwarded_Host=said).host == said


@pytest.mark.parametrize("root_path", ["/camera1", "/camera1/", "/lab/camera1", "/a.b~c_d-e"])
def test_a_path_may_have_been_left_or_taken_off(root_path: str) -> None:
    proxies = checked_proxies([], root_path)
    for target in ("/", "/streams", "/stream/camera?step=2", "/?stream=camera"):
        assert proxies.target(target) == target
        assert proxies.target(f"{root_path.rstrip('/')}{target}") == target


def test_only_the_whole_path_is_taken_off_and_once() -> None:
    proxies = checked_proxies([], "/camera1")
    for target in ("/camera1", "/camera10/", "/camera1x", "/x/camera1/", "camera1/", "*"):
        assert proxies.target(target) == target
    assert proxies.target("/camera1/camera1/") == "/camera1/"
    assert checked_proxies([], "").target("//a") == "//a"
    assert checked_proxies([], "/").target("/a") == "/a"


@pytest.mark.parametrize(
    "root_path",
    ["camera1", "//camera1", "/a//b", "/../a", "/.", "/a b", "/ä", "/%41", "/a?b", "/a#"],
)
def test_what_is_no_path_is_refused(root_path: str) -> None:
    with pytest.raises(UsageError, match="right would be a path like '/camera1'"):
        checked_proxies([], root_path)

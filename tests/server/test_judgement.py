"""Who may have what: the judge, asked as it is asked, by whole requests at times of a clock of our own."""

from http import HTTPStatus

import pytest

from ws_stream import UsageError
from ws_stream.server.access import AccessPolicy
from ws_stream.server.judgement import WRONG_AT_ONCE, Judge, Verdict, cookie_name
from ws_stream.server.tokens import Right, Tokens, known

from .test_pages import request

VIEW, CONTROL, WRONG = "v" * 22, "c" * 22, "w" * 22
PATHS = ["/streams", "/stream", "/stream/camera", "/stream/a/b", "/metrics", "/signin"]
OPEN = ["/", "/viewer.js", "/page/start.js", "/healthz", "/nothing", "/streamsx", "//streams", "*"]


def judge() -> Judge:
    return Judge(AccessPolicy(), lambda: known([f"view:{VIEW}", f"control:{CONTROL}"], None))


def asked(target: str, token: str | None = None, **parts: str | None) -> Verdict:
    bearer: str | None = None if token is None else f"Bearer {token}"
    return judge().judge(request(target=target, authorization=bearer, **parts), "here", 0.0)


@pytest.mark.parametrize("target", [*PATHS, *OPEN])
@pytest.mark.parametrize("token", [None, WRONG, VIEW])
def test_without_tokens_everybody_has_every_right(target: str, token: str | None) -> None:
    parts = {} if token is None else {"authorization": f"Bearer {token}"}
    verdict = Judge(AccessPolicy()).judge(request(target=target, **parts), "here", 0.0)
    assert verdict == Verdict(Right.CONTROL)


@pytest.mark.parametrize("target", PATHS)
@pytest.mark.parametrize("query", ["", "?step=2"])
def test_what_tells_of_this_device_needs_a_token(target: str, query: str) -> None:
    for token, right in ((VIEW, Right.VIEW), (CONTROL, Right.CONTROL)):
        assert asked(target + query, token) == Verdict(right, token=token)
    for presented in (None, WRONG, ""):
        verdict = asked(target + query, presented)
        assert (verdict.right, verdict.refused) == (Right.NOTHING, HTTPStatus.UNAUTHORIZED)
        assert "right would be" in verdict.sentence
        assert verdict.headers == {"WWW-Authenticate": 'Bearer realm="ws-stream"'}


@pytest.mark.parametrize("target", OPEN)
@pytest.mark.parametrize("token", [None, WRONG, VIEW])
def test_the_page_s_files_tell_nothing_and_need_none(target: str, token: str | None) -> None:
    assert asked(target, token).refused is None


@pytest.mark.parametrize("method", ["OPTIONS", "POST"])
def test_what_is_never_done_needs_no_token_to_be_told_so(method: str) -> None:
    assert asked("/streams", method=method).refused is None


@pytest.mark.parametrize(
    "parts", [{"host": "evil.example"}, {"host": None}, {"origin": "http://evil.example"}]
)
@pytest.mark.parametrize("target", ["/streams", "/stream/camera", "/", "/signin"])
def test_a_page_that_may_not_ask_is_refused_whatever_token_its_browser_has(
    parts: dict[str, str | None], target: str
) -> None:
    verdict = asked(target, VIEW, **parts)
    assert (verdict.right, verdict.refused) == (Right.NOTHING, HTTPStatus.FORBIDDEN)


def guesses(judge: Judge, address: str, now: float, token: str = WRONG) -> Verdict:
    bearer = f"Bearer {token}"
    return judge.judge(request(target="/streams", authorization=bearer), address, now)


def test_wrong_tokens_are_slowed_for_their_address_and_right_ones_there_are_not_looked_at() -> None:
    here = judge()
    for _ in range(WRONG_AT_ONCE):
        assert guesses(here, "attacker", 0.0).refused is HTTPStatus.UNAUTHORIZED
    for token in (WRONG, VIEW):
        verdict = guesses(here, "attacker", 0.0, token)
        assert (verdict.refused, verdict.right) == (HTTPStatus.TOO_MANY_REQUESTS, Right.NOTHING)
        assert verdict.headers == {"Retry-After": "2"}
    assert guesses(here, "viewer", 0.0, VIEW).refused is None
    assert guesses(here, "attacker", 2.1).refused is HTTPStatus.UNAUTHORIZED
    assert guesses(here, "attacker", 2.2).refused is HTTPStatus.TOO_MANY_REQUESTS


def test_neither_right_ones_nor_none_nor_those_of_a_page_that_may_not_ask_are_counted() -> None:
    here = judge()
    for _ in range(WRONG_AT_ONCE * 2):
        guesses(here, "a", 0.0, VIEW)
        here.judge(request(target="/streams"), "a", 0.0)
        evil = request(target="/streams", authorization="Bearer x", origin="http://evil.example")
        here.judge(evil, "a", 0.0)
        here.judge(request(target="/viewer.js", authorization="Bearer x"), "a", 0.0)
    assert guesses(here, "a", 0.0).refused is HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("device", "ws-stream"),
        ("device:8000", "ws-stream-8000"),
        ("10.0.0.1:81", "ws-stream-81"),
        ("[fd00::2]", "ws-stream"),
        ("[fd00::2]:8000", "ws-stream-8000"),
        (None, "ws-stream"),
        ("device:8000; x=y", "ws-stream-8000"),
    ],
)
def test_servers_on_two_ports_of_a_host_have_cookies_of_their_own(
    host: str | None, name: str
) -> None:
    assert cookie_name(host) == name


def test_tokens_are_read_again_and_those_before_count_where_they_cannot_be() -> None:
    files: list[Tokens | UsageError | None] = [
        known(f"view:{VIEW}", None),
        UsageError("no such file"),
        known(f"view:{CONTROL}", None),
    ]

    def read() -> Tokens | None:
        found = files.pop(0)
        if isinstance(found, UsageError):
            raise found
        return found

    here = Judge(AccessPolicy(), read)
    with pytest.raises(UsageError, match="no such file"):
        here.reload()
    assert guesses(here, "a", 0.0, VIEW).refused is None
    here.reload()
    assert guesses(here, "a", 0.0, VIEW).refused is HTTPStatus.UNAUTHORIZED
    assert guesses(here, "a", 0.0, CONTROL).refused is None

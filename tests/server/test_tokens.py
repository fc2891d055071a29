import hmac
import os
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_stream.errors import UsageError
from ws_stream.server.tokens import Right, Tokens, known, new_token, presented

from .test_pages import request

VIEW, CONTROL = "v" * 22, "c" * 43
LINES = ["# for the wall", "", f" view:{VIEW} ", f"control:{CONTROL}"]


def of(lines: object = LINES, file: object = None) -> Tokens:
    found = known(lines, file)
    assert found
    return found


def read(path: Path) -> Tokens:
    return of(None, path)


@pytest.mark.parametrize(
    ("presented", "right"),
    [
        ([], Right.NOTHING),
        ([VIEW], Right.VIEW),
        ([CONTROL], Right.CONTROL),
        (["", "wrong", VIEW], Right.VIEW),
        ([CONTROL, VIEW], Right.CONTROL),
        ([VIEW, CONTROL], Right.CONTROL),
        ([VIEW[:-1]], Right.NOTHING),
        ([f"{VIEW}v"], Right.NOTHING),
        ([VIEW.upper()], Right.NOTHING),
        ([f"view:{VIEW}"], Right.NOTHING),
        (["\udcff" * 22], Right.NOTHING),
    ],
)
def test_a_token_gives_its_right_and_nothing_else_gives_any(
    presented: list[str], right: Right
) -> None:
    assert of().right(presented) is right


@given(st.text())
def test_no_other_text_gives_a_right(text: str) -> None:
    assert text in (VIEW, CONTROL) or of().right([text]) is Right.NOTHING


def test_who_may_touch_may_see() -> None:
    assert Right.NOTHING < Right.VIEW < Right.CONTROL


def test_a_token_on_two_lines_gives_the_greater_right_whatever_their_order() -> None:
    lines = [f"view:{VIEW}", f"control:{VIEW}"]
    for both in (lines, lines[::-1]):
        assert of(both).right([VIEW]) is Right.CONTROL


@pytest.mark.parametrize(
    "line",
    [
        VIEW,
        f"admin:{VIEW}",
        f"View:{VIEW}",
        f"view {VIEW}",
        "view:",
        "view:short",
        f"view:{'a' * 129}",
        f"view:{VIEW}!",
        f"view:{VIEW} # for Ann",
        f"view: {VIEW}",
        f"view:{VIEW}\u0661",
    ],
)
def test_a_wrong_line_is_named_by_its_number_and_never_shown(line: str) -> None:
    with pytest.raises(UsageError, match="line 2 of tokens is no token; right would be") as told:
        of(["# these", line])
    assert not any(part in str(told.value) for part in (VIEW, "short", "Ann", "aaa"))


@pytest.mark.parametrize("lines", [[], ["", "# none"]])
def test_no_token_at_all_is_a_mistake_and_lets_nobody_in(lines: list[str]) -> None:
    with pytest.raises(UsageError, match="tokens has no token"):
        of(lines)


def write(path: Path, mode: int = 0o600, content: str = "\n".join(LINES)) -> Path:
    path.write_text(content)
    path.chmod(mode)
    return path


def test_a_file_of_its_owner_and_a_group_s_is_read(tmp_path: Path) -> None:
    for mode in (0o600, 0o400, 0o640, 0o440):
        assert read(write(tmp_path / oct(mode), mode)).right([VIEW]) is Right.VIEW


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o620, 0o601, 0o777])
def test_a_file_that_others_reach_is_refused_with_what_mends_that(
    tmp_path: Path, mode: int
) -> None:
    path = write(tmp_path / "tokens", mode)
    with pytest.raises(UsageError, match=f"right would be: chmod 600 {re.escape(str(path))}"):
        read(path)


def test_a_pipe_is_read_whatever_its_mode_as_a_shell_makes_them() -> None:
    end, other = os.pipe()
    os.write(other, "\n".join(LINES).encode())
    os.close(other)
    assert stat.S_ISFIFO(os.fstat(end).st_mode)
    assert read(Path(f"/dev/fd/{end}")).right([CONTROL]) is Right.CONTROL
    os.close(end)


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda path: None, "No such file"),
        (lambda path: path.mkdir(), "Is a directory"),
        (lambda path: write(path, content="#" * 70_000), "larger than 65536 bytes"),
        (lambda path: write(path, content="\0\xff"), "line 1 of"),
    ],
    ids=["none", "folder", "large", "binary"],
)
def test_what_is_no_file_of_tokens_is_said_in_a_sentence(
    tmp_path: Path, made: object, sentence: str
) -> None:
    path = tmp_path / "tokens"
    assert callable(made)
    made(path)
    with pytest.raises(UsageError, match=sentence):
        read(path)


def test_neither_the_object_nor_what_it_is_made_of_has_a_token() -> None:
    held = of()
    assert VIEW not in repr(vars(held))
    assert CONTROL not in repr(vars(held))
    assert VIEW not in repr(held)


def test_every_known_token_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compare, compared = hmac.compare_digest, list[bytes]()

    def noted(one: bytes, other: bytes) -> bool:
        compared.append(one)
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", noted)
    for token in (VIEW, CONTROL, "wrong", ""):
        compared.clear()
        of().right([token])
        assert len(compared) == 2


def test_a_new_token_is_one_and_another_each_time() -> None:
    made = {new_token() for _ in range(100)}
    assert len(made) == 100
    for token in made:
        assert of([f"control:{token}"]).right([token]) is Right.CONTROL


@pytest.mark.parametrize(
    ("authorization", "cookies", "subprotocols", "tokens"),
    [
        ("", "", "", []),
        ("Bearer a", "", "", ["a"]),
        ("bearer  a ", "", "", ["a"]),
        ("Basic a", "", "", []),
        ("Bearer", "", "", [""]),
        ("", "ours=a", "", ["a"]),
        ("", "other=b; ours=a;ours=c", "", ["a", "c"]),
        ("", "ours", "", [""]),
        ("", "not-ours=a; oursx=a", "", []),
        ("", "", "ws-stream.v1, ws-stream.token.a", ["a"]),
        ("", "", "ws-stream.token.a,ws-stream.token.b", ["a", "b"]),
        ("", "", "ws-stream.tokens.a", []),
        ("", "ours=b", "ws-stream.token.c", ["b", "c"]),
        ("Basic a", "ours=b", "ws-stream.token.c", ["b", "c"]),
        ("Bearer a", "ours=b", "ws-stream.token.c", ["a"]),
        ("Bearer", "ours=b", "ws-stream.token.c", [""]),
    ],
)
def test_a_token_comes_in_a_header_a_cookie_or_a_subprotocol(
    authorization: str, cookies: str, subprotocols: str, tokens: list[str]
) -> None:
    asked = request(authorization=authorization, cookies=cookies, subprotocols=subprotocols)
    assert [*presented(asked, "ours")] == tokens


@pytest.mark.parametrize(
    "lines",
    [[b"view:" + VIEW.encode()], {f"view:{VIEW}": 1}, 5, (line for line in LINES)],
    ids=type,
)
def test_what_is_no_list_of_lines_is_refused_unshown(lines: object) -> None:
    with pytest.raises(UsageError, match="tokens must be lines of text") as told:
        known(lines, None)
    assert VIEW not in str(told.value)


def test_lines_and_a_file_count_together_and_without_either_nobody_needs_a_token(
    tmp_path: Path,
) -> None:
    assert known(None, None) is None
    both = known(f"view:{VIEW}\n", write(tmp_path / "tokens", content=f"control:{CONTROL}"))
    assert both
    assert (both.right([VIEW]), both.right([CONTROL])) == (Right.VIEW, Right.CONTROL)

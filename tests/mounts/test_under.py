"""Where a request lies below a mount, whoever has taken the mount's path off it."""

from hypothesis import given
from hypothesis import strategies as st

from ws_stream.mounts.under import add, moved_to, under
from ws_stream.server.request import HttpRequest

segments = st.text("abc.%", min_size=1, max_size=4)
roots = st.lists(segments, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))
rests = st.lists(segments, max_size=3).map(lambda parts: "/" + "/".join(parts))


@given(roots, rests, st.booleans())
def test_the_path_below_a_mount_is_found_with_and_without_a_stroke_behind_the_mount_s(
    root: str, rest: str, has_stroke: bool
) -> None:
    assert under(root + rest, root + "/" * has_stroke) == (root, rest)


@given(roots, rests)
def test_a_path_that_only_begins_like_the_mount_is_not_below_it(root: str, rest: str) -> None:
    assert under(f"{root}x{rest}", root) == (root, f"{root}x{rest}")


@given(rests)
def test_without_a_mount_a_path_is_as_it_is(rest: str) -> None:
    assert under(rest, "") == ("", rest)


@given(roots, st.sampled_from(["", "?stream=a"]))
def test_the_mount_without_its_last_stroke_leads_to_the_page(root: str, query: str) -> None:
    _, target = under(root, root)
    reply = moved_to(HttpRequest("GET", target + query, "HTTP/1.1", {}, root_path=root))
    assert reply
    assert reply.headers["Location"] == f"{root.rpartition('/')[2]}/{query}"
    assert moved_to(HttpRequest("GET", "/", "HTTP/1.1", {}, root_path=root)) is None


def test_headers_that_come_several_times_are_joined_so_that_no_reader_takes_them_for_one() -> None:
    headers: dict[str, str] = {}
    for name, value in (("Host", "a"), ("HOST", "b"), ("Cookie", "x=1"), ("cookie", "y=2")):
        add(headers, name, value)
    assert headers == {"host": "a, b", "cookie": "x=1; y=2"}

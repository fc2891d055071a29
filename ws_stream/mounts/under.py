"""A request of another program, as the server asks for it: where below its paths it is, and its headers. Pure.

Knows nothing of frameworks.
"""

from http import HTTPStatus

from ..server.pages import Reply
from ..server.request import HttpRequest


def under(path: str, root: str) -> tuple[str, str]:
    """The mount's own path, and the rest of this one, whether or not the program has taken it off itself."""
    root = root.rstrip("/")
    if root and (path == root or path.startswith(f"{root}/")):
        path = path[len(root) :]
    return root, path


def moved_to(asked: HttpRequest) -> Reply | None:
    """Where the page is, for whoever asks for the mount without the last stroke; all its addresses are relative."""
    path, stroke, query = asked.target.partition("?")
    if path:
        return None
    place = f"{asked.root_path.rpartition('/')[2]}/"
    headers = {"Location": f"{place}{stroke}{query}", "Content-Length": "0"}
    return Reply(HTTPStatus.TEMPORARY_REDIRECT, "", b"", headers)


def add(headers: dict[str, str], name: str, value: str) -> None:
    """One more header of a request. Those that come several times are joined, as `request.header` does."""
    name = name.lower()
    joint = "; " if name == "cookie" else ", "
    headers[name] = f"{headers[name]}{joint}{value}" if name in headers else value

import ast
from itertools import pairwise

from ws_stream import limits


def test_every_limit_has_its_reason() -> None:
    """A string stands below each assignment."""
    with open(str(limits.__file__)) as file:  # noqa: PTH123 - one line
        body = ast.parse(file.read()).body
    for statement, after in pairwise([*body, ast.Pass()]):
        assert not isinstance(statement, ast.Assign) or isinstance(after, ast.Expr)

"""The error tree: whose mistake each error is."""

import inspect

import pytest

from ws_stream import errors


def test_the_tree_drawn_in_the_docstring_is_the_tree() -> None:
    classes = [
        item
        for _, item in inspect.getmembers(errors, inspect.isclass)
        if issubclass(item, Exception)
    ]
    drawn = [line.strip(" ├└│─") for line in (errors.__doc__ or "").splitlines() if "─" in line]
    names = {line.split()[0] for line in drawn} | {"WsStreamError"}
    assert {item.__name__ for item in classes} == names


@pytest.mark.parametrize("erred", [errors.UsageError, errors.ProtocolError])
def test_a_wrong_value_is_also_a_value_error(erred: type[Exception]) -> None:
    assert issubclass(erred, ValueError)


def test_your_mistake_is_never_caught_as_theirs() -> None:
    assert not issubclass(errors.UsageError, errors.ProtocolError | errors.SourceError)
    assert issubclass(errors.ChecksumError, errors.ProtocolError)

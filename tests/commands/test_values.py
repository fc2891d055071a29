"""How the values of options are read."""

import argparse

import pytest

from ws_stream.commands.values import Checked, length, seconds, size


@pytest.mark.parametrize(
    ("text", "value"),
    [("90", 90), ("90s", 90), ("1.5min", 90), ("2h", 7200), ("0", 0), ("0.25 s", 0.25)],
)
def test_a_time_may_have_a_unit(text: str, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("500kB", 500_000), ("20MB", 20_000_000), ("1.5GB", 1_500_000_000)]
)
def test_a_size_has_a_unit(text: str, value: int) -> None:
    assert size(text) == value


@pytest.mark.parametrize("text", ["", "-1", "5m", "1e3", "s", "5 s s", "nan", "5MB", "٣", "0" * 20])
def test_what_is_no_time_is_told_with_what_would_be_right(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="cannot be; right would be a time"):
        Checked(seconds, "a time")(text)


@pytest.mark.parametrize(
    "text", ["", "0MB", "0.0000001kB", "5", "0.0001kB", "5mb", "5M", "5s", "-5MB"]
)
def test_what_is_no_size_is_told_with_what_would_be_right(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="cannot be; right would be a size"):
        Checked(size, "a size")(text)


def test_a_length_of_time_is_above_zero() -> None:
    with pytest.raises(ValueError, match="0"):
        length("0s")

"""What is said of programs that pass, that fail, and that do not play along."""

import sys
from pathlib import Path

import pytest

from ws_stream.conformance import Report, run
from ws_stream.conformance.claims import FEATURES, parse_claims
from ws_stream.errors import UsageError

SCRIPT = """\
import sys
{begin}
for line in sys.stdin:
    words = line.split()
    if not words:
        sys.stdout.flush()
    elif words[0] == "conformance":
        print("{hello}")
    else:
        {answer}
"""
HELLO = "conformance 1 mine marked gray8"


def examined(
    answer: str = "print('refused')", hello: str = HELLO, begin: str = "", patience: float = 60
) -> Report:
    script = SCRIPT.format(answer=answer, hello=hello, begin=begin)
    return run([sys.executable, "-c", script], patience)


def test_a_program_that_refuses_everything_fails_what_is_valid() -> None:
    report = examined()
    assert not report.is_passed
    lines = list(report.lines())
    assert "lz4         not claimed" in lines
    (gray,) = [line for line in lines if line.startswith("gray8")]
    assert gray.startswith("gray8       FAILS ")
    assert any(line.startswith("    expected  applied ") for line in lines)
    assert "    got       refused" in lines
    assert lines[-1].startswith("'mine' passes ")
    assert report.broken is None


def test_a_program_that_claims_nothing_passes_that() -> None:
    report = examined(hello="conformance 1 mine")
    assert report.is_passed
    assert not report.answered


def test_each_feature_tells_its_first_failure_once() -> None:
    report = examined(hello="conformance 1 mine marked gray8 lz4")
    told = [line for line in report.lines() if line.startswith("    first in the vector")]
    assert len(told) == len(set(told)) >= 2


def test_what_is_over_the_limits_of_a_program_is_not_put_to_it() -> None:
    small = examined(hello=f"{HELLO} max_picture=1024 max_message=8192 fit=100x100")
    sizes = {case.name for case in small.answered}
    assert "16384x1" not in sizes
    assert "size/gray8 1x1" in sizes
    assert "16384x1" in {case.name for case in examined().answered}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("sys.exit(3)", "mine ended (exit code 3), in the vector "),
        ("import os; os.kill(os.getpid(), 11)", "mine ended (signal 11), in the vector "),
        ("print('ok'); print('ok')", "mine wrote more lines than it was sent commands"),
        ("print('x' * 5_000_000, end='', flush=True)", "mine wrote a line of over 4000000 bytes"),
    ],
)
def test_a_program_that_breaks_off_is_told_of_in_a_sentence(answer: str, said: str) -> None:
    report = examined(answer)
    assert not report.is_passed
    assert any(line.startswith(said) for line in report.lines())


def test_a_program_that_hangs_is_ended() -> None:
    report = examined("import time; time.sleep(600)", patience=0.5)
    assert str(report.broken).startswith("mine did not answer within 0.5 s, in the vector ")


def test_letters_that_are_none_are_not_printed() -> None:
    report = examined(r"print('\x1b[31m\u00e9' * 3)")
    assert all(line.isascii() and line.isprintable() for line in report.lines())


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["/nonexistent/program"], "cannot be started (No such file or directory)"),
        ([str(Path(__file__))], "cannot be started (Permission denied)"),
        (["true"], "the program ended (exit code 0), asked what it claims"),
        (["echo", "hello"], "the program said 'hello', asked what it claims"),
        (["cat"], "the program said 'conformance 1', asked what it claims"),
        (["echo", "conformance 1 me zebra"], "the program said 'conformance 1 me zebra'"),
    ],
)
def test_what_is_no_such_program_is_refused(command: list[str], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        run(command)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_claims_are_features_and_limits() -> None:
    claims = parse_claims(["conformance", "1", "me", *FEATURES, "max_segment=8192", "fit=320x240"])
    assert claims is not None
    assert claims.features == set(FEATURES)
    assert claims.limits == {"max_segment": 8192, "width": 320, "height": 240}
    for wrong in ("zebra", "fit=320", "max_picture=", "max_picture=-1", "max_zebra=1", "fit=1x2x3"):
        assert parse_claims(["conformance", "1", "me", wrong]) is None
    assert parse_claims(["conformance", "2", "me"]) is None
    assert parse_claims([]) is None

import sys

import pytest

from ws_stream.commands.cli import main

OURS = [sys.executable, "-m", "ws_stream.conformance"]
MUTE = [sys.executable, "-c", "print('conformance 1 mute marked gray8')"]


@pytest.mark.parametrize(
    ("program", "code", "said"),
    [
        (OURS, 0, "'ws-stream' passes "),
        (MUTE, 1, "'mute' passes 0 of 0 vectors"),
        (["/nonexistent"], 2, "ws-stream: '/nonexistent' cannot be started"),
        ([], 2, "ws-stream: the following arguments are required: PROGRAM"),
    ],
)
def test_the_exit_code_says_whether_a_program_passes(
    program: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["conformance", *program])
    assert ended.value.code == code
    output = capsys.readouterr()
    assert said in output.out + output.err

"""The programs in README.md run as they stand there."""

import ast
import re
import subprocess
import sys
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text()
PROGRAMS: list[str] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def program(containing: str) -> str:
    return next(text for text in PROGRAMS if containing in text)


def test_every_program_is_python() -> None:
    assert len(PROGRAMS) >= 4
    for text in PROGRAMS:
        ast.parse(text)


def test_the_publisher_and_the_client_understand_each_other() -> None:
    publisher = (
        program("camera.publish")
        .replace("Server()", "Server(port=0)")
        .replace("    camera = server", "    print(server.port, flush=True)\n    camera = server")
    )
    with subprocess.Popen(
        [sys.executable, "-c", publisher], stdout=subprocess.PIPE, text=True
    ) as publishing:
        try:
            assert publishing.stdout
            port = publishing.stdout.readline().strip()
            client = (
                program("connect(")
                .replace("8000", port)
                .replace(
                    "        print",
                    "        if frame.number > 3:\n            break\n        print",
                )
            )
            done = subprocess.run(
                [sys.executable, "-c", client],
                capture_output=True,
                text=True,
                timeout=20,
                check=False,
            )
        finally:
            publishing.kill()
    assert done.stderr == ""
    assert "rgbx8888 (300, 512, 4)" in done.stdout


def test_the_flask_program_names_what_there_is() -> None:
    tree = ast.parse(program("from flask"))
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert {"Server", "server.serve"} <= calls

"""The pytest plugin, run by pytest as its users run it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ws_stream import Server
from ws_stream.png import decode_png, encode_png

pytest_plugins = "pytester"

LOOKS = """
    from ws_stream.testing import similar_to

    def test_menu(device_screen):
        device_screen.wait_until(similar_to("menu.png", tolerance={tolerance}), timeout=0.3)
"""


@pytest.fixture
def url() -> Iterator[str]:
    """A device whose screen is gray."""
    with Server(port=0) as server:
        server.stream("screen").publish(np.full((4, 6, 3), 7, np.uint8))
        yield f"ws://127.0.0.1:{server.port}/stream/screen"


@pytest.fixture
def folder(pytester: pytest.Pytester) -> Path:
    """With a test, and a golden picture that is a little lighter than the screen."""
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    pytester.makepyfile(test_screen=LOOKS.format(tolerance=2))
    (pytester.path / "menu.png").write_bytes(encode_png(np.full((4, 6, 3), 9, np.uint8)))
    return pytester.path


def ini(folder: Path, line: str) -> None:
    with (folder / "tox.ini").open("a") as file:
        file.write(f"\n{line}\n")


def test_the_option_says_where_the_screen_is(
    pytester: pytest.Pytester, folder: Path, url: str
) -> None:
    assert folder
    pytester.runpytest("--device-screen", url).assert_outcomes(passed=1)


def test_the_ini_file_says_where_the_screen_is_unless_the_option_does(
    pytester: pytest.Pytester, folder: Path, url: str
) -> None:
    ini(folder, f"device_screen = {url}")
    pytester.runpytest().assert_outcomes(passed=1)
    pytester.runpytest(f"--device-screen={url}-other").assert_outcomes(failed=1)


@pytest.mark.parametrize("argument", ["", "url="])
def test_a_test_s_mark_says_where_its_screen_is_whatever_else_is_said(
    pytester: pytest.Pytester, folder: Path, url: str, argument: str
) -> None:
    ini(folder, "device_screen = ws://elsewhere")
    mark = f"import pytest\npytestmark = pytest.mark.device_screen({argument}{url!r})\n"
    path = folder / "test_screen.py"
    path.write_text(mark + path.read_text())
    pytester.runpytest("--strict-markers").assert_outcomes(passed=1)


def test_a_fixture_of_the_program_s_own_may_say_where_the_screen_is(
    pytester: pytest.Pytester, folder: Path, url: str
) -> None:
    assert folder
    pytester.makeconftest(f"""
        import pytest

        @pytest.fixture
        def device_screen_url():
            return {url!r}
    """)
    pytester.runpytest().assert_outcomes(passed=1)


@pytest.mark.parametrize("mark", ["", "@pytest.mark.device_screen", "@pytest.mark.device_screen()"])
def test_without_an_address_one_sentence_says_how_to_give_one(
    pytester: pytest.Pytester, folder: Path, mark: str
) -> None:
    assert folder
    pytester.makepyfile(f"import pytest\n{mark}\ndef test_menu(device_screen): pass")
    result = pytester.runpytest("test_without_an_address_one_sentence_says_how_to_give_one.py")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["there is no screen to look at; right would be --device-screen*"])
    result.stdout.no_fnmatch_line("*pytest_ws_stream.py*")


@pytest.mark.parametrize("url", ["nonsense", "ws://", "ws://a b"])
def test_what_is_no_address_is_told_as_such(
    pytester: pytest.Pytester, folder: Path, url: str
) -> None:
    assert folder
    result = pytester.runpytest("--device-screen", url)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*is no address of a stream; right would be ws://HOST*"])


def test_a_device_that_is_not_there_fails_by_its_address(
    pytester: pytest.Pytester, folder: Path
) -> None:
    assert folder
    with Server(port=0) as server:
        port = server.port
    result = pytester.runpytest("--device-screen", f"ws://127.0.0.1:{port}/stream/screen")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"E *ConnectError: no stream from ws://127.0.0.1:{port}/*"])


def test_a_failure_ends_at_the_line_of_the_test_and_leaves_pictures_in_its_folder(
    pytester: pytest.Pytester, folder: Path, url: str
) -> None:
    pytester.makepyfile(test_screen=LOOKS.format(tolerance=1))
    result = pytester.runpytest("--device-screen", url, "--basetemp", str(folder / "results"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">       device_screen.wait_until(similar_to(*",
            "E       AssertionError: *from menu.png 24 of 24 pixels differ by more than 1, 2 at most, *",
        ]
    )
    result.stdout.no_fnmatch_line("*/testing/screen.py*")
    seen = decode_png((folder / "results" / "test_menu0" / "menu.seen.png").read_bytes())
    assert (seen[..., :3] == 7).all()
    assert (folder / "results" / "test_menu0" / "menu.difference.png").exists()


def test_golden_pictures_are_made_only_when_that_is_asked_for_and_named_then(
    pytester: pytest.Pytester, folder: Path, url: str
) -> None:
    golden = folder / "menu.png"
    golden.unlink()
    result = pytester.runpytest("--device-screen", url)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *there is no golden picture *menu.png; with --update-golden *"])
    assert not golden.exists()
    result = pytester.runpytest("--device-screen", url, "--update-golden")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"golden picture made: {golden}"])
    assert (decode_png(golden.read_bytes())[..., :3] == 7).all()
    pytester.runpytest("--device-screen", url).assert_outcomes(passed=1)


def test_a_test_without_a_screen_pays_nothing_for_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # others import what they like
    pytester.makepyfile("""
        import sys

        def test_nothing_is_imported():
            assert "pytest_ws_stream" in sys.modules
            assert not {"ws_stream", "numpy", "websockets", "asyncio"} & set(sys.modules)
    """)
    result = pytester.runpytest_subprocess("-p", "pytest_ws_stream")
    result.assert_outcomes(passed=1)


def test_the_mark_and_the_options_are_explained(pytester: pytest.Pytester, folder: Path) -> None:
    assert folder
    pytester.runpytest("--markers").stdout.fnmatch_lines(["*device_screen(url): the screen that*"])
    pytester.runpytest("--help").stdout.fnmatch_lines(
        ["*--device-screen=URL*", "*--update-golden*"]
    )

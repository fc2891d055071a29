"""SIGKILL: what was killed begins anew, and everybody else goes on by himself."""

import signal
from pathlib import Path

from tests.browser.browser import canvas, opened, started
from ws_stream.recording import Recording

from .cable import cabled
from .conftest import SERVED
from .processes import WS_STREAM, Server, running, serving, until
from .viewer import watching
from .writer import is_whole

SHOWS = "(state) => document.querySelector('#lamp')?.dataset.state === state"
"""A page."""


async def test_viewers_and_recorders_of_a_killed_server_see_the_next_one(
    server: Server, source: str, tmp_path: Path
) -> None:
    url, file = f"ws://127.0.0.1:{server.port}/stream/ring", tmp_path / "a.wss"
    with running(*WS_STREAM, "record", url, file) as recorder:
        async with watching(url) as viewer:
            await until(lambda: file.exists() and file.stat().st_size > 100_000)
            server.kill()
            with serving(source, *SERVED, port=server.port):
                await viewer.fresh_again()
                assert len(viewer.losses) >= 1
                grown = file.stat().st_size + 100_000
                await until(lambda: file.stat().st_size > grown)
                recorder.send(signal.SIGTERM)
                assert recorder.ended() == 0
                assert "1 gap," in recorder.line()
    with Recording(file) as recording:
        assert recording.is_complete
        assert all(is_whole(moment.frame.to_rgb()) for moment in recording)


async def test_so_it_is_on_a_unix_socket_whose_file_the_killed_one_has_left(
    source: str, tmp_path: Path
) -> None:
    path = tmp_path / "socket"
    async with cabled(path) as cable:
        with serving(source, *SERVED, "--unix", path) as server:
            async with watching(f"ws://127.0.0.1:{cable.port}/stream/ring") as viewer:
                server.kill()
                assert path.exists()
                with serving(source, *SERVED, "--unix", path):
                    await viewer.fresh_again()
                assert viewer.losses


async def test_a_killed_recorder_has_kept_all_up_to_there(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "a.wss"
    url = f"ws://127.0.0.1:{server.port}/stream/ring"
    with running(*WS_STREAM, "record", url, file) as recorder:
        await until(lambda: file.exists() and file.stat().st_size > 500_000)
        recorder.kill()
    with Recording(file) as recording:
        assert not recording.is_complete
        assert len(recording) > 5
        assert all(is_whole(moment.frame.to_rgb()) for moment in recording)


async def test_a_killed_writer_s_last_picture_stays_until_it_writes_again(ring: Path) -> None:
    program = "-m", "tests.faults.writer", ring
    with running(*program) as writer, serving(writer.line().strip(), *SERVED) as server:
        async with watching(f"ws://127.0.0.1:{server.port}/stream/ring") as viewer:
            writer.kill()
            with running(*program, 1_000_000):
                await viewer.fresh_again()
            assert viewer.losses == []


async def test_a_page_of_a_killed_server_says_why_it_stands_and_goes_on(
    server: Server, source: str
) -> None:
    with started("chromium") as browser:
        async with opened(f"http://127.0.0.1:{server.port}/?stream=ring", browser) as page:
            await page.wait_for_function(SHOWS, arg="live")
            server.kill()
            await page.wait_for_function(SHOWS, arg="lost")
            assert await page.locator("#sentence").text_content()
            with serving(source, *SERVED, port=server.port):
                await page.wait_for_function(SHOWS, arg="live")
                assert is_whole(await canvas(page))
                assert await page.evaluate("wsStream.view.status.mismatches") == 0

"""The wall clock is set, back by an hour and forward by a day: nothing here goes by it but what people read."""

import asyncio
import signal
import time
from itertools import pairwise
from pathlib import Path

from ws_stream.commands.certificate import make_certificate
from ws_stream.recording import Recording
from ws_stream.recording.chunk import MICROSECONDS
from ws_stream.server.tokens import new_token

from .conftest import SERVED
from .processes import WS_STREAM, Process, running, serving, until
from .viewer import shown_fresh, watching
from .wall_clock import DAY, HOUR, wall_clock


async def test_neither_streams_nor_ages_nor_recordings_are_wrong_by_as_much(
    source: str, tmp_path: Path
) -> None:
    cert, key, tokens, file = (tmp_path / name for name in ("cert", "key", "tokens", "a.wss"))
    list(make_certificate([], str(cert), str(key), 30))
    token = new_token()
    tokens.touch(0o600)
    tokens.write_text(f"view:{token}\n")
    secured = ("--tls-cert", cert, "--tls-key", key, "--token-file", tokens)
    with wall_clock() as clock:
        environment = {**clock.environment, "WS_STREAM_TOKEN": token}
        with serving(source, *SERVED, *secured, environment=clock.environment) as server:
            url = f"wss://localhost:{server.port}/stream/ring"
            record = (*WS_STREAM, "record", "--tls-ca", cert, url, file)
            how = {"token": token, "tls_ca": str(cert)}
            other = "-m", "tests.faults.viewer", url, token, cert
            with (
                running(*record, environment=environment) as recorder,
                running(*other, environment=environment) as jumping,
            ):
                async with watching(url, **how) as viewer:
                    await until(lambda: file.exists() and file.stat().st_size > 100_000)
                    for ahead in (-HOUR, DAY, 0):
                        clock.set(ahead)
                        await asyncio.to_thread(shown_fresh, jumping, time.monotonic())
                        async with watching(url, **how):  # a newcomer
                            pass
                    assert all(0 <= age < 60 for age in viewer.ages)
                    assert viewer.losses == []
                await stop(recorder)
            assert server.errors() == ""
    check_times(file)


async def stop(recorder: Process) -> None:
    recorder.send(signal.SIGTERM)
    assert recorder.ended() == 0, recorder.errors()
    assert "gap" not in recorder.line()


def check_times(file: Path) -> None:
    """All in order, and none apart by more than the machine may have been busy for."""
    with Recording(file) as recording:
        shown = [moment.seconds for moment in recording]
        came = [chunk.received / MICROSECONDS for chunk in recording.chunks()]
        assert recording.seconds < 120
    for times in (shown, came):
        assert all(0 <= after - before < 60 for before, after in pairwise(times))

"""Viewers that count what they get: `python -m bench.viewers ws|http URL WARM_UP SECONDS`.

After the warm-up says `counting`, after the seconds how many pictures and bytes came in them, then ends.
"""

import asyncio
import http.client
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from ws_stream import connect

_BOUNDARY = b"--frame\r\n"


@dataclass
class Count:
    """What came so far. A picture that equals the one before it is not counted."""

    pictures: int = 0
    bytes: int = 0


def follow_websocket(url: str, count: Count) -> None:
    """Unpack and acknowledge every picture of a ws-stream."""

    async def follow() -> None:
        connection = connect(url)
        async for _ in connection:
            count.pictures += 1
            count.bytes = connection.received_bytes

    asyncio.run(follow())


def follow_http(url: str, count: Count) -> None:
    """Take a multipart stream apart; nothing is decoded."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc)
    while connection.sock is None:
        try:
            connection.connect()
        except ConnectionRefusedError:  # it said its address before it listened there
            time.sleep(0.05)
    connection.request("GET", parts.path)
    response = connection.getresponse()
    pending, last = b"", b""
    while data := response.read1(65536):
        count.bytes += len(data)
        *complete, pending = (pending + data).split(_BOUNDARY)
        for picture in complete:
            count.pictures += picture != last
            last = picture


FOLLOW: dict[str, Callable[[str, Count], None]] = {"ws": follow_websocket, "http": follow_http}


def main(kind: str, url: str, warm_up: float, seconds: float) -> None:
    """Count. A viewer that gets nothing in the warm-up says so and fails."""
    count = Count()
    threading.Thread(target=FOLLOW[kind], args=(url, count), daemon=True).start()
    time.sleep(warm_up)
    if not count.pictures:
        sys.exit(f"no picture from {url} within {warm_up:g} s")
    print("counting", flush=True)
    pictures, received = count.pictures, count.bytes
    time.sleep(seconds)
    print(count.pictures - pictures, count.bytes - received, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))

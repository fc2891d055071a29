"""A server to be attacked, in a process of its own: `python -m tests.load.target [CERT KEY TOKEN]`.

It publishes 1024x600 pictures, 30 a second, in which a square moves, and is slow to hear what viewers do. Prints its
port, then for each line on standard input the CPU seconds it has used; ends on SIGTERM as `ws-stream serve` does.
With arguments it speaks TLS and asks for the token.
"""

import asyncio
import logging
import os
import signal
import sys
import threading
import time

import numpy as np

from ws_stream import Server

RATE = 30
SIDE = 40


def publish(server: Server, stop: threading.Event) -> None:
    camera = server.streams["camera"]
    screen = np.random.default_rng(1).integers(0, 4, (600, 1024, 4), np.uint8) * 40
    began = time.monotonic()
    for number in range(10**9):
        if stop.wait(max(0, began + number / RATE - time.monotonic())):
            return
        picture = screen.copy()
        at = number * 7 % (600 - SIDE)
        picture[at : at + SIDE, at : at + SIDE] = number % 250
        camera.publish(picture)


async def main() -> None:
    logging.basicConfig(level=logging.INFO)
    logging.getLogger("websockets").setLevel(logging.WARNING)
    stop, ended = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    cert, key, *tokens = sys.argv[1:] or (None, None)
    lines = [f"view:{token}" for token in tokens] or None
    async with Server(port=0, tls_cert=cert, tls_key=key, tokens=lines) as server:
        server.stream("camera", fps=RATE, input=lambda _: time.sleep(0.05))
        thread = threading.Thread(target=publish, args=(server, ended))
        thread.start()

        def answer() -> None:
            os.read(0, 1)
            print(time.process_time(), flush=True)

        loop.add_reader(sys.stdin.fileno(), answer)
        print(server.port, flush=True)
        await stop.wait()
        loop.remove_reader(sys.stdin.fileno())
        ended.set()
        thread.join()


if __name__ == "__main__":
    asyncio.run(main())

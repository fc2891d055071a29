"""A device of noise, at a port that it prints and at a Unix socket: `python -m tests.proxy.device PATH`."""

import socket
import sys
import time

import numpy as np

from ws_stream import Server

FPS = 30

if __name__ == "__main__":
    noise = np.random.default_rng(1).integers(0, 256, (1800, 1024, 4), np.uint8)
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(sys.argv[1])
        unix.listen()
        with Server(sockets=[tcp, unix], root_path="/camera1", trusted_proxies=["unix"]) as server:
            stream = server.stream("camera", format="rgbx8888", fps=FPS)
            print(server.port, flush=True)
            due = time.monotonic()
            while True:
                top = int(due * FPS) % 1200
                stream.publish(noise[top : top + 600])
                due += 1 / FPS
                time.sleep(max(0.0, due - time.monotonic()))

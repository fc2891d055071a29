"""The C client: what its programs do with the vectors, with a real server, and with strange ones."""

import json
import shutil
import socket
import struct
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha1
from pathlib import Path

import numpy as np
import pytest

from ws_stream import Server
from ws_stream.pixels.colours import to_rgb
from ws_stream.pixels.formats import FORMATS, PixelFormat
from ws_stream.protocol.control import parse_from_viewer
from ws_stream.server.tokens import new_token

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "clients" / "c"
EXAMPLE = json.loads((ROOT / "tests" / "vectors" / "valid.json").read_text())[0]
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def make(*arguments: str) -> None:
    done = subprocess.run(
        ["make", "-s", *arguments], check=False, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def conformance(*command: str) -> None:
    program = [sys.executable, "-m", "ws_stream", "conformance", *command]
    done = subprocess.run(program, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def programs() -> Path:
    if not (shutil.which("cc") and shutil.which("make")):
        pytest.skip("there is no C compiler on this machine, or no make")
    make("clients")
    return BUILD


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(port=0) as server:
        yield server


def save(programs: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = [programs / "ws-stream-save", *arguments]
    return subprocess.run(program, check=False, capture_output=True, text=True, timeout=30)


def url(server: Server, path: str = "/stream/camera") -> str:
    return f"ws://127.0.0.1:{server.port}{path}"


def picture(pixel_format: PixelFormat, seed: int = 1) -> np.ndarray:
    shape = (11, 19, *pixel_format.components)
    pixels = np.random.default_rng(seed).integers(0, 256, shape).astype(pixel_format.dtype)
    return pixels & 0xFFF if pixel_format.name == "rgb444" else pixels


def ppm(pixels: np.ndarray, pixel_format: PixelFormat) -> bytes:
    height, width = pixels.shape[:2]
    return b"P6\n%d %d\n255\n" % (width, height) + to_rgb(pixels, pixel_format).tobytes()


@pytest.mark.parametrize("part", ["0", "1", "13"])
def test_it_passes_the_vectors_whole_and_in_parts(programs: Path, part: str) -> None:
    conformance(str(programs / "conformance"), part)


def test_what_it_says_is_what_the_server_reads(programs: Path) -> None:
    said = subprocess.check_output([programs / "test_ws_stream", "say"], text=True).splitlines()
    read = [type(parse_from_viewer(text)).__name__ for text in said]
    assert read[:5] == ["Acknowledge", "Resync", "ClockQuestion", "Requested", "Requested"]
    assert json.loads(said[5])["events"] == [
        {"kind": "pointer", "x": 3.25, "y": 0, "buttons": 5, "wheel": [0, -2.5]},
        {"kind": "pointer", "x": 1, "y": 16383.5, "buttons": 0},
        {"kind": "touch", "touch": 2, "x": 1, "y": 2, "phase": "move"},
        {"kind": "key", "key": '"', "code": "Quote", "down": True},
        {"kind": "text", "text": "back\\slash, \u00e9 and \U0001f600"},
        {"kind": "custom", "name": "n", "data": ""},
    ]


def test_the_program_of_its_readme_compiles(programs: Path) -> None:
    client = ROOT / "clients" / "c"
    code = (client / "README.md").read_text().partition("```c\n")[2].partition("```")[0]
    stubs = "uint32_t milliseconds(void); void show(const uint8_t *); void hang_up(void);"
    stubs += "void send_text(const char *, size_t);"
    subprocess.run(
        [
            "cc",
            "-std=c99",
            "-pedantic",
            "-Wall",
            "-Werror",
            "-fsyntax-only",
            f"-I{client}",
            "-xc",
            "-",
        ],
        input=code.replace('"ws_stream.h"\n', f'"ws_stream.h"\n{stubs}\n'),
        text=True,
        check=True,
    )


@pytest.mark.parametrize("pixel_format", FORMATS, ids=lambda pixel_format: pixel_format.name)
def test_a_picture_is_saved_as_it_looks(
    programs: Path, server: Server, tmp_path: Path, pixel_format: PixelFormat
) -> None:
    stream = server.stream("camera", format=pixel_format.name)
    stream.publish(picture(pixel_format))
    done = save(programs, url(server), tmp_path / "out.ppm")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out.ppm").read_bytes() == ppm(picture(pixel_format), pixel_format)


@pytest.mark.parametrize("line", ["TOKEN", "view:TOKEN"])
def test_a_token_of_the_environment_is_presented(
    programs: Path, tmp_path: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = new_token()
    with Server(port=0, tokens=[f"view:{token}"]) as server:
        server.stream("camera").publish(picture(FORMATS[0]))
        monkeypatch.setenv("WS_STREAM_TOKEN", line.replace("TOKEN", token))
        done = save(programs, url(server), tmp_path / "out.ppm")
        assert (done.returncode, done.stderr) == (0, "")
        monkeypatch.delenv("WS_STREAM_TOKEN")
        done = save(programs, url(server), tmp_path / "out.ppm")
        assert done.returncode
        assert "a token is needed" in done.stderr


@pytest.mark.parametrize("text", ["", "short", "a" * 129, "a" * 22 + "\r\nX: y", ":" * 30])
def test_what_is_no_token_is_said_and_never_sent(
    programs: Path, tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WS_STREAM_TOKEN", text)
    done = save(programs, "ws://127.0.0.1:1/stream", tmp_path / "out.ppm")
    assert done.returncode == 2
    assert "WS_STREAM_TOKEN holds no token; right would be" in done.stderr


def test_as_many_pictures_are_saved_as_are_asked_for(
    programs: Path, server: Server, tmp_path: Path
) -> None:
    stream = server.stream("camera", format="rgb565")
    ended = threading.Event()
    shown = [ppm(picture(FORMATS[4], seed), FORMATS[4]) for seed in range(50)]

    def publish() -> None:
        for seed in range(10**6):
            stream.publish(picture(FORMATS[4], seed % 50))
            if ended.wait(0.01):
                break

    publisher = threading.Thread(target=publish)
    publisher.start()
    done = save(programs, "--count", "12", url(server), tmp_path / "a.b.ppm")
    ended.set()
    publisher.join()
    assert done.returncode == 0, done.stderr
    names = [f"a.b-{number}.ppm" for number in range(1, 13)]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert all((tmp_path / name).read_bytes() in shown for name in names)


def test_a_stream_that_is_not_there_yet_is_waited_for(
    programs: Path, server: Server, tmp_path: Path
) -> None:
    server.stream("other")
    program = [str(programs / "ws-stream-save"), url(server), str(tmp_path / "out.ppm")]
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        assert "there is no stream" in running.stderr.readline()
        server.stream("camera", format="gray8").publish(picture(FORMATS[5]))
        assert running.wait(30) == 0
    assert (tmp_path / "out.ppm").read_bytes() == ppm(picture(FORMATS[5]), FORMATS[5])


WRONG = {
    "nothing": [],
    "no file": ["ws://127.0.0.1:1/stream"],
    "an option": ["--fast", "ws://127.0.0.1:1/stream"],
    "no number": ["--count", "x", "ws://127.0.0.1:1/stream", "out.ppm"],
    "no pictures": ["--count", "0", "ws://127.0.0.1:1/stream", "out.ppm"],
    "half a number": ["--count", "1x", "ws://127.0.0.1:1/stream", "out.ppm"],
    "another scheme": ["http://127.0.0.1:1/stream", "out.ppm"],
    "no host": ["ws://:80/stream", "out.ppm"],
    "a port that is none": ["ws://127.0.0.1:65536/stream", "out.ppm"],
    "a port of letters": ["ws://127.0.0.1:8000x/stream", "out.ppm"],
    "half an address": ["ws://[::1/stream", "out.ppm"],
    "a line's end": ["ws://127.0.0.1:1/stream\r\nX: y", "out.ppm"],
    "a long address": ["ws://127.0.0.1:1/" + "a" * 1024, "out.ppm"],
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG)
def test_wrong_arguments_get_a_sentence(programs: Path, arguments: list[str]) -> None:
    done = save(programs, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("ws-stream-save: ")
    assert done.stderr.count("\n") == 1


def test_a_query_that_cannot_be_gets_the_servers_sentence(
    programs: Path, server: Server, tmp_path: Path
) -> None:
    server.stream("camera").publish(picture(FORMATS[5]))
    done = save(programs, url(server, "/stream/camera?step=99"), tmp_path / "out.ppm")
    assert done.returncode == 2
    assert "step=99" in done.stderr


def test_a_file_that_cannot_be_written_is_named(programs: Path, server: Server) -> None:
    server.stream("camera", format="gray8").publish(picture(FORMATS[5]))
    done = save(programs, url(server), "/nowhere/out.ppm")
    assert (done.returncode, done.stderr) == (
        2,
        "ws-stream-save: /nowhere/out.ppm cannot be written: No such file or directory\n",
    )


class Strange:
    """A server that gives each connection an answer, then what is left of the list; hears what a viewer says."""

    def __init__(self, *answers: bytes) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"ws://127.0.0.1:{self._listener.getsockname()[1]}/stream"
        self.heard: list[bytes] = []
        self.thread = threading.Thread(target=self._serve, args=[answers], daemon=True)
        self.thread.start()

    def _serve(self, answers: tuple[bytes, ...]) -> None:
        with self._listener:
            for answer in answers:
                connection, _ = self._listener.accept()
                with connection:
                    request = connection.recv(4096)
                    key = request.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
                    accept = b64encode(sha1(key + GUID).digest())
                    connection.sendall(answer.replace(b"ACCEPT", accept))
                    connection.settimeout(0.2)
                    self._hear(connection)

    def _hear(self, connection: socket.socket) -> None:
        """Until the viewer goes, or says nothing for a while."""
        while True:
            try:
                data = connection.recv(4096)
            except TimeoutError:
                return
            if not data:
                return
            self.heard.append(data)


def http(status: str, *headers: str, body: bytes = b"") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode() + body


def frame(opcode: int, data: bytes) -> bytes:
    length = bytes([len(data)]) if len(data) < 126 else struct.pack("!BH", 126, len(data))
    return bytes([0x80 | opcode]) + length + data


def unmasked(data: bytes) -> str:
    """What a viewer's short frame says."""
    return bytes(byte ^ data[2 + at % 4] for at, byte in enumerate(data[6:])).decode()


HANDSHAKE = http(
    "101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "sec-websocket-accept:  ACCEPT",
    "sec-websocket-protocol: ws-stream.v1",
)
STREAM = {"type": "stream", "name": "camera", "epoch": EXAMPLE["base"]["epoch"]}
STREAM |= {"format": "gray8", "width": 2, "height": 3, "source": [2, 3], "step": 1}
STREAM |= {"crop": None, "average": False, "tolerance": 0, "fps": 30, "input": False}
ANNOUNCEMENT = frame(1, json.dumps(STREAM).encode())
MESSAGE = bytes.fromhex(EXAMPLE["message"])
FRESH = frame(2, MESSAGE[:3] + b"\0" + MESSAGE[4:12] + bytes(4) + MESSAGE[16:32] + bytes(4))
"""The blank picture, as number 7."""
BLANK = b"P6\n2 3\n255\n" + bytes(18)

FINAL = {
    "no subprotocol": HANDSHAKE.replace(b"ws-stream.v1", b"chat"),
    "a subprotocol that begins so": HANDSHAKE.replace(b"ws-stream.v1", b"ws-stream.v10"),
    "another key's answer": HANDSHAKE.replace(b"ACCEPT", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
    "no such page": http("404 Not Found", body=b"there is nothing\x1b[2J here"),
    "a redirection": http("301 Moved", "Location: ws://127.0.0.1:1/stream"),
    "no upgrade": http("200 OK", body=b"<html>"),
    "an old Redis": b"-ERR unknown command\r\n\r\n",
    "a fault of the viewer": HANDSHAKE + frame(8, b"\x03\xf0not\x1b[2J here"),
    "nothing it can decode": HANDSHAKE + frame(8, struct.pack("!H", 4406) + b"no format"),
    "a later version's": HANDSHAKE + frame(8, struct.pack("!H", 4499)),
}


@pytest.mark.parametrize("answer", FINAL.values(), ids=FINAL)
def test_what_is_final_ends_it_with_a_sentence(
    programs: Path, tmp_path: Path, answer: bytes
) -> None:
    done = save(programs, Strange(answer).url, tmp_path / "out.ppm")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.strip().isprintable()


AGAIN = {
    "the server is full": HANDSHAKE + frame(8, b"\x03\xf5the server is full"),
    "no stream": HANDSHAKE + frame(8, struct.pack("!H", 4004)),
    "no code": HANDSHAKE + frame(8, b""),
    "the end": HANDSHAKE,
    "busy": http("503 Service Unavailable", body=b"busy"),
    "no answer": b"",
    "half an answer": HANDSHAKE[:40],
    "rubbish": HANDSHAKE + frame(1, b"rubbish"),
    "a picture too early": HANDSHAKE + FRESH,
    "a masked frame": HANDSHAKE + b"\x81\x80\0\0\0\0",
    "half a message": HANDSHAKE + b"\x01" + ANNOUNCEMENT[1:],
    "a frame of another kind": HANDSHAKE + frame(3, b""),
    "a text longer than may be": HANDSHAKE + b"\x81\x7f" + (1 << 40).to_bytes(8, "big") + b"{",
}


@pytest.mark.parametrize("answer", AGAIN.values(), ids=AGAIN)
def test_what_is_not_final_is_tried_again(programs: Path, tmp_path: Path, answer: bytes) -> None:
    server = Strange(answer, HANDSHAKE + ANNOUNCEMENT + FRESH)
    done = save(programs, server.url, tmp_path / "out.ppm")
    assert done.returncode == 0, done.stderr
    assert "trying again in" in done.stderr
    assert (tmp_path / "out.ppm").read_bytes() == BLANK


def test_a_picture_that_is_refused_is_not_saved_and_another_is_asked_for(
    programs: Path, tmp_path: Path
) -> None:
    ping, later = frame(9, b"hello"), frame(2, b"\0\0\x01\0 of a later version")
    server = Strange(HANDSHAKE + ANNOUNCEMENT + ping + later + frame(2, MESSAGE) + later + FRESH)
    done = save(programs, server.url, tmp_path / "out.ppm")
    assert done.returncode == 0
    assert done.stderr == (
        "ws-stream-save: a picture was refused: the base is neither 0 nor the picture held\n"
    )
    assert (tmp_path / "out.ppm").read_bytes() == BLANK
    server.thread.join(10)
    said = b"".join(server.heard)
    assert said[:1] == b"\x8a" and unmasked(said[:11]) == "hello"
    assert '{"type":"resync"}' in unmasked(said[11 : 11 + 6 + 17])


@pytest.mark.long
def test_it_passes_the_vectors_on_a_small_machine() -> None:
    compiler, machine = "arm-linux-gnueabihf-gcc", "qemu-arm-static"
    if not (shutil.which(compiler) and shutil.which(machine)):
        pytest.skip(
            "apt-get install gcc-arm-linux-gnueabihf libc6-dev-armhf-cross qemu-user-static"
        )
    build = BUILD / "armhf"
    make(
        "clients", f"clients_build={build}", f"clients_cc={compiler}", "clients_sanitizers=-static"
    )
    subprocess.run([machine, build / "test_ws_stream"], check=True)
    conformance(machine, str(build / "conformance"))
    conformance(machine, str(build / "conformance"), "13")

"""Where each search begins: what the vectors hold, and right examples of what has none."""

import itertools
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.recording.example import ONE, TWO, example
from tests.recording.recorded import announced
from ws_stream.codec import encode
from ws_stream.conformance.vectors import expanded, vectors
from ws_stream.errors import ProtocolError
from ws_stream.limits import MAX_SIDE
from ws_stream.pixels.frame import Frame
from ws_stream.pixels.raw import BY_NAME
from ws_stream.protocol.picture import Kind, parse

from .laws import events

TOKEN = b"fuzzing-0123456789abcdef"
"""That which the law of `http` knows."""
MOST = 4096
"""Bytes of a seed: what is longer says nothing more."""


def session() -> Iterator[bytes]:
    """A picture that is announced and held, then the vector's message; and the sequences."""
    for name in ("valid", "invalid", "ignored"):
        for vector in vectors(name):
            sides = vector["base"]["width"], vector["base"]["height"]
            if min(sides) > 0 and max(sides) <= MAX_SIDE:
                yield from _short(_story(vector))
    for vector in vectors("sequences"):
        told = [step["do"] for step in vector["steps"]]
        yield from _short([_event(*do) for do in told if do[0] in ("server", "picture")])
    for text in _from("server"):
        yield from _short([(False, text)])


def _story(vector: dict[str, Any]) -> list[events.Event]:
    base = vector["base"]
    pixel_format = BY_NAME[base["format"]]
    pixels = np.frombuffer(expanded(base["pixels"]), pixel_format.dtype)
    shape = pixel_format.shape(base["width"], base["height"])
    spare = pixel_format.size(pixels.reshape(shape))[0] - base["width"]
    said = base["epoch"], base["number"], 0, pixel_format
    held = Frame(*said, pixels.reshape(shape), spare=spare)
    story: list[events.Event] = [(False, announced(held).encode())]
    if held.number:
        story.append((True, encode(held)))
    return [*story, (True, expanded(vector["message"]))]


def _event(kind: str, content: str) -> events.Event:
    if kind == "picture":
        return True, expanded(content)
    return False, content.encode("utf-8", "surrogatepass")


def _short(story: list[events.Event]) -> Iterator[bytes]:
    if max((len(message) for _, message in story), default=0) <= events.MOST:
        data = events.write(story)
        if len(data) <= MOST:
            yield data


def _from(side: str) -> Iterator[bytes]:
    for vector in vectors("control"):
        if vector["from"] == side:
            text = vector.get("text")
            yield expanded(vector["hex"]) if text is None else text.encode()


def control() -> Iterator[bytes]:
    """What both sides say; and what is deeper and larger than chance makes it."""
    yield b"[" * 2000
    yield b'{"type":"input","epoch":1,"number":1,"events":' + b'[{"kind":' * 400
    for digits in (b"9" * 400, b"1e400", b"1" * 4000):
        yield b'{"type":"pace","published":0,"skipped":0,"fps":%b,"device":false}' % digits
    yield from (text for side in ("server", "viewer") for text in _from(side) if len(text) <= MOST)


def request() -> Iterator[bytes]:
    """Queries."""
    yield from (vector["query"].encode("utf-8", "surrogateescape") for vector in vectors("queries"))


def http() -> Iterator[bytes]:
    """Requests as browsers send them, two of them on one connection, and viewers that say something."""
    host = b"Host: 127.0.0.1:8000\r\n"
    upgrade = host + (
        b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: ws-stream.v1\r\n"
    )
    lines = (
        "/",
        "/viewer.js",
        "/streams",
        "/healthz",
        "/nothing",
        "/stream/camera?step=2",
        "/stream",
    )
    for method, line in itertools.product(("GET", "HEAD", "OPTIONS", "POST"), lines):
        yield b"\xff%b %b HTTP/1.1\r\n%b\r\n" % (method.encode(), line.encode(), host)
    for more in (
        b"Origin: http://127.0.0.1:9000\r\n",
        b"Origin: http://evil.example\r\n",
        b"Accept-Encoding: gzip, br\r\n",
        b"Connection: close\r\n",
        b"Content-Length: 5\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b'If-None-Match: "a"\r\n',
    ):
        yield b"\x20GET / HTTP/1.1\r\n%b%b\r\n" % (host, more)
    yield b"\xffGET /healthz HTTP/1.0\r\n\r\n"
    for header in (
        b"Authorization: Bearer %b",
        b"Cookie: ws-stream-8000=%b; a=b",
        b"Authorization: Basic %b",
    ):
        for asked, cut in itertools.product((b"/signin", b"/streams"), (b"\xff", b"\xfe")):
            yield b"%bGET %b HTTP/1.1\r\n%b%b\r\n\r\n" % (cut, asked, host, header % TOKEN)
    yield b"\xffGET /stream HTTP/1.1\r\n%b\r\n" % upgrade.replace(
        b"v1", b"v1, ws-stream.token." + TOKEN
    )
    head = b"GET /stream/camera HTTP/1.1\r\n%b\r\n" % upgrade
    for said in (
        b"For: 192.0.2.7, 127.0.0.1",
        b"For: [2001:db8::1]:5",
        b"Host: kiosk.example",
        b"Proto: https",
    ):
        yield b"\xfeGET /camera1/streams HTTP/1.1\r\n%bX-Forwarded-%b\r\n\r\n" % (host, said)
    pair = b"GET /healthz HTTP/1.1\r\n%b\r\n" % host
    yield bytes([len(pair)]) + pair + pair
    for frame in (
        b"\x81\x82\0\0\0\0{}",
        b"\x89\x80\0\0\0\0",
        b"\x88\x82\0\0\0\0\x03\xe8",
        b"\x82\xfe",
    ):
        yield bytes([len(head)]) + head + frame


def board() -> Iterator[bytes]:
    """What happens to a board, as tests/fuzz/c/board.c reads it: a peer asks, or watches and says something."""
    takes = b"\x04\xff" * 3
    for data in http():
        request = data[1:256]
        yield bytes([0, len(request)]) + request + takes
    for text in _from("viewer"):
        if len(text) < MOST:
            what, rest = (2, len(text)) if len(text) < 256 else (3, -(-len(text) // 17))
            said = bytes([what, rest % 256]) + text.ljust(rest * (1 if what == 2 else 17))
            yield b"\x01\x06step=1" + takes + b"\x07\x05\x03\x0f\x07\x11" + takes + said + takes


def block() -> Iterator[bytes]:
    """Room, then bytes to pack."""
    for count, colours in itertools.product((1, 12, 13, 255, 4000), (1, 3, 256)):
        made = np.random.default_rng(count).integers(0, colours, count).astype(np.uint8).tobytes()
        yield struct.pack("<H", 5000) + made
        yield struct.pack("<H", count // 2) + made


def tokens() -> Iterator[bytes]:
    """Files of tokens."""
    yield b"view:%b\n" % TOKEN
    yield b"# who may operate\ncontrol:%b\n\n view:%b-2\r\nview:%b\n" % (TOKEN, TOKEN, TOKEN)
    yield b"view: %b\ncontrol:short\nall:%b" % (TOKEN, TOKEN)


def config() -> Iterator[bytes]:
    """Files for `serve --config`."""
    root = Path(__file__).parents[2]
    yield (root / "examples/streams.toml").read_bytes()
    for table in ("Of the server", "Of a stream"):
        yield _keys((root / "docs/configuration.md").read_text(), table)
    yield b"streams.a = {source = 'x.wss', loop = true, \"sp\\u0065ed\" = 2e0}\r\n[[streams.b]]\n"
    yield b'port = -1\nstep = 99\nzzz = [1, # ]\n {host = 1}, \'a\', """\n[streams]\n""""]\n'
    yield b"[streams.'a b']\nsource = 5\ncrop = \"0,0,1\"\n[streams.c]\ndepth = true\nfps = nan\n"


def _keys(document: str, table: str) -> bytes:
    """A file with all keys of a table of the document."""
    rows = document.partition(f"### {table}\n")[2].partition("\n#")[0]
    keys = re.findall(r"^\| `([^`]+)`", rows, re.MULTILINE)
    stream = ["[streams.a]"] if table == "Of a stream" else []
    more = [] if stream else ["[streams.a]", "source = 'test:'"]
    return "\n".join([*stream, *keys, *more]).replace("fb:/dev/fb0", "a.wss").encode()


def xwd() -> Iterator[bytes]:
    """Headers of window dumps, of all depths and orders."""
    for bits, order, visual in itertools.product((1, 4, 8, 16, 24, 32), (0, 1), (3, 4)):
        masks = (0xF800, 0x7E0, 0x1F) if bits == 16 else (0xFF0000, 0xFF00, 0xFF)
        width, height, colours = 10, 3, 4 if visual == 3 else 0
        stride = -(-width * bits // 32) * 4
        words = [104, 7, 2, 24, width, height, 0, order, 32, order, 32, bits, stride, visual]
        header = struct.pack(">25I", *words, *masks, 8, colours, colours, width, height, 0, 0, 0)[
            :100
        ]
        table = b"".join(struct.pack(">I3HBx", at, *(at << 12,) * 3, 7) for at in range(colours))
        yield header + b"\0" * 4 + table + bytes(range(stride * height % 256))


def ring() -> Iterator[bytes]:
    """Files of rings, small ones: four records, of four rectangles each."""
    for slots, bits in itertools.product((1, 3), ("gray8", "rgb565", "bgrx8888")):
        size = {"gray8": 1, "rgb565": 2, "bgrx8888": 4}[bits]
        at = 192, 80, 512, 128
        header = struct.pack("<8s4I16s", b"ws-ring\n", 1, 4, 3, 4 * size, bits.encode())
        header += struct.pack("<8IQ", slots, 4, *at, 512 + 128 * slots, 12 * size, 7)
        records = b"".join(
            struct.pack("<4I16I", n % slots, 1, n, 0, 0, 1, 4, 1, *[0] * 12) for n in (4, 5, 6, 3)
        )
        heads = b""
        for slot in range(slots):
            said = b'{"n":1}' if slot else b""
            number = max(n for n in range(3, 7) if n % slots == slot)
            heads += struct.pack("<2IQI", 2, number, 1, len(said)).ljust(64, b"\0") + said.ljust(64)
        content = header.ljust(128, b"\0") + struct.pack("<I60x", 6) + records
        yield content + heads + bytes(range(12 * size)) * slots


def address() -> Iterator[bytes]:
    """Addresses of memory, each with some."""
    memory = bytes(range(1, 200))
    for text in (
        "mmap:/dev/shm/a?width=4&height=3&format=bgrx8888",
        "mmap:a?width=8&height=2&format=gray8&slots=2&index=32:u32le",
        "shm:a?width=0x4&height=2&format=rgb565&slots=3&front=100:u8&distance=20&offset=1&stride=9",
        "mmap:a?width=2&height=2&format=gray8&slots=2&front=0:u8",
        "mmap:/a%20b?width=9&height=2&format=gray2msb",
        "mmap:a?width=9&height=2&format=r5:g6:b5",
        "mmap:a?width=2&height=2&format=gray4lsb&slots=2&index=0:u64be",
        "xwd:/tmp/Xvfb_screen0",
        "fb:/dev/fb0",
        "test:?width=64&height=32&format=rgb888",
        "/dev/fb0",
    ):
        yield text.encode() + b"\0" + memory


def recording() -> Iterator[bytes]:
    """Recordings as they are, and with checks that are put right."""
    whole = example()
    for data in (whole, whole[:-52], whole[:120], _recorded()):
        yield data
        yield b"\0" + data[1:]


def _recorded() -> bytes:
    chunks = [
        (1, announced(ONE).encode()),
        (2, encode(ONE)),
        (128, encode(ONE)),
        (2, encode(TWO, ONE)),
    ]
    parts = [bytes(16)]
    for position, (kind, payload) in enumerate([*chunks, (131, b"lost"), *chunks, (200, b"new")]):
        parts += [struct.pack("<IIQQ4x", kind, len(payload), position, position), payload, bytes(4)]
    return b"".join(parts)


def lz4() -> Iterator[bytes]:
    """The blocks in the vectors' messages, each with the room that it is given there."""
    for name in ("valid", "invalid"):
        for vector in vectors(name):
            try:
                message = parse(expanded(vector["message"]))
            except ProtocolError:
                continue
            for segment in message.segments:
                if segment.kind is Kind.LZ4:
                    yield struct.pack("<H", 2**16 - 1) + bytes(segment.payload)[:MOST]
                    yield (
                        struct.pack("<H", min(len(segment.payload), 2**16 - 1))
                        + bytes(segment.payload)[:MOST]
                    )


def png() -> Iterator[bytes]:
    """PNG files behind their signature, of all kinds and filters; packed and stored."""
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
    for (kind, count), bits, level in itertools.product(samples.items(), (1, 8, 16), (0, 9)):
        width, height = 9, 5
        pitch = -(-width * bits * count // 8)
        rows = b"".join(bytes([row, *range(pitch)]) for row in range(height))
        header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
        parts = [(b"IHDR", header), (b"PLTE", bytes(range(24)))]
        parts += [(b"IDAT", zlib.compress(rows, level)), (b"IEND", b"")]
        yield b"".join(
            struct.pack(">I", len(data)) + name + data + bytes(4) for name, data in parts
        )


def nothing() -> Iterator[bytes]:
    """For inputs that are decisions, of which all are right."""
    yield b""

"""ws-stream's own code as a program of the line protocol. Knows nothing of pipes."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import ProtocolError, UsageError
from ..hub.grants import grant
from ..limits import MAX_VIEWER_MESSAGE
from ..pixels.formats import PixelFormat, Pixels
from ..pixels.frame import Frame
from ..pixels.kept import Sized, kept
from ..pixels.raw import BY_NAME
from ..pixels.rendition import Crop, Rendition
from ..pixels.resample import resample
from ..protocol.control import parse_from_server, parse_from_viewer, serialize
from ..protocol.picture import is_no_ack
from ..protocol.request import parse_request
from ..retry import Retry, is_final_close, is_final_status
from ..session import Outcome, Session
from .claims import FEATURES
from .turn import heard, said

CLAIMED = [feature for feature in FEATURES if feature != "silence"]
"""What is decided where there is no socket."""


class Program:
    """Answers one command after the other."""

    def __init__(self) -> None:
        self._session = Session()
        self._held: Frame | None = None
        """What `hold` said last."""
        self._is_viewer = False
        self._now = 0.0
        self._retry = Retry()
        self._commands: Mapping[str, Callable[..., str]] = {
            "conformance": lambda _: f"conformance 1 ws-stream {' '.join(CLAIMED)}",
            "announce": self._announce,
            "hold": self._hold,
            "picture": self._picture,
            "rgb": self._rgb,
            "begin": self._begin,
            "connect": self._connect,
            "server": self._server,
            "time": self._time,
            "resync": self._resync,
            "closed": self._closed,
            "http": self._http,
            "viewer": _viewer,
            "query": _query,
            "rendition": _rendition,
            "pixels": _pixels,
        }

    def answer(self, words: Sequence[str]) -> str:
        """The answer to one command."""
        command = self._commands.get(words[0])
        return command(*words[1:]) if command else "unknown"

    def _announce(self, epoch: str, pixel_format: str, width: str, height: str) -> str:
        """By the message that says so."""
        size = int(width), int(height)
        told = {"type": "stream", "name": "", "epoch": int(epoch), "format": pixel_format}
        told |= {"width": size[0], "height": size[1], "source": [1, 1], "step": 1, "crop": None}
        told |= {"average": False, "tolerance": 0, "fps": 1, "input": False}
        self._session, self._held, self._is_viewer = Session(), None, False
        try:
            self._session.receive(json.dumps(told), self._now)
        except ProtocolError:
            return "refused"
        self._held = self._session.held
        return "ok"

    def _hold(self, number: str = "", pixels: str = "-") -> str:
        if number and self._held:
            like = self._held
            array = _picture(bytes.fromhex(pixels), like.format, like.width, like.height)
            self._held = Frame(like.epoch, int(number), 0, like.format, array, spare=like.spare)
        self._session.held = self._held
        return "ok"

    def _picture(self, word: str) -> str:
        message = heard(word) or b""
        try:
            frame, refused, reply = self._received(message)
        except ProtocolError:
            return "close" if self._is_viewer else "refused"
        if refused:
            return _sending("refused", reply)
        if not frame:
            return _sending("ignored", reply)
        drawn = self._session.acknowledge(frame, message, self._now)
        ack = "no-ack" if is_no_ack(message) else "ack"
        side = "-" if frame.meta is None else said(json.dumps(frame.meta).encode())
        told = f"applied {frame.number} {frame.time} {frame.checksum():08x} {ack} {side}"
        return _sending(told, reply, drawn)

    def _rgb(self) -> str:
        assert self._session.held
        return f"rgb {said(self._session.held.to_rgb().tobytes())}"

    def _begin(self) -> str:
        self._now, self._retry = 0.0, Retry()
        return self._connect()

    def _connect(self) -> str:
        self._session, self._is_viewer = Session(), True
        return "ok"

    def _server(self, word: str) -> str:
        text = (heard(word) or b"").decode()
        try:
            reply = self._received(text).reply
        except ProtocolError:
            return "close"
        return _sending("ignored" if parse_from_server(text) is None else "ok", reply)

    def _received(self, message: str | bytes) -> Outcome:
        outcome = self._session.receive(message, self._now)
        if self._session.is_alive:
            self._retry.shown()
        return outcome

    def _closed(self, code: str) -> str:
        return "final" if is_final_close(int(code)) else self._wait()

    def _http(self, status: str) -> str:
        return "final" if int(status) and is_final_status(int(status)) else self._wait()

    def _wait(self) -> str:
        return f"retry {round(1000 * self._retry.wait())}"

    def _time(self, milliseconds: str) -> str:
        """A question of the time would be due, too; without it, signs of life are seen."""
        self._now = int(milliseconds) / 1000
        return "ok"

    def _resync(self) -> str:
        return _sending("ok", self._session.resync(self._now))


def _sending(answer: str, *messages: Any) -> str:  # noqa: ANN401 - viewers' messages, or None
    """An answer, and the messages that are sent with it."""
    sent = [said(serialize(message).encode()) for message in messages if message is not None]
    return " ".join([answer, *sent])


def _viewer(word: str) -> str:
    text = heard(word) or b""
    try:
        if len(text) > MAX_VIEWER_MESSAGE:
            return "close"
        return "ignored" if parse_from_viewer(text) is None else "ok"
    except ProtocolError:
        return "close"


def _query(word: str) -> str:
    try:
        request = parse_request((heard(word) or b"").decode())
    except UsageError:
        return "refused"
    members = {**request._asdict(), **request.offer._asdict()}
    del members["offer"]
    members["formats"] = sorted(one.name for one in members["formats"])
    members["kinds"] = sorted(one.name.lower() for one in members["kinds"])
    return f"ok {said(json.dumps(members).encode())}"


def _rendition(word: str) -> str:
    source, default, query = _job(word)
    granted = grant(parse_request(query), default, source)
    if granted is None:
        return "none"
    rendition = granted.rendition
    made = kept(rendition, *source)
    told = {**rendition._asdict(), **made._asdict(), "format": made.format.name}
    del told["plain"]
    return f"ok {said(json.dumps(told).encode())}"


def _pixels(word: str, pixels: str) -> str:
    source, default, query = _job(word)
    granted = grant(parse_request(query), default, source)
    assert granted
    array = _picture(bytes.fromhex(pixels), source.format, source.width, source.height)
    return f"ok {said(resample(array, source.format, granted.rendition).tobytes())}"


def _job(word: str) -> tuple[Sized, Rendition, str]:
    job = json.loads(heard(word) or b"")
    default = {**job["default"], "crop": job["default"]["crop"] and Crop(*job["default"]["crop"])}
    return Sized(BY_NAME[job["format"]], *job["source"]), Rendition(**default), job["query"]


def _picture(pixels: bytes, pixel_format: PixelFormat, width: int, height: int) -> Pixels:
    flat = np.frombuffer(pixels, pixel_format.dtype)
    return flat.reshape(pixel_format.shape(width, height))

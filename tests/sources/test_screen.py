"""X screens, on real X servers with real programs: what is shown is what the X protocol says, and no more is read."""

import itertools
import os
import random
import re
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from Xlib import X, display

from ws_stream import Frame, Server, connect
from ws_stream.errors import SourceError, UsageError
from ws_stream.pixels.formats import Pixels
from ws_stream.sources import Source, open_source, x_screen
from ws_stream.sources.segment import Segment, segment

from .newest import newest, pixels
from .x_server import SCREENS, dump, running, xvfb

NO_SERVER = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
"""The library leaves the socket to the garbage collector where nobody listens."""
WIDTH, HEIGHT = 317, 203
WITHIN = 10.0
"""Seconds that something has to be shown."""


class Watcher:
    """Keeps a picture as the walk does: it takes what is said to have changed, and all where nothing is said."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._seen: object = None
        self._shown: Pixels = np.zeros(0)
        self.rows: set[int] = set()
        """Taken since this was cleared."""

    def look(self, *, take: bool = True) -> None:
        """Poll; a picture that is not taken is one that was not seen."""
        picture = self._source.poll(self._seen)
        if picture is None or not take:
            return
        if picture.damage is None:
            self._shown = picture.pixels.copy()
            self.rows |= set(range(self._source.height))
        else:
            for x, y, width, height in picture.damage:
                assert (x, width) == (0, self._source.width)
                self._shown[y : y + height] = picture.pixels[y : y + height]
                self.rows |= set(range(y, y + height))
        assert picture.intact()
        self._seen = picture.version

    @property
    def words(self) -> Pixels:
        """One of each pixel."""
        pixels = self._shown
        words: Pixels = pixels if pixels.ndim == 2 else pixels.view("<u4")[..., 0]
        return words

    def is_true(self, screen: str) -> bool:
        """Whether it shows, at last, what the X server shows then."""
        until = time.monotonic() + WITHIN
        while time.monotonic() < until:
            before = dump(screen)
            self.look()
            self.look()
            shown = self.words & sum(before.masks)
            if shown.shape == before.words.shape and np.array_equal(shown, before.bits):
                return True
        return False


class Canvas:
    """A window over the whole of a screen, to draw rectangles on."""

    def __init__(self, screen: str) -> None:
        self._display = display.Display(screen)
        root = self._display.screen().root
        self._window = root.create_window(0, 0, 999, 999, 0, X.CopyFromParent, override_redirect=1)
        self._window.map()
        self._gc = self._window.create_gc(foreground=0xFF8000)
        self._display.sync()

    def fill(self, x: int, y: int, width: int, height: int) -> None:
        self._window.fill_rectangle(self._gc, x, y, width, height)
        self._display.sync()

    def resize(self, width: int, height: int) -> None:
        """Make the screen itself smaller."""
        root = self._display.screen().root
        found = root.xrandr_get_screen_resources()
        for output in found.crtcs:  # its monitor would not fit
            self._display.xrandr_set_crtc_config(output, found.config_timestamp, 0, 0, 0, 1, [])
        root.xrandr_set_screen_size(width, height, 99, 99)
        self._display.sync()

    def close(self) -> None:
        self._display.close()


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[str]:
    """The name of a display."""
    with xvfb(tmp_path, 24) as (_, name):
        yield name


@pytest.fixture
def source(screen: str) -> Iterator[Source]:
    source = open_source(f"screen:{screen}")
    yield source
    source.close()


@pytest.fixture
def canvas(screen: str) -> Iterator[Canvas]:
    canvas = Canvas(screen)
    yield canvas
    canvas.close()


def xdotool(screen: str, *words: object) -> str:
    environment = os.environ | {"DISPLAY": screen}
    command = ["xdotool", *map(str, words)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout


class TestWhatIsShown:
    @pytest.mark.parametrize("depth", [depth for depth in SCREENS if depth > 8])
    def test_is_what_the_x_protocol_says_to_the_bit(self, tmp_path: Path, depth: int) -> None:
        logo = ("xlogo", "-geometry", "999x999", "-bg", "#ff8000", "-fg", "#0080ff")
        with xvfb(tmp_path, depth) as (_, name):
            source = open_source(f"screen:{name}")
            watcher = Watcher(source)
            assert (source.name, source.width, source.height) == ("screen", WIDTH, HEIGHT)
            assert source.format is SCREENS[depth]
            with running(name, *logo):
                while not dump(name).bits.any():
                    time.sleep(0.01)
                assert watcher.is_true(name)
            source.close()

    def test_is_right_at_rest_after_whatever_programs_did(
        self, screen: str, source: Source
    ) -> None:
        act(screen, source, actions=40, seed=1)

    @pytest.mark.long
    def test_is_right_at_rest_after_ten_minutes_of_it(self, screen: str, source: Source) -> None:
        until, seed = time.monotonic() + 600, 2
        while time.monotonic() < until:
            act(screen, source, actions=200, seed=seed)
            seed += 1

    @pytest.mark.long
    def test_is_right_where_windows_are_composited(self, screen: str, source: Source) -> None:
        with running(screen, "xcompmgr", "-c"):
            act(screen, source, actions=200, seed=1)


def act(screen: str, source: Source, actions: int, seed: int) -> None:
    """Let programs draw, and compare at rest; now and then pictures come that nobody takes."""
    chance = random.Random(seed)
    watcher = Watcher(source)
    names = ("xterm", "xlogo", "xclock")
    with (
        running(screen, "xterm", "-geometry", "30x9+5+5", "-e", "cat"),
        running(screen, "xlogo", "-geometry", "80x60+200+100"),
        running(screen, "xclock", "-update", "1", "-geometry", "90x90+10+100"),
    ):
        for name in names:
            xdotool(screen, "search", "--sync", "--onlyvisible", "--class", name)
        for _ in range(actions):
            window = xdotool(screen, "search", "--class", chance.choice(names)).split()[-1]
            x, y = chance.randrange(WIDTH), chance.randrange(HEIGHT)
            line = f"{chance.getrandbits(90):x}\n"
            xdotool(
                screen,
                *chance.choice(
                    [
                        ("mousemove", 40, 40, "type", "--delay", 1, line),
                        ("mousemove", 40, 40, "type", "--delay", 1, line * chance.randrange(20)),
                        ("windowmove", window, x - 50, y - 50),
                        ("windowsize", window, x // 2 + 9, y // 2 + 9),
                        ("windowunmap", window, "windowmap", window),
                        ("windowraise", window),
                        ("mousemove", x, y),
                    ]
                ),
            )
            watcher.look(take=chance.random() < 0.7)
            if chance.random() < 0.5:
                assert watcher.is_true(screen)
        assert watcher.is_true(screen)


class TestWhatIsRead:
    def test_is_the_rows_that_were_drawn_on_and_no_other(
        self, screen: str, source: Source, canvas: Canvas
    ) -> None:
        watcher = Watcher(source)
        watcher.look()
        for y, height in ((50, 20), (0, 1), (HEIGHT - 1, 1), (7, 100)):
            watcher.rows.clear()
            pixels(source)[:] = 7  # what is read is then another
            canvas.fill(11, y, 5, height)
            watcher.look()
            assert watcher.rows == set(range(y, y + height))
            drawn = (newest(source).pixels != 7).any(axis=(1, 2))
            assert np.flatnonzero(drawn).tolist() == list(range(y, y + height))

    def test_are_bands_far_apart_and_one_where_they_are_near(
        self, source: Source, canvas: Canvas
    ) -> None:
        watcher = Watcher(source)
        watcher.look()
        watcher.rows.clear()
        for y in (10, 12 + x_screen.NEAR, 100):
            canvas.fill(0, y, 5, 2)
        watcher.look()
        assert watcher.rows == {*range(10, 14 + x_screen.NEAR), 100, 101}

    def test_is_nothing_where_nothing_was_drawn(self, source: Source, canvas: Canvas) -> None:
        seen = newest(source)
        assert source.poll(seen.version) is None
        canvas.fill(0, 0, 9, 9)
        picture = source.poll(seen.version)
        assert picture is not None
        assert list(picture.damage or ()) == [(0, 0, WIDTH, 9)]
        assert source.poll(picture.version) is None

    def test_gathers_until_a_picture_was_seen(self, source: Source, canvas: Canvas) -> None:
        seen = newest(source).version
        for y, rows in ((90, [(90, 3)]), (20, [(20, 3), (90, 3)]), (21, [(20, 4), (90, 3)])):
            canvas.fill(0, y, 9, 3)
            picture = source.poll(seen)
            assert picture is not None
            assert list(picture.damage or ()) == [(0, first, WIDTH, count) for first, count in rows]

    def test_is_not_said_of_a_picture_nobody_knows(self, source: Source, canvas: Canvas) -> None:
        first = newest(source).version
        canvas.fill(0, 0, 9, 9)
        second = newest(source).version
        canvas.fill(0, 50, 9, 9)
        assert second != first
        for unknown in (first, None, 999, "1"):
            picture = source.poll(unknown)
            assert picture is not None
            assert picture.damage is None

    @given(
        st.lists(st.tuples(*[st.integers(-9, 99)] * 2, *[st.integers(0, 99)] * 2), max_size=9),
        st.integers(1, 80),
    )
    def test_is_what_rectangles_touch_and_the_little_between_them(
        self, rectangles: list[tuple[int, int, int, int]], height: int
    ) -> None:
        kind = [("x", "i2"), ("y", "i2"), ("width", "u2"), ("height", "u2")]
        rows = x_screen.damaged_rows(np.array(rectangles, kind), height)
        touched = {row for _, y, _, count in rectangles for row in range(y, y + count)}
        wanted = touched & set(range(height))
        read = [set(range(first, first + count)) for first, count in rows]
        assert wanted <= set().union(*read)
        for band in read:
            assert {min(band), max(band)} <= wanted
            assert all(
                set(range(row, row + x_screen.NEAR + 1)) & wanted for row in band - {max(band)}
            )
        assert all(
            min(below) - max(above) > x_screen.NEAR for above, below in itertools.pairwise(read)
        )


def clients(screen: display.Display) -> int:
    return len(screen.res_query_clients().clients)


def becomes(value: object, ask: Callable[[], object]) -> bool:
    until = time.monotonic() + WITHIN
    while ask() != value and time.monotonic() < until:
        time.sleep(0.01)
    return ask() == value


class TestTheXServer:
    def test_has_no_connection_to_who_only_opened_or_closed_a_source(self, screen: str) -> None:
        with closing(display.Display(screen)) as asks:
            before = clients(asks)
            source = open_source(f"screen:{screen}")
            assert becomes(before, lambda: clients(asks))
            shown = pixels(source)
            assert clients(asks) == before + 1
            source.close()
            assert becomes(before, lambda: clients(asks))
            assert shown.any() is not None, "what was shown stays readable"
            assert newest(source).damage is None
            source.close()

    def test_may_make_its_screen_another_size(
        self, screen: str, source: Source, canvas: Canvas
    ) -> None:
        watcher = Watcher(source)
        for width, height in ((200, 150), (1, 1), (101, 203), (WIDTH, HEIGHT)):
            canvas.resize(width, height)
            canvas.fill(0, 0, 999, height // 2)
            assert watcher.is_true(screen)
            assert (source.width, source.height) == (width, height)

    @NO_SERVER
    def test_may_end_and_come_again_with_any_size_and_depth(self, tmp_path: Path) -> None:
        own = f":{1000 + os.getpid() % 50000}"  # what is free may be another test's meanwhile
        with xvfb(tmp_path, 24, "99x88", own) as (_, name):
            source = open_source(f"screen:{name}")
            watcher = Watcher(source)
            watcher.look()
        for depth, size in ((16, "120x80"), (24, "90x70")):
            with pytest.raises(SourceError, match=f"^the X server of display {name} went away$"):
                source.poll()
            with pytest.raises(SourceError, match=f"^no X server answers as display {name}: "):
                source.poll()
            with xvfb(tmp_path, depth, size, own) as (_, again), running(again, "xlogo"):
                assert again == name
                assert watcher.is_true(name)
                assert source.format is SCREENS[depth]
        source.close()

    def test_may_have_several_screens(self, tmp_path: Path) -> None:
        with xvfb(tmp_path, 24, "99x88", "-screen", "1", "77x66x16") as (_, name):
            for number, size in ((0, (99, 88)), (1, (77, 66))):
                source = open_source(f"screen:{name}.{number}")
                with running(f"{name}.{number}", "xlogo"):
                    assert (source.width, source.height) == size
                    assert Watcher(source).is_true(f"{name}.{number}")
                source.close()
            with pytest.raises(UsageError, match="has no screen 2; right would be one from 0 to 1"):
                open_source(f"screen:{name}.2")

    def test_that_lets_nobody_in_is_named_and_served_with_its_cookie(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fields = (b"", b"", b"MIT-MAGIC-COOKIE-1", bytes(range(16)))
        cookie = b"".join(struct.pack(">H", len(field)) + field for field in fields)
        authority = tmp_path / "authority"
        authority.write_bytes(struct.pack(">H", 0xFFFF) + cookie)
        monkeypatch.setenv("XAUTHORITY", str(tmp_path / "none"))
        with xvfb(tmp_path, 24, "99x88", "-auth", str(authority)) as (_, name):
            with pytest.raises(SourceError, match=r"lets nobody in but its user: .* XAUTHORITY"):
                open_source(f"screen:{name}")
            local = socket.gethostname().encode()
            entry = struct.pack(">HH", 256, len(local)) + local
            authority.write_bytes(
                entry + struct.pack(">H", len(name) - 1) + name[1:].encode() + cookie[4:]
            )
            monkeypatch.setenv("XAUTHORITY", str(authority))
            assert open_source(f"screen:{name}").width == 99

    @pytest.mark.parametrize("extension", ["MIT-SHM", "DAMAGE", "XFIXES"])
    def test_without_an_extension_is_refused(self, tmp_path: Path, extension: str) -> None:
        with (
            xvfb(tmp_path, 24, "99x88", "-extension", extension) as (_, name),
            pytest.raises(SourceError, match=f"has no extension {extension}; right would be one"),
        ):
            open_source(f"screen:{name}")

    def test_with_a_colour_map_is_refused(self, tmp_path: Path) -> None:
        with (
            xvfb(tmp_path, 8) as (_, name),
            pytest.raises(
                UsageError, match=r"^a screen of depth 8, 8 bits per pixel, .* cannot be"
            ),
        ):
            open_source(f"screen:{name}")

    @pytest.mark.parametrize("number", [2**31 - 1, None])
    def test_that_does_not_share_this_memory_is_refused(
        self, screen: str, monkeypatch: pytest.MonkeyPatch, number: int | None
    ) -> None:
        """It knows no such segment, or, being elsewhere, another one of that number."""
        others = segment(WIDTH * HEIGHT * 4)

        def elsewhere(size: int) -> Segment:
            return segment(size)._replace(number=others.number if number is None else number)

        monkeypatch.setattr(x_screen, "segment", elsewhere)
        with pytest.raises(SourceError, match="shares no memory with this program; right would be"):
            open_source(f"screen:{screen}")

    @pytest.mark.long
    def test_that_is_an_xwayland_says_why_there_is_nothing_to_show(self, tmp_path: Path) -> None:
        environment = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}
        tmp_path.chmod(0o700)
        command = ["weston", "--backend=headless-backend.so", "--xwayland", "--socket=wayland-test"]
        with subprocess.Popen(
            command, env=environment, stderr=subprocess.PIPE, text=True
        ) as weston:
            assert weston.stderr
            heard = (re.search(r"listening on display (:\d+)", line) for line in weston.stderr)
            name = next(filter(None, heard))[1]
            try:
                with pytest.raises(
                    SourceError, match="holds no picture, as that of an Xwayland, whose"
                ):
                    open_source(f"screen:{name}")
            finally:
                weston.terminate()
                weston.communicate()


@NO_SERVER
@pytest.mark.parametrize(
    ("variable", "path", "sentence"),
    [
        ("", "", "there is no DISPLAY in the environment; right would be screen::0"),
        ("", "0", "'0' is no display of this machine"),
        ("", "device:0", "'device:0' is no display of this machine, with which memory can be"),
        ("localhost:10.0", "", "'localhost:10.0' is no display of this machine"),
        ("", ":0?x=1", "unknown option 'x' of a screen: source; there are none"),
        ("", ":65000", "no X server answers as display :65000: "),
    ],
)
def test_an_address_that_leads_to_no_screen_is_refused(
    variable: str, path: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", variable)
    with pytest.raises((UsageError, SourceError), match=f"^{re.escape(sentence)}"):
        open_source(f"screen:{path}")


def test_the_display_is_that_of_the_environment(
    screen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", f"unix{screen}.0")
    assert open_source("screen:").width == WIDTH


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("Xlib", "ws_stream.sources.x_"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "Xlib", None)
    with pytest.raises(UsageError, match=re.escape("pip install 'ws-stream[screen]'")):
        open_source("screen::0")


def test_viewers_see_it_again_when_the_x_server_is_back_and_nothing_costs_it_without_them(
    tmp_path: Path,
) -> None:
    own = f":{1000 + os.getpid() % 50000}"

    def is_true(frame: Frame) -> bool:
        truth = dump(own)
        words = frame.pixels.view("<u4")[..., 0] & sum(truth.masks)
        return np.array_equal(words, truth.bits) and bool(words.any())

    with Server(port=0) as server:
        with xvfb(tmp_path, 24, "99x88", own), closing(Canvas(own)) as canvas:
            canvas.fill(5, 5, 30, 30)
            with closing(display.Display(own)) as asks:
                before = clients(asks)
                stream = server.serve(f"screen:{own}")
                assert stream.name == "screen"
                url = f"ws://127.0.0.1:{server.port}/stream/screen"
                with connect(url) as viewer:
                    viewer.wait_for(
                        lambda frame: is_true(frame) and clients(asks) == before + 1, WITHIN
                    )
                assert becomes(before, lambda: clients(asks))
        with (
            connect(url) as viewer,
            xvfb(tmp_path, 24, "90x80", own),
            closing(Canvas(own)) as canvas,
        ):
            canvas.fill(9, 9, 30, 30)
            viewer.wait_for(is_true, WITHIN)

"""Pictures of other libraries, made by these libraries, are what they show there, pixel for pixel."""

import subprocess
import sys
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hub.viewer import Room
from ws_stream import Stream, UsageError, to_rgb
from ws_stream.pixels.arrays import guess
from ws_stream.pixels.foreign import as_pixels
from ws_stream.pixels.formats import BGR888, GRAY8, RGB888, RGBX8888, PixelFormat, Pixels

SIZES = st.tuples(st.integers(1, 37), st.integers(1, 9))
"""Widths and heights: libraries pad rows as they like."""
SEEDS = st.integers(0, 2**32 - 1)


def noise(seed: int, width: int, height: int, *channels: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, *channels), np.uint8)


def here(value: object, wanted: PixelFormat | None = None) -> tuple[Pixels, PixelFormat | None]:
    """What it is taken for, which is an array."""
    array, told = as_pixels(value, wanted)
    assert isinstance(array, np.ndarray)
    return array, told


def looks(value: object, wanted: PixelFormat | None = None) -> np.ndarray:
    """What it is taken for, as RGB."""
    array, told = here(value, wanted)
    return to_rgb(array, told or guess(array))


def torch() -> Any:  # noqa: ANN401 - a module
    return pytest.importorskip("torch", reason="make test installs PyTorch for the processor")


class TestTensors:
    """Whatever speaks DLPack and lies in the processor's memory; of PyTorch here. test_gpu.py has others."""

    @given(seed=SEEDS, size=SIZES, channels=st.sampled_from([(), (3,), (4,)]))
    def test_one_is_read_where_it_lies(
        self, seed: int, size: tuple[int, int], channels: tuple[int, ...]
    ) -> None:
        tensor = torch().from_numpy(noise(seed, *size, *channels))
        array, told = here(tensor)
        assert told is None
        assert np.array_equal(array, tensor.numpy())
        assert array.ctypes.data == tensor.data_ptr()

    def test_views_of_it_are_too(self) -> None:
        planes = torch().from_numpy(noise(1, 20, 3, 6))  # (channels, height, width)
        crop = planes.permute(1, 2, 0)[1:, ::2]
        array, _ = here(crop)
        assert np.array_equal(array, crop.numpy())
        assert array.ctypes.data == crop.data_ptr()

    async def test_one_that_is_published_is_read_when_a_viewer_comes(self) -> None:
        tensor = torch().zeros((5, 7, 3), dtype=torch().uint8)
        stream = Stream("camera")
        stream.publish(tensor)
        tensor.fill_(200)  # where it lies, as with an array
        viewer = Room(stream).enter()
        assert viewer.pixels is not None
        assert (viewer.pixels == 200).all()
        stream.close()

    @pytest.mark.parametrize(
        "make",
        [
            lambda torch: torch.zeros((4, 5, 3)),
            lambda torch: torch.zeros((3, 4, 5), dtype=torch.uint8),
            lambda torch: torch.zeros((4, 5), dtype=torch.bfloat16),
            lambda torch: torch.zeros((4, 5), requires_grad=True),
            lambda torch: torch.zeros((4, 5), dtype=torch.uint8).to_sparse(),
            lambda torch: torch.zeros((4, 5), dtype=torch.uint8, device="meta"),
        ],
        ids=["floats", "planes", "bfloat16", "gradient", "sparse", "nowhere"],
    )
    def test_what_is_none_is_refused_in_one_sentence(self, make: Any) -> None:  # noqa: ANN401
        stream = Stream("camera")
        with pytest.raises(UsageError, match="right would be") as refused:
            stream.publish(make(torch()))
        assert "\n" not in str(refused.value)


class TestPillow:
    @given(seed=SEEDS, size=SIZES, mode=st.sampled_from(["RGB", "RGBA", "RGBX", "L"]))
    def test_what_is_one_of_our_formats_stays_it(
        self, seed: int, size: tuple[int, int], mode: str
    ) -> None:
        image = import_module("PIL.Image").effect_noise(size, 80).convert(mode)
        assert np.array_equal(looks(image), np.asarray(image.convert("RGB")))

    @pytest.mark.parametrize("mode", ["1", "P", "LA", "PA", "CMYK", "YCbCr", "HSV", "I", "F"])
    def test_all_others_are_converted_by_it(self, mode: str) -> None:
        pillow = import_module("PIL.Image")
        image = pillow.effect_noise((11, 7), 80).convert("RGB")
        image = image.convert("RGBA").convert(mode) if mode in ("LA", "PA") else image.convert(mode)
        assert np.array_equal(looks(image), np.asarray(image.convert("RGB")))

    @pytest.mark.parametrize(("mode", "dtype"), [("I;16", "<u2"), ("I;16B", ">u2")])
    def test_sixteen_bits_of_gray_show_the_top_ones(self, mode: str, dtype: str) -> None:
        words = np.array([0, 255, 256, 65535], dtype)
        image = import_module("PIL.Image").frombytes(mode, (4, 1), words.tobytes())
        assert looks(image)[0, :, 0].tolist() == [0, 0, 1, 255]


class TestOpenCV:
    def test_a_matrix_is_blue_green_red(self) -> None:
        opencv = import_module("cv2")
        frame = noise(4, 9, 5, 3)
        assert np.array_equal(looks(opencv.UMat(frame)), frame[..., ::-1])

    def test_a_plain_array_of_it_is_too_where_the_stream_says_so(self) -> None:
        opencv = import_module("cv2")
        frame = opencv.cvtColor(noise(4, 9, 5, 3), opencv.COLOR_RGB2BGR)
        assert np.array_equal(looks(frame, BGR888), noise(4, 9, 5, 3))


class TestMatplotlib:
    @pytest.mark.parametrize(
        "canvas", ["backend_agg.FigureCanvasAgg", "backend_svg.FigureCanvasSVG", None]
    )
    def test_a_figure_is_what_it_would_be_saved_as(self, canvas: str | None) -> None:
        import_module("matplotlib").use("Agg")
        figure = import_module("matplotlib.figure").Figure(figsize=(2, 1.5), dpi=80)
        if canvas:
            module, _, name = canvas.rpartition(".")
            getattr(import_module(f"matplotlib.backends.{module}"), name)(figure)
        before = figure.canvas
        figure.subplots().plot([1, 3, 2])
        seen = looks(figure)
        assert figure.canvas is before
        agg = import_module("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
        agg.draw()
        assert seen.shape == (120, 160, 3)
        assert np.array_equal(seen, np.asarray(agg.buffer_rgba())[..., :3])

    def test_the_next_drawing_leaves_it_as_it_is(self) -> None:
        figure = import_module("matplotlib.figure").Figure(figsize=(1, 1), dpi=50)
        import_module("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
        seen, _ = here(figure)
        before = seen.copy()
        figure.set_facecolor("red")
        figure.canvas.draw()
        assert np.array_equal(seen, before)


class TestPygame:
    @pytest.fixture(autouse=True)
    def no_window(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
        monkeypatch.setenv("PYGAME_HIDE_SUPPORT_PROMPT", "1")

    @pytest.mark.parametrize("depth", [8, 15, 16, 24, 32])
    def test_a_surface_of_any_depth_is_what_it_shows(self, depth: int) -> None:
        pygame = import_module("pygame")
        surface = pygame.Surface((13, 7), 0, depth)
        if depth == 8:
            surface.set_palette([(value, 255 - value, value // 2) for value in range(256)])
        for y in range(7):
            for x in range(13):
                surface.set_at((x, y), (x * 19, y * 36, (x * y) % 256))
        expected = [[surface.get_at((x, y))[:3] for x in range(13)] for y in range(7)]
        assert np.abs(looks(surface).astype(int) - expected).max() <= (
            0 if depth in (8, 24, 32) else 4
        )

    def test_it_may_be_drawn_upon_afterwards(self) -> None:
        pygame = import_module("pygame")
        surface = pygame.Surface((6, 4), pygame.SRCALPHA, 32)
        seen, _ = here(surface)
        assert not surface.get_locked()
        surface.fill((9, 8, 7))
        assert not seen[..., :3].any()


@pytest.mark.parametrize("binding", ["PySide6", "PyQt6"])
class TestQt:
    @pytest.fixture(autouse=True)
    def no_window(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")

    @pytest.mark.parametrize(
        "name",
        [
            *(
                "Mono",
                "Indexed8",
                "RGB32",
                "ARGB32",
                "RGB16",
                "RGB555",
                "RGB666",
                "RGB888",
                "RGB444",
            ),
            *("RGBX8888", "RGBA8888", "BGR30", "RGB30", "A2RGB30_Premultiplied", "Grayscale8"),
            *("Grayscale16", "BGR888", "RGBX64", "RGBX32FPx4", "ARGB8565_Premultiplied"),
        ],
    )
    def test_an_image_of_any_format_is_what_it_shows(self, binding: str, name: str) -> None:
        qt = import_module(f"{binding}.QtGui")
        drawn = qt.QImage(13, 7, qt.QImage.Format.Format_RGB32)
        for y in range(7):
            for x in range(13):
                drawn.setPixelColor(x, y, qt.QColor(x * 19, y * 36, (x * y) % 256))
        image = drawn.convertToFormat(getattr(qt.QImage.Format, f"Format_{name}"))
        expected = [
            [
                [color.red(), color.green(), color.blue()]
                for color in (image.pixelColor(x, y) for x in range(13))
            ]
            for y in range(7)
        ]
        bound = 0 if "8888" in name or "888" in name or name in EXACT else 8
        assert np.abs(looks(image).astype(int) - expected).max() <= bound

    def test_it_may_be_drawn_upon_and_let_go_of_afterwards(self, binding: str) -> None:
        qt = import_module(f"{binding}.QtGui")
        image = qt.QImage(5, 4, qt.QImage.Format.Format_RGB888)
        image.fill(qt.QColor(1, 2, 3))
        seen, told = here(image)
        assert told is RGB888
        image.fill(qt.QColor(9, 9, 9))
        del image
        assert (seen == (1, 2, 3)).all()

    def test_a_null_image_is_refused(self, binding: str) -> None:
        with pytest.raises(UsageError, match="null QImage"):
            as_pixels(import_module(f"{binding}.QtGui").QImage())


EXACT = ("RGB32", "ARGB32", "Mono", "Indexed8", "Grayscale8")
"""Qt's formats whose colours have eight bits; it rounds others in its own way."""


class TestStreams:
    """A library's picture brings its format, a plain array has the stream's."""

    async def test_one_stream_takes_one_after_the_other(self) -> None:
        pillow = import_module("PIL.Image")
        stream = Stream("mixed")
        pictures = [
            (pillow.new("RGB", (6, 4), (1, 2, 3)), RGB888),
            (import_module("cv2").UMat(np.full((4, 6, 3), (3, 2, 1), np.uint8)), BGR888),
            (np.full((4, 6, 3), (1, 2, 3), np.uint8), RGB888),
            (pillow.new("RGBA", (6, 4), (1, 2, 3, 0)), RGBX8888),
            (pillow.new("L", (6, 4), 7), GRAY8),
        ]
        for picture, pixel_format in pictures:
            stream.publish(picture)
            viewer = Room(stream).enter()
            assert viewer.pixels is not None
            colours = to_rgb(viewer.pixels, pixel_format)
            assert (colours == ((7, 7, 7) if pixel_format is GRAY8 else (1, 2, 3))).all()
        stream.close()

    def test_one_that_is_not_of_the_streams_format_is_refused(self) -> None:
        image = import_module("PIL.Image").new("RGB", (6, 4))
        with pytest.raises(
            UsageError, match=r"this Image is rgb888, and the stream's format is bgr888; right"
        ):
            Stream("camera", format=BGR888).publish(image)

    def test_a_class_of_ones_own_that_is_derived_from_one_is_one(self) -> None:
        pillow = import_module("PIL.Image")
        mine = type("Mine", (pillow.Image,), {})()
        mine.__dict__.update(pillow.new("RGB", (2, 2), (5, 6, 7)).__dict__)
        assert (looks(mine) == (5, 6, 7)).all()


def test_none_of_the_libraries_is_imported() -> None:
    listed = ["PIL", "matplotlib", "cv2", "pygame", "PySide6", "PyQt6", "torch"]
    code = f"import sys, ws_stream; print([name for name in {listed} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"

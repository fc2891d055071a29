"""Pictures in a GPU's memory: remembered there, and brought over as they are asked for. One test takes a GPU."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.gpu import CUDA, Bus, noise, torch
from ws_stream import Stream, UsageError
from ws_stream.pixels import gpu
from ws_stream.pixels.foreign import as_pixels
from ws_stream.pixels.formats import RGB565, RGB888, RGBX8888, PixelFormat, Pixels
from ws_stream.pixels.gpu import GpuPicture
from ws_stream.pixels.gpu_resample import Tensor
from ws_stream.pixels.rendition import Crop, Rendition
from ws_stream.pixels.resample import resample

THIRD = Rendition(Crop(2, 3, 17, 11), 3, average=True)


def same(seen: Pixels, right: Pixels) -> bool:
    """But for padding."""
    colours = slice(3) if right.shape[2:] == (4,) else slice(None)
    return bool(seen.dtype == right.dtype and (seen[..., colours] == right[..., colours]).all())


def remembered(tensor: Tensor) -> GpuPicture:
    picture, told = as_pixels(tensor)
    assert told is None
    assert type(picture) is GpuPicture
    return picture


class TestTensors:
    def test_nothing_comes_over_before_it_is_brought(self) -> None:
        bus = Bus()
        picture = remembered(bus.tensor(noise(1, 20, 30, 3)))
        assert picture.shape == (20, 30, 3)
        assert picture.dtype == np.uint8
        assert picture.outline.shape == (20, 30, 3)
        assert bus.touched == 0

    @pytest.mark.parametrize("rendition", [Rendition(), Rendition(step=4, depth=8), THIRD], ids=str)
    @pytest.mark.parametrize("pixel_format", [RGB888, RGBX8888, RGB565], ids=str)
    def test_only_what_is_kept_comes_over(
        self, pixel_format: PixelFormat, rendition: Rendition
    ) -> None:
        bus, array = Bus(), noise(2, *pixel_format.shape(30, 20), dtype=pixel_format.dtype.str[1:])
        right = resample(array, pixel_format, rendition)
        brought = remembered(bus.tensor(array)).bring(pixel_format, rendition)
        assert same(brought, right)
        assert bus.brought == right.nbytes

    def test_of_some_rows_only_these_do(self) -> None:
        bus, array = Bus(), noise(3, 20, 30, 3)
        right = resample(array, RGB888, THIRD)
        picture = remembered(bus.tensor(array))
        for first, end in [(0, 4), (1, 3), (3, 4), (0, 1)]:
            bus.brought = 0
            brought = picture.bring(RGB888, THIRD, (first, end))
            assert brought.shape == right.shape
            assert np.array_equal(brought[first:end], right[first:end])
            assert bus.brought == (end - first) * right[0].nbytes

    def test_of_no_rows_nothing_does(self) -> None:
        bus = Bus()
        picture = remembered(bus.tensor(noise(4, 20, 30, 3)))
        assert picture.bring(RGB888, THIRD, (0, 0)).shape == (4, 6, 3)
        assert bus.touched == 0

    def test_it_is_read_where_it_lies_as_an_array_is(self) -> None:
        array = noise(5, 4, 5)
        picture = remembered(Bus().tensor(array))
        array[:] = 7
        assert (picture.whole() == 7).all()

    def test_rows_and_columns_may_lie_in_any_order(self) -> None:
        planes = noise(6, 3, 9, 8)
        picture = remembered(Bus().tensor(planes).permute(1, 2, 0))
        assert np.array_equal(picture.whole(), planes.transpose(1, 2, 0))
        assert np.array_equal(
            picture.bring(RGB888, Rendition(step=2)), planes.transpose(1, 2, 0)[::2, ::2]
        )

    def test_one_of_the_standards_is_read_by_the_standard(self) -> None:
        xp = pytest.importorskip("array_api_strict")
        array = noise(7, 20, 30, 3)
        standard = GpuPicture(xp.asarray(array))
        assert np.array_equal(standard.bring(RGB888, THIRD), resample(array, RGB888, THIRD))
        assert np.array_equal(
            standard.bring(RGB888, THIRD, (1, 2))[1:2], standard.bring(RGB888, THIRD)[1:2]
        )
        assert np.array_equal(standard.whole(), array)


class TestFaults:
    @pytest.mark.parametrize(
        ("make", "says"),
        [
            (lambda: noise(1, 4, 5).astype(np.float32), "no picture"),
            (lambda: noise(1, 3, 4, 5), "no picture"),
            (lambda: noise(1, 4, 5, dtype="u2"), "rgb565"),
        ],
        ids=["floats", "planes", "words"],
    )
    def test_what_is_no_picture_is_refused_as_an_array_is(self, make: Any, says: str) -> None:  # noqa: ANN401 - a function
        bus = Bus()
        with pytest.raises(UsageError, match=says) as refused:
            Stream("camera").publish(bus.tensor(make()))
        assert "right would be" in str(refused.value)
        assert bus.touched == 0

    def test_sparse_ones_and_numbers_that_numpy_lacks_are_refused_at_once(self) -> None:
        class Sparse:
            layout = torch().sparse_coo
            shape, dtype, is_cuda = (4, 5), "uint8", True

            def __dlpack_device__(self) -> tuple[int, int]:
                return CUDA, 0

            def __dlpack__(self, **_: object) -> object:
                raise AssertionError("it is not asked for")

        Sparse.__module__ = "torch"
        for tensor in (Sparse(), Bus().tensor(noise(1, 4, 5)).to(torch().bfloat16)):
            with pytest.raises(UsageError, match="right would be a dense one of uint8"):
                as_pixels(tensor)

    def test_one_of_no_known_library_is_refused_and_says_so(self) -> None:
        class Unknown:
            shape, dtype = (4, 5), "uint8"

            def __dlpack_device__(self) -> tuple[int, int]:
                return CUDA, 0

            def __dlpack__(self, **_: object) -> object:
                raise AssertionError("its memory cannot be read here")

        with pytest.raises(
            UsageError, match="memory of another device; right would be a tensor of"
        ):
            as_pixels(Unknown())

    def test_a_library_that_fails_is_quoted_in_one_sentence(self) -> None:
        bus = Bus()
        picture = remembered(bus.tensor(noise(1, 4, 5)))
        bus.error = RuntimeError("device-side assert\n<script>")
        with pytest.raises(UsageError, match="right would be") as refused:
            picture.whole()
        assert "\n" not in str(refused.value)

    def test_no_memory_there_is_no_memory_here(self) -> None:
        bus = Bus()
        picture = remembered(bus.tensor(noise(1, 4, 5)))
        bus.error = torch().OutOfMemoryError("CUDA out of memory")
        with pytest.raises(MemoryError, match="CUDA out of memory"):
            picture.whole()


def test_pytorch_reads_into_pinned_memory_behind_the_picture_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its calls for CUDA are played, as the processor's PyTorch has none of them: the order is what is shown."""
    story: list[str] = []

    class Stream:
        def __init__(self, _: object) -> None:
            story.append("a stream")

        def wait_event(self, mark: str) -> None:
            story.append(f"wait for {mark}")

    @contextmanager
    def entered(stream: Stream) -> Iterator[Stream]:
        story.append("on it")
        yield stream
        story.append("off it")

    def empty(shape: Any, *, dtype: Any, pin_memory: bool) -> Tensor:  # noqa: ANN401 - as torch.empty
        story.append(f"pinned: {pin_memory}")
        return torch().zeros(shape, dtype=dtype)

    bus, array, cuda = Bus(), noise(8, 20, 30, 3), torch().cuda
    current = SimpleNamespace(record_event=lambda: "its picture")
    monkeypatch.setattr(cuda, "current_stream", lambda _: current)
    monkeypatch.setattr(cuda, "Stream", Stream)
    monkeypatch.setattr(cuda, "stream", entered)
    monkeypatch.setattr(torch(), "empty", empty)
    monkeypatch.setattr(gpu, "_READING", threading.local())
    monkeypatch.setattr(type(bus.tensor(array)), "is_cuda", True, raising=False)
    picture = remembered(bus.tensor(array))
    assert not story
    for _ in range(2):
        assert np.array_equal(picture.bring(RGB888, THIRD), resample(array, RGB888, THIRD))
    turn = ["wait for its picture", "on it", "pinned: True", "off it"]
    assert story == ["a stream", *turn, *turn]


class TestCuPy:
    """It cannot run here: what is asked of it is played by an array of numpy, in the words of its reference."""

    @pytest.fixture
    def story(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """What is done, in order. https://docs.cupy.dev/en/stable/reference/cuda.html has the names."""
        story: list[str] = []
        monkeypatch.setattr(gpu, "_READING", threading.local())

        class Stream:
            def __init__(self, *, non_blocking: bool = False) -> None:
                self.name = "beside" if non_blocking else "caller's"

            def record(self) -> str:
                story.append(f"record on {self.name}")
                return "mark"

            def wait_event(self, mark: str) -> None:
                story.append(f"{self.name} waits for {mark}")

            def synchronize(self) -> None:
                story.append(f"wait for {self.name}")

            def __enter__(self) -> None:
                current.append(self)

            def __exit__(self, *_: object) -> None:
                current.pop()

        current = [Stream()]
        cuda = SimpleNamespace(
            Stream=Stream,
            get_current_stream=lambda: current[-1],
            alloc_pinned_memory=lambda size: bytearray(size + 100),
        )
        names = ("sum", "reshape", "int32", "uint8")
        functions = {name: getattr(np, name) for name in names}
        functions |= {
            "concat": lambda parts, axis: np.concatenate(parts, axis).view(type(parts[0])),
            "astype": lambda array, kind: array.astype(kind),
        }
        module: Any = SimpleNamespace(cuda=cuda, **functions)
        monkeypatch.setitem(sys.modules, "cupy", module)
        return story

    def tensor(self, array: Pixels, story: list[str]) -> Tensor:
        class Array(np.ndarray):
            def get(self, *, out: Pixels) -> None:
                assert out.flags.c_contiguous
                assert out.flags.writeable
                out[...] = self
                story.append("copy")

        Array.__module__ = "cupy"
        there: Tensor = Array
        there.device = nullcontext()
        return array.view(there)

    def test_what_is_read_waits_for_its_picture_and_for_nothing_else(
        self, story: list[str]
    ) -> None:
        array = noise(8, 20, 30, 3)
        picture = GpuPicture(self.tensor(array, story))
        assert story == ["record on caller's"]
        story.clear()
        assert np.array_equal(picture.bring(RGB888, THIRD), resample(array, RGB888, THIRD))
        assert story == ["beside waits for mark", "copy", "wait for beside"]

    def test_a_thread_reads_on_one_stream(
        self, story: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        picture = GpuPicture(self.tensor(noise(9, 4, 5), story))
        assert picture.whole().shape == (4, 5)
        monkeypatch.delattr(sys.modules["cupy"].cuda, "Stream")
        assert picture.whole().shape == (4, 5)


def test_on_a_gpu_it_is_what_is_made_here() -> None:
    """PyTorch and CUDA as they are, where they are."""
    if not torch().cuda.is_available():
        pytest.skip("no GPU is here that PyTorch can use")
    array = noise(9, 720, 1280, 4)
    drawing = torch().cuda.Stream()
    with torch().cuda.stream(drawing):  # the work of a stream that is not the default one
        tensor = torch().zeros(array.shape, dtype=torch().uint8, device="cuda")
        torch().cuda._sleep(100_000_000)  # cycles: it is far from done when it is published
        tensor.copy_(torch().from_numpy(array).pin_memory(), non_blocking=True)
        picture = remembered(tensor)
    for rendition in (Rendition(), Rendition(step=4), THIRD, Rendition(depth=8, step=2)):
        right = resample(array, RGBX8888, rendition)
        assert same(picture.bring(RGBX8888, rendition), right)
    assert np.array_equal(picture.whole(), array)

"""A picture in a GPU's memory: remembered there, made there what a viewer is to see, and only that is brought over.

No library is imported: whoever hands its tensor in has done so. Knows nothing of who watches.
"""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NamedTuple, final

import numpy as np

from ..arguments import shown
from ..errors import UsageError
from .formats import PixelFormat, Pixels
from .gpu_resample import Library, Tensor, made_there
from .kept import kept
from .rendition import Crop, Rendition

Mark = Any
"""What a library knows a point of a GPU's work by; None: it knows by itself when a tensor is complete."""


@final
class GpuPicture:
    """A tensor that was published; it is not read before `bring`, which any thread may call."""

    __slots__ = ("_how", "_mark", "_tensor", "dtype", "shape")

    def __init__(self, tensor: Tensor) -> None:
        """On the thread that has the tensor made. Raises UsageError for what no known library has, or TypeError."""
        self.shape = tuple(map(int, tensor.shape))
        self.dtype = np.dtype(str(tensor.dtype).rpartition(".")[2])
        self._tensor = tensor
        self._how = _how(tensor)
        self._mark = self._how.mark(tensor)

    @property
    def outline(self) -> Pixels:
        """An array of its shape and dtype that takes no memory; what it holds means nothing."""
        return np.broadcast_to(np.empty((), self.dtype), self.shape)

    def bring(
        self, pixel_format: PixelFormat, rendition: Rendition, rows: tuple[int, int] | None = None
    ) -> Pixels:
        """The rendition as a C-contiguous array, whose padding bytes may be anything; of rows (first, end) or all.

        Others then hold anything. It waits for the GPU's work on this picture, and for no other. The format is one
        that is not raw. Raises UsageError when the library fails, MemoryError when the GPU's memory does not suffice.
        """
        made = kept(rendition, pixel_format, *pixel_format.size(self.outline))
        shape = made.format.shape(made.width, made.height)
        first, end = rows or (0, made.height)
        if first >= end:
            return np.empty(shape, made.format.dtype)
        with self._reading():
            part = _part(rendition, self.shape, first, end)
            there = made_there(self._how.library(self._tensor), self._tensor, pixel_format, part)
            here = self._how.copy(there, first, made.height)
        return here.view(made.format.dtype).reshape(shape)

    def whole(self) -> Pixels:
        """All of it as a C-contiguous array. Waits and raises as `bring` does."""
        with self._reading():
            return self._how.copy(self._tensor, 0, self.shape[0])

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            with self._how.after(self._tensor, self._mark):
                yield
        except Exception as error:  # each library has its own
            if isinstance(error, MemoryError) or "OutOfMemory" in type(error).__name__:
                raise MemoryError(str(error)) from error
            raise UsageError(
                f"this {type(self._tensor).__name__} cannot be read on its device: {shown(str(error))[1:-1]}; "
                "right would be a dense one of uint8, of PyTorch, CuPy, JAX or the like"
            ) from error


def _part(rendition: Rendition, shape: tuple[int, ...], first: int, end: int) -> Rendition:
    """What makes these rows of a rendition of a picture of this shape."""
    step, whole = rendition.step, Crop(0, 0, shape[1], shape[0])
    x, y, width, height = rendition.crop or whole
    rows = min(height - first * step, (end - first) * step)
    return rendition._replace(crop=Crop(x, y + first * step, width, rows))


class _How(NamedTuple):
    """How a library's tensors are read."""

    library: Callable[[Tensor], Library]
    """What has its functions."""
    mark: Callable[[Tensor], Mark]
    """A point behind all the GPU's work that the caller's thread has asked for."""
    after: Callable[[Tensor, Mark], AbstractContextManager[Any]]
    """Within it, the GPU works for this thread after that point, and waits for nothing else."""
    copy: Callable[[Tensor, int, int], Pixels]
    """In the processor's memory, from row `first` on in an array of so many rows; waits until it is there."""


_READING = threading.local()
"""Of each thread, by device: the stream that it reads on. There is one, as libraries keep freed memory for each."""


def _stream(tensor: Tensor, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - of any library
    """This thread's, beside the caller's, on which the next picture may be at work already."""
    streams, device = vars(_READING), str(tensor.device)
    if device not in streams:
        streams[device] = make()
    return streams[device]


def _torch_mark(tensor: Tensor) -> Mark:
    """Of CUDA and ROCm. Others have one queue for all threads. Raises TypeError for what is not dense."""
    if str(tensor.layout) != "torch.strided":
        raise TypeError(f"its layout is {tensor.layout}")
    if not tensor.is_cuda:
        return None
    return sys.modules["torch"].cuda.current_stream(tensor.device).record_event()


def _torch_after(tensor: Tensor, mark: Mark) -> AbstractContextManager[Any]:
    if mark is None:
        return nullcontext()
    cuda: Any = sys.modules["torch"].cuda
    beside = _stream(tensor, lambda: cuda.Stream(tensor.device))
    beside.wait_event(mark)
    entered: AbstractContextManager[Any] = cuda.stream(beside)
    return entered


def _torch_copy(tensor: Tensor, first: int, rows: int) -> Pixels:
    """Pinned memory comes from PyTorch's own cache, so it is not pinned anew for each picture."""
    torch: Any = sys.modules["torch"]
    shape = (rows, *tensor.shape[1:])
    here = torch.empty(shape, dtype=tensor.dtype, pin_memory=tensor.is_cuda)
    here[first : first + len(tensor)].copy_(tensor)  # waits for the stream that it is on
    array: Pixels = here.numpy()
    return array


def _cupy_mark(tensor: Tensor) -> Mark:
    with tensor.device:
        return sys.modules["cupy"].cuda.get_current_stream().record()


@contextmanager
def _cupy_after(tensor: Tensor, mark: Mark) -> Iterator[None]:
    cuda: Any = sys.modules["cupy"].cuda
    with tensor.device:
        beside = _stream(tensor, lambda: cuda.Stream(non_blocking=True))
        beside.wait_event(mark)
        with beside:
            yield


def _cupy_copy(tensor: Tensor, first: int, rows: int) -> Pixels:
    """Pinned memory comes from CuPy's own pool."""
    cuda: Any = sys.modules["cupy"].cuda
    shape, dtype = (rows, *tensor.shape[1:]), np.dtype(tensor.dtype)
    size = int(np.prod(shape))
    memory = cuda.alloc_pinned_memory(size * dtype.itemsize)
    array: Pixels = np.frombuffer(memory, dtype, size).reshape(shape)
    tensor.get(out=array[first : first + len(tensor)])
    cuda.get_current_stream().synchronize()
    return array


def _copy(tensor: Tensor, first: int, rows: int) -> Pixels:
    array = np.asarray(tensor)
    if len(array) == rows:
        return np.ascontiguousarray(array)
    wide = np.empty((rows, *array.shape[1:]), array.dtype)
    wide[first : first + len(array)] = array
    return wide


_HOW: Mapping[str, _How] = {
    "torch": _How(lambda _: sys.modules["torch"], _torch_mark, _torch_after, _torch_copy),
    "cupy": _How(lambda _: sys.modules["cupy"], _cupy_mark, _cupy_after, _cupy_copy),
}
"""By the package of a tensor's class, its own or one that it is derived from."""
_BY_STANDARD = _How(
    lambda tensor: tensor.__array_namespace__(),
    lambda _: None,
    lambda *_: nullcontext(),
    _copy,
)
"""All others: JAX, and whatever speaks the array API standard. They know by themselves when a tensor is complete."""


def _how(tensor: Tensor) -> _How:
    packages = (kind.__module__.partition(".")[0] for kind in type(tensor).__mro__)
    if known := next((_HOW[package] for package in packages if package in _HOW), None):
        return known
    if hasattr(tensor, "__array_namespace__"):
        return _BY_STANDARD
    raise UsageError(
        f"this {type(tensor).__name__} is in the memory of another device; right would be a tensor of PyTorch, CuPy, "
        "JAX or another library of the array API standard, or one in the processor's memory"
    )

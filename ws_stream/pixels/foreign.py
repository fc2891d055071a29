"""Pictures of other libraries as plain arrays: tensors, and what Pillow, Matplotlib, OpenCV, pygame and Qt have.

None of these is imported: whoever hands its picture in has done so. Alpha is ignored, colours are taken as they are.
"""

import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import shown
from ..errors import UsageError
from .arrays import as_picture, guess
from .described import big_endian, described, field_of, named
from .formats import (
    BGR888,
    BGRX8888,
    GRAY8,
    RGB565,
    RGB888,
    RGBX8888,
    PixelFormat,
    Pixels,
)
from .gpu import GpuPicture
from .kept import Sized
from .rendition import Rendition
from .resample import check

Foreign = tuple[Pixels | GpuPicture, PixelFormat | None]
"""The array, or a tensor on a GPU, and its format where the library knows it; None: what shape and dtype say."""

_CPU = (1, 3)
"""DLPack's kinds of device whose memory the processor reads: its own, and what is pinned for CUDA (kDLCPU and
kDLCUDAHost of https://dmlc.github.io/dlpack/latest/c_api.html)."""


def as_pixels(value: object, wanted: PixelFormat | None = None) -> Foreign:
    """What was handed in as a picture, as an array, and what it is known to be: at least `wanted`.

    Arrays and tensors are not copied, wherever they are. Pictures of Matplotlib, pygame and Qt are, once: they
    draw the next one into the same memory, or cannot while somebody reads it. Raises UsageError for what is none.
    """
    if type(value) is np.ndarray:
        return value, wanted
    for kind in type(value).__mro__:
        if convert := _LIBRARIES.get(f"{kind.__module__}.{kind.__qualname__}"):
            array, told = convert(value)
            if wanted not in (None, told):
                raise UsageError(
                    f"this {type(value).__name__} is {told}, and the stream's format is {wanted}; "
                    "right would be a stream without one"
                )
            return array, told
    if hasattr(value, "__dlpack__") and not isinstance(value, np.ndarray):
        return _tensor(value), wanted
    return as_picture(value), wanted


def sized(picture: Pixels | GpuPicture, told: PixelFormat | None, default: Rendition) -> Sized:
    """Its format, the one told or else what its shape and dtype say, and its size.

    Raises UsageError when it is no such picture, or the rendition cannot be made of it.
    """
    outline = picture.outline if type(picture) is GpuPicture else picture
    check(outline, pixel_format := told or guess(outline), default)
    return Sized(pixel_format, *pixel_format.size(outline))


def _tensor(tensor: Any) -> Pixels | GpuPicture:  # noqa: ANN401 - whatever speaks DLPack
    try:
        device, _ = tensor.__dlpack_device__()
        return np.from_dlpack(tensor) if device in _CPU else GpuPicture(tensor)
    except UsageError:
        raise
    except Exception as error:  # each library has its own
        raise UsageError(
            f"this {type(tensor).__name__} cannot be read in place: {shown(str(error))[1:-1]}; "
            "right would be a dense one of uint8 that needs no gradient"
        ) from error


def _pillow(image: Any) -> Foreign:  # noqa: ANN401 - not imported
    """Its modes: https://pillow.readthedocs.io/en/stable/handbook/concepts.html#concept-modes."""
    if image.mode not in _MODES:
        image = image.convert("RGB" if len(image.getbands()) > 1 or image.mode == "P" else "L")
    array = np.asarray(image)
    return array.astype("<u2") if image.mode == "I;16B" else array, _MODES[image.mode]


_MODES = {
    "L": GRAY8,
    "RGB": RGB888,
    "RGBX": RGBX8888,
    "RGBA": RGBX8888,
    **dict.fromkeys(("I;16", "I;16L", "I;16B"), named("gray16")),
}
"""Of Pillow, those whose bytes are one of our formats, or, big-endian, in another order. All others it converts."""


def _matplotlib(figure: Any) -> Foreign:  # noqa: ANN401 - not imported
    """Drawn by Agg, as it would be saved, whatever shows it otherwise."""
    canvas = figure.canvas
    if not hasattr(canvas, "buffer_rgba"):
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - it is there

        try:
            agg: Any = FigureCanvasAgg(figure)  # whose methods have no types
            agg.draw()
        finally:
            figure.set_canvas(canvas)
        canvas = agg
    else:
        canvas.draw()
    return np.array(canvas.buffer_rgba()), RGBX8888


def _opencv(matrix: Any) -> Foreign:  # noqa: ANN401 - not imported
    """Colours are B, G, R, as everywhere in OpenCV; its plain arrays cannot be told from others."""
    array = as_picture(matrix.get())
    return array, {3: BGR888, 4: BGRX8888}.get(array.shape[2]) if array.ndim == 3 else None  # noqa: PLR2004 - channels


def _pygame(surface: Any) -> Foreign:  # noqa: ANN401 - not imported
    size = surface.get_bytesize()
    if size == 1:  # colours are in a palette
        surface, size = surface.convert(24), 3
    red, green, blue = (field_of(mask) for mask in surface.get_masks()[:3])
    colours = [red, green, blue]
    if sys.byteorder == "big":
        colours = [*big_endian(size, colours)]
    width, height = surface.get_size()
    pixel_format = described(size, *colours)
    memory = surface.get_buffer()  # nothing can be drawn while it lives
    return _copied(memory, pixel_format, (width, height), surface.get_pitch()), pixel_format


def _qt(image: Any) -> Foreign:  # noqa: ANN401 - not imported
    """Its formats: https://doc.qt.io/qt-6/qimage.html#Format-enum."""
    kinds = (
        image.Format if hasattr(image.Format, "Format_RGB32") else type(image)
    )  # PyQt5's are there
    if image.isNull():
        raise UsageError("a null QImage is no picture; right would be one with pixels")
    formats = {getattr(kinds, f"Format_{name}", None): known for name, known in _QT.items()}
    if image.format() not in formats:
        image = image.convertToFormat(kinds.Format_RGBX8888)
    pixel_format = formats[image.format()]
    memory = image.constBits()
    if hasattr(memory, "setsize"):  # PyQt's is a pointer
        memory.setsize(image.sizeInBytes())
    size = image.width(), image.height()
    return _copied(memory, pixel_format, size, image.bytesPerLine()), pixel_format


_QT = {
    **dict.fromkeys(("RGBX8888", "RGBA8888", "RGBA8888_Premultiplied"), RGBX8888),
    "RGB888": RGB888,
    "BGR888": BGR888,
    "Grayscale8": GRAY8,
}
"""Of Qt, by what follows "Format_", those whose bytes are one of our formats. All others it converts."""
if sys.byteorder == "little":  # Qt's words are the machine's, ours are little-endian
    _QT |= {
        **dict.fromkeys(("RGB32", "ARGB32", "ARGB32_Premultiplied"), BGRX8888),
        "RGB16": RGB565,
        "RGB555": named("xrgb1555"),
        "RGB444": named("xrgb4444"),
        **dict.fromkeys(("RGB30", "A2RGB30_Premultiplied"), named("xrgb2101010")),
        **dict.fromkeys(("BGR30", "A2BGR30_Premultiplied"), named("xbgr2101010")),
        "Grayscale16": named("gray16"),
    }


def _copied(
    memory: Any,  # noqa: ANN401 - whatever is a buffer
    pixel_format: PixelFormat,
    size: tuple[int, int],
    stride: int,
) -> Pixels:
    """The pixels in a library's memory, rows `stride` bytes apart."""
    rows: NDArray[np.uint8] = np.frombuffer(memory, np.uint8).reshape(size[1], stride)
    row = size[0] * pixel_format.bytes_per_pixel
    return rows[:, :row].copy().view(pixel_format.dtype).reshape(pixel_format.shape(*size))


_LIBRARIES: Mapping[str, Callable[[Any], Foreign]] = {
    "PIL.Image.Image": _pillow,
    "matplotlib.figure.Figure": _matplotlib,
    "cv2.UMat": _opencv,
    "pygame.surface.Surface": _pygame,
    **{f"{binding}.QtGui.QImage": _qt for binding in ("PySide6", "PySide2", "PyQt6", "PyQt5")},
}
"""By the name of a class, its own or one that it is derived from."""

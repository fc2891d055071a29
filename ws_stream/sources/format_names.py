"""What others call pixel formats: libav (films) and Linux (cameras, framebuffers), and what they are called here.

Sources: libavutil/pixfmt.h, linux/videodev2.h.
"""

_ROWS = (
    ("gray8", "gray", "GREY"),
    ("gray10", "gray10le", "Y10 "),
    ("gray12", "gray12le", "Y12 "),
    ("gray14", "gray14le", "Y14 "),
    ("gray16", "gray16le", "Y16 "),
    ("rgb888", "rgb24", "RGB3"),
    ("bgr888", "bgr24", "BGR3"),
    ("rgbx8888", "rgb0 rgba", "XB24 AB24"),
    ("bgrx8888", "bgr0 bgra", "XR24 AR24 BGR4"),
    ("xrgb8888", "0rgb argb", "BX24 BA24 RGB4"),
    ("xbgr8888", "0bgr abgr", "RX24 RA24"),
    ("rgb565", "rgb565le", "RGBP"),
    ("rgb565be", "rgb565be", "RGBR"),
    ("bgr565", "bgr565le", ""),
    ("xrgb1555", "rgb555le", "RGBO XR15 AR15"),
    ("xrgb4444", "rgb444le", "R444 XR12 AR12"),
    ("rgb332", "rgb8", "RGB1"),
    ("xrgb2101010", "x2rgb10le", ""),
    ("yuyv422", "yuyv422", "YUYV"),
    ("uyvy422", "uyvy422", "UYVY"),
    ("nv12", "nv12", "NV12"),
    ("i420", "yuv420p", "YU12"),
    ("bayer_rggb8", "bayer_rggb8", "RGGB"),
    ("bayer_bggr8", "bayer_bggr8", "BA81"),
    ("bayer_gbrg8", "bayer_gbrg8", "GBRG"),
    ("bayer_grbg8", "bayer_grbg8", "GRBG"),
)
"""Ours, those of libav, and the codes of Linux, which have four letters, some of them blanks. Alpha is ignored."""

SAMPLED = frozenset({"yuyv422", "uyvy422", "nv12", "i420"})
"""Luma and chroma: ITU-R BT.601, 16 to 235."""


FROM_LIBAV = {other: ours for ours, others, _ in _ROWS for other in others.split()}
"""Our names by libav's."""
FROM_LINUX = {
    others[at : at + 4]: ours for ours, _, others in _ROWS for at in range(0, len(others), 5)
}
"""Our names by the codes of V4L2."""

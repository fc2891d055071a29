"""What pyproject.toml cannot say: which packages there are, the page's files among them, and the compiled kernel.

The kernel is the twin of ws_stream/pixels/rows.py; it is left out where there is no compiler.
"""

import sys

from setuptools import Extension, find_packages, setup

LIMITED_API = 0x030B0000
"""Python 3.11's stable interface: one build serves all later versions."""

setup(
    # web/ lies outside of ws_stream/, so find_packages does not find it.
    packages=[*find_packages(include=["ws_stream", "ws_stream.*"]), "ws_stream.web"],
    # The bytes of a pixel are taken for those of a word there.
    ext_modules=[
        Extension(
            "ws_stream.pixels._kernel",
            ["ws_stream/pixels/_kernel.c"],
            define_macros=[("Py_LIMITED_API", hex(LIMITED_API))],
            extra_compile_args=["-O3"],
            py_limited_api=True,
            optional=True,
        )
    ]
    if sys.byteorder == "little"
    else [],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
)

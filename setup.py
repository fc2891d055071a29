"""What pyproject.toml cannot say: the compiled twin of ws_stream/rows.py, left out where there is no compiler."""

import sys

from setuptools import Extension, setup

LIMITED_API = 0x030B0000
"""Python 3.11's stable interface: one build serves all later versions."""

setup(
    # The bytes of a pixel are taken for those of a word there.
    ext_modules=[
        Extension(
            "ws_stream._kernel",
            ["ws_stream/_kernel.c"],
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

"""What pyproject.toml cannot say: the compiled walk (core/), left out where there is no compiler.

Without it everything works, in numpy and slower. So a compiler that fails is no failure of the build, and what is built
then is a wheel for every machine. Were it named for this processor only, it would be taken for the compiled one.
"""

import sys
import sysconfig
from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py

LIMITED_API = 0x030B0000
"""Python 3.11's stable interface: one build serves all later versions. Free-threaded Pythons have none."""
IS_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))

IN_NUMPY = "ws-stream: {}; it does the same in numpy, which takes more of the processor"
"""Stands in the log of a build (`pip install -v`); `ws-stream bench` says it, too, where it matters."""

macros: list[tuple[str, str | None]] = [("_GNU_SOURCE", None), ("_FILE_OFFSET_BITS", "64")]
if not IS_FREE_THREADED:
    macros.append(("Py_LIMITED_API", hex(LIMITED_API)))


class BuildIfPossible(build_ext):
    """Forgets an extension that cannot be built: whatever comes after takes the project for pure Python."""

    def build_extension(self, ext: Extension) -> None:
        """Raises what the compiler does; as the extension is optional, that ends as a warning."""
        try:
            super().build_extension(ext)
        except Exception:
            print(IN_NUMPY.format("no C compiler that could build the compiled walk"))  # noqa: T201 - the build's log
            Path(self.get_ext_fullpath(ext.name)).unlink(missing_ok=True)  # of an earlier build
            self.distribution.ext_modules = []
            raise


class BuildOfVectors(build_py):
    """Takes the vectors along, and not the programs that write them."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """The modules of a package."""
        if package == "ws_stream.vectors":
            return []
        return super().find_package_modules(package, package_dir)


class WheelOfWhatWasBuilt(bdist_wheel):
    """Builds first, and names the wheel by what there is then."""

    def run(self) -> None:
        """Make the wheel."""
        self.run_command("build")
        self.root_is_pure = not self.distribution.has_ext_modules()
        super().run()


if sys.byteorder != "little":
    print(IN_NUMPY.format("the compiled walk is for little-endian processors"))  # noqa: T201 - the build's log

setup(
    packages=[*find_packages(include=["ws_stream*"]), "ws_stream.web", "ws_stream.vectors"],
    py_modules=["pytest_ws_stream"],
    package_dir={"ws_stream.web": "web", "ws_stream.vectors": "tests/vectors"},
    cmdclass={
        "build_ext": BuildIfPossible,
        "build_py": BuildOfVectors,
        "bdist_wheel": WheelOfWhatWasBuilt,
    },
    # Pixels are taken for little-endian words there.
    ext_modules=[
        Extension(
            "ws_stream._core",
            sorted(str(path) for path in Path("core").glob("*.c")),
            depends=sorted(str(path) for path in Path("core").glob("*.h")),
            define_macros=macros,
            # Without contraction a*b+c is rounded as in Python, on every processor.
            extra_compile_args=["-std=c99", "-O3", "-ffp-contract=off", "-fvisibility=hidden"],
            libraries=["dl", "pthread"],
            py_limited_api=not IS_FREE_THREADED,
            optional=True,
        )
    ]
    if sys.byteorder == "little"
    else [],
    options={} if IS_FREE_THREADED else {"bdist_wheel": {"py_limited_api": "cp311"}},
)

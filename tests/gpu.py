"""Tensors that say that they are in a GPU's memory, on machines without one: PyTorch's for the processor, and fakes.

What comes over is counted, so that a test sees what a bus would.
"""

from functools import cache
from typing import Any

import numpy as np
import pytest

from ws_stream.pixels.formats import Pixels
from ws_stream.pixels.gpu_resample import Library, Tensor

Anything = Any
"""As PyTorch hands it over."""

CUDA = 2
"""DLPack's number for it: https://dmlc.github.io/dlpack/latest/c_api.html."""


def torch() -> Library:
    return pytest.importorskip("torch", reason="make test installs PyTorch for the processor")


class Bus:
    """What has come over, bytes; how often anything was done with a tensor; and how it fails, and has so often."""

    def __init__(self) -> None:
        self.brought = self.touched = self.failed = 0
        self.error: Exception | None = None

    def tensor(self, array: Pixels) -> Tensor:
        """A picture beyond this bus; it is the array's memory."""
        tensor = torch().from_numpy(array).as_subclass(_elsewhere())
        tensor.bus = self
        return tensor

    def carry(self, function: Anything, arguments: Anything) -> None:
        if self.error:
            self.failed += 1
            raise self.error
        self.touched += 1
        if function is torch().Tensor.copy_:
            self.brought += arguments[1].nbytes


@cache
def _elsewhere() -> Anything:
    kind = torch().Tensor

    class Elsewhere(kind):  # type: ignore[misc, valid-type]  # PyTorch is not known where it is not installed
        """Everything that is made of one is another, beyond the same bus."""

        bus: Bus

        def __dlpack_device__(self) -> tuple[int, int]:
            return CUDA, 0

        @classmethod
        def __torch_function__(
            cls, function: Anything, types: Anything, args: Anything = (), kwargs: Anything = None
        ) -> Tensor:
            name = getattr(function, "__name__", "")
            made = super().__torch_function__(function, types, args, kwargs or {})
            buses = [one.bus for one in _flat(args) if isinstance(one, cls) and hasattr(one, "bus")]
            if buses and name not in ("__get__", "__set__"):
                buses[0].carry(function, args)
            if buses and isinstance(made, cls):
                made.bus = buses[0]
            return made

    return Elsewhere


def _flat(arguments: Anything) -> list[Anything]:
    return [
        one
        for each in arguments
        for one in (_flat(each) if isinstance(each, list | tuple) else [each])
    ]


def noise(seed: int, *shape: int, dtype: str = "u1") -> Pixels:
    random = np.random.default_rng(seed)
    return random.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)

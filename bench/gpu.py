"""What `publish` of a picture in a GPU's memory costs, beside bringing it over first and beside JPEG made there.

`python -m bench.gpu` draws into one tensor, of which a tenth of the rows changes, and hands it in as it is, as
`.cpu().numpy()`, and as `torchvision.io.encode_jpeg` makes it, in turns, while one viewer of each rendition watches.
Without a GPU, a tensor of the processor's that says that it is elsewhere goes the same way: that shows that it works,
not how long it takes on a GPU. Knows nothing of servers.
"""

import argparse
import asyncio
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from statistics import median

from ws_stream import Stream
from ws_stream.pixels.gpu_resample import Library, Tensor
from ws_stream.pixels.rendition import Rendition
from ws_stream.protocol.request import Request

from .handing_in import Sink

RENDITIONS: Mapping[str, Rendition] = {
    "all of it": Rendition(),
    "step 4": Rendition(step=4),
    "step 4, average": Rendition(step=4, average=True),
    "step 2, depth 8": Rendition(step=2, depth=8),
}
CUDA = 2
"""DLPack's number for it."""


def place(torch: Library) -> Callable[[Tensor], Tensor]:
    """Puts a tensor where pictures are to be: on the GPU, or on the processor as if it were one."""
    if torch.cuda.is_available():
        return lambda tensor: tensor.cuda()
    kind = torch.Tensor

    class Elsewhere(kind):  # type: ignore[misc, valid-type]  # PyTorch is not known where it is not installed
        def __dlpack_device__(self) -> tuple[int, int]:
            return CUDA, 0

    return lambda tensor: tensor.as_subclass(Elsewhere)


def jpeg(torch: Library) -> Callable[[Tensor], object] | None:
    """Makes one of RGBX where it is, and brings it over; None, and a sentence, without torchvision."""
    try:
        encode = import_module("torchvision.io").encode_jpeg
    except (ImportError, RuntimeError):  # or it was built for another PyTorch
        print(
            "no torchvision for this PyTorch, so no JPEG; right would be: pip install torchvision"
        )
        return None

    def made(tensor: Tensor) -> object:
        rgb = tensor.as_subclass(torch.Tensor)[..., :3].permute(2, 0, 1).contiguous()
        return encode(rgb, quality=75).cpu()

    return made


class Turns:
    """One picture that changes, and a stream with one viewer for each way to hand it in."""

    def __init__(self, torch: Library, size: tuple[int, int], rendition: Rendition) -> None:
        width, height = size
        self._torch, self._rows, self._turn = torch, height // 10, 0
        noise = torch.randint(0, 255, (height, width, 4), dtype=torch.uint8)
        self.picture = place(torch)(noise)
        self._encode = jpeg(torch) if rendition == Rendition() else None
        self.streams = [Stream(name, fps=1000, rendition=rendition) for name in "ab"]
        for stream in self.streams:
            stream.begin(stream.join(Sink(), Request(acknowledge=False)))

    def ways(self) -> dict[str, Callable[[], object]]:
        """By what they are called."""
        there, first = self.streams
        ways: dict[str, Callable[[], object]] = {
            "publish(tensor)": lambda: there.publish(self.picture),
            "publish(tensor.cpu().numpy())": lambda: first.publish(
                self.picture.as_subclass(self._torch.Tensor).cpu().numpy()
            ),
        }
        if encode := self._encode:
            ways["encode_jpeg(tensor)"] = lambda: encode(self.picture)
        return ways

    def draw(self) -> None:
        """The next picture, complete."""
        self._turn += 1
        height = len(self.picture)
        first = self._turn * 37 % (height - self._rows)
        rows = self.picture[first : first + self._rows]
        rows += 1 + self._turn % 5
        if self._torch.cuda.is_available():
            self._torch.cuda.synchronize()
        time.sleep(0.002)  # as often as it may be

    def close(self) -> None:
        """Nobody watches any more."""
        for stream in self.streams:
            stream.close()


def measure(turns: Turns, count: int) -> dict[str, tuple[float, float]]:
    """Of each way, microseconds that pass and that processors work for one picture: medians."""
    ways = turns.ways()
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(count):
        for name, hand_in in ways.items():
            turns.draw()
            wall, work = time.perf_counter_ns(), time.process_time_ns()
            hand_in()
            spent = (time.process_time_ns() - work) / 1e3
            took[name].append(((time.perf_counter_ns() - wall) / 1e3, spent))
        for stream in turns.streams:
            stream.walk.messages()
    return {name: _medians(each) for name, each in took.items()}


def _medians(each: list[tuple[float, float]]) -> tuple[float, float]:
    passed, worked = zip(*each, strict=True)
    return median(passed), median(worked)


async def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=100)
    parser.add_argument("--size", default="1024x600", help="WIDTHxHEIGHT")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    torch: Library = import_module("torch")
    torch.set_num_threads(1)  # here, one more costs more than it helps
    where = torch.cuda.get_device_name() if torch.cuda.is_available() else "the processor as if"
    print(f"{f'{width}x{height}x4 on {where}':50} us passed  us of CPU    ratio")
    for name, rendition in RENDITIONS.items():
        turns = Turns(torch, (width, height), rendition)
        measured = measure(turns, options.turns)
        turns.close()
        base, _ = measured["publish(tensor.cpu().numpy())"]
        for way, (passed, worked) in measured.items():
            print(f"{name + ': ' + way:50} {passed:9.0f} {worked:10.0f} {passed / base:8.2f}")


if __name__ == "__main__":
    asyncio.run(main())

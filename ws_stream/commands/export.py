"""What `ws-stream export` does: which kind of file a recording becomes, by the name of that file."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from ..arguments import plain, why
from ..errors import UsageError
from ..recording import Recording
from ..recording.writer import check_free, named
from .export_films import save_gif, save_mp4
from .export_stills import Progress, save_arrays, save_frames, save_png

Save = Callable[[Recording, Path, Progress], None]

FILES: Mapping[str, Save] = {".npz": save_arrays, ".gif": save_gif, ".mp4": save_mp4}
RIGHT = "right would be a name that ends with .png, .gif, .mp4, .npz or / (a folder of PNG files)"


def export(recording: Recording, out: str, at: float | None, progress: Progress) -> None:
    """Save the recording as what the name says; `at` chooses the picture of a PNG, in seconds.

    Raises UsageError; what was written by then is removed.
    """
    path, suffix = Path(out), Path(out).suffix.lower()
    save: Save | None = FILES.get(suffix)
    if suffix == ".png":
        save = partial(save_png, at=at)
    elif at is not None:
        raise UsageError(
            f"--at chooses the one picture of a PNG, and {plain(out)} is none; right would be cut"
        )
    elif out.endswith("/"):
        save = save_frames
    if save is None:
        raise UsageError(f"{plain(out)} names no kind of file; {RIGHT}")
    if not len(recording):
        raise UsageError(f"{recording.name} holds no picture, so there is nothing to export")
    with _fresh(path, is_folder=save is save_frames):
        save(recording, path, progress)


def bar(done: float, width: int = 40) -> str:
    """A share of 1 as a bar of so many letters, and in percent."""
    full = round(width * done)
    return f"[{'#' * full}{'.' * (width - full)}] {100 * done:3.0f} %"


@contextmanager
def _fresh(path: Path, *, is_folder: bool) -> Iterator[None]:
    """A path at which there is nothing before, and nothing half done afterwards. Raises UsageError."""
    check_free(path)
    try:
        if is_folder:
            path.mkdir()
        try:
            yield
        except BaseException:
            with suppress(OSError):  # what went wrong before is what is told
                shutil.rmtree(path) if is_folder else path.unlink()
            raise
    except OSError as error:
        raise UsageError(f"cannot write {named(path)}: {why(error)}") from None

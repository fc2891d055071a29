"""A process that sees a fake camera, for test_camera: a line of JSON is a call, and one answers what came of it."""

import json
import sys
import time
from typing import Any

from ws_stream.errors import WsStreamError
from ws_stream.sources import Picture, Source, camera, open_source


class Probe:
    """One source, and the picture that is held of it."""

    source: Source
    picture: Picture | None

    def open(self, address: str) -> list[object]:
        """What is known of it before somebody watches."""
        self.source = open_source(address)
        return [self.source.name, *self.shape()]

    def shape(self) -> list[object]:
        """Format, width and height."""
        return [self.source.format.name, self.source.width, self.source.height]

    def poll(self, seen: object) -> dict[str, Any] | None:
        """The picture, its version, whether it is a view, and the seconds since it was taken."""
        self.picture = self.source.poll(seen)
        if self.picture is None:
            return None
        pixels, version, completed = (
            self.picture.pixels,
            self.picture.version,
            self.picture.completed,
        )
        taken = self.picture.taken
        age = None if taken is None else time.monotonic() - taken
        view = not pixels.flags.owndata
        said = {"version": version, "completed": completed, "age": age, "view": view}
        return {"pixels": pixels.tolist(), **said}

    def held(self) -> object:
        """The picture polled last, as it is now."""
        return self.picture and self.picture.pixels.tolist()

    def rest(self) -> None:
        """As the poller does when nobody watches."""
        self.source.rest()  # type: ignore[attr-defined]  # the camera's has it

    def close(self) -> None:
        """Let go of it."""
        self.source.close()

    def set(self, name: str, value: float) -> None:
        """One of the numbers of the module."""
        setattr(camera, name, value)


def main() -> None:
    """Until there are no more calls."""
    probe = Probe()
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        try:
            said = {"is": getattr(probe, name)(*arguments)}
        except WsStreamError as error:
            said = {"error": [type(error).__name__, str(error)]}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

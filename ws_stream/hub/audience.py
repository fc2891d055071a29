"""Who watches a stream, and so which renditions of it are made, and how many pictures a second are wanted.

Knows nothing of sockets, threads or where pictures come from. Requests are clamped here to the device's limits.
"""

from collections.abc import Callable

from ..limits import MAX_STEP
from ..pixels.rendition import Rendition, clamp
from ..protocol.request import Request
from .feed import Feed
from .viewer import Viewer

MAX_RENDITIONS = 4
"""Renditions of one stream at a time: each is shrunk and encoded for itself; none has more pixels than the default."""

Wake = Callable[[], None]


class Audience:
    """The viewers of one stream by the callables that wake them, on feeds by their renditions."""

    def __init__(self, name: str, default: Rendition, fps: float) -> None:
        self.default = default
        self.feeds: dict[Rendition, Feed] = {}
        self.viewers: dict[Wake, Viewer] = {}
        self._size: tuple[int, int] | None = None
        self._coarser = 1
        self._name = name
        self._fps = fps
        self._allowed = fps
        self._saves_work = self._is_behind = False
        self._problem: str | None = None

    def join(self, wake: Wake, request: Request, now: float) -> Viewer:
        """A new viewer. `wake` is called whenever there may be something for it to take."""
        viewer = Viewer(self._grant(request.rendition(self.default)), now, request)
        viewer.feed.wakes.add(wake)
        self.viewers[wake] = viewer
        return viewer

    def leave(self, wake: Wake) -> None:
        """The viewer is gone. A feed without viewers is forgotten."""
        viewer = self.viewers.pop(wake)
        viewer.leave()
        self._part(viewer.feed, wake)

    def want(self, wake: Wake, rendition: Rendition, now: float) -> None:
        """The viewer wants to see another rendition."""
        viewer, before = self.viewers[wake], self.viewers[wake].feed
        after = self._grant(rendition)
        if after is not before:
            viewer.move(after, now)
            after.wakes.add(wake)
            self._part(before, wake)

    def fps(self) -> float:
        """Pictures per second that somebody wants and may have; 0 when nobody does."""
        requested = (viewer.fps for viewer in self.viewers.values())
        return min(
            self._allowed, max((self._fps if fps is None else fps for fps in requested), default=0)
        )

    def has_newcomers(self) -> bool:
        """Whether somebody waits for a first picture."""
        return any(feed.newest is None for feed in self.feeds.values())

    def limit(self, fps: float, coarser: int, *, saves_work: bool) -> None:
        """Allow only so many pictures per second, and coarser ones, and tell viewers."""
        self._allowed = min(fps, self._fps)
        self._saves_work = saves_work
        if coarser != self._coarser:
            self._coarser = coarser
            self._clamp_all()
        self._tell_limits()

    def fall_behind(self, is_behind: bool) -> None:
        """Tell viewers that the device cannot keep up with the rate that was asked for, or that it can again."""
        if is_behind != self._is_behind:
            self._is_behind = is_behind
            self._tell_limits()

    def set_problem(self, problem: str | None) -> None:
        """Let viewers, also those to come, know why there are no pictures, or that there are again."""
        self._problem = problem
        for feed in self.feeds.values():
            feed.set_problem(problem)

    def resize(self, width: int, height: int) -> None:
        """The source's pictures are of this size from now on."""
        if (width, height) != self._size:
            self._size = width, height
            self._clamp_all()

    def _grant(self, requested: Rendition) -> Feed:
        rendition = clamp(requested, self.default, *self._size) if self._size else requested
        if rendition not in self.feeds and len(self.feeds) >= MAX_RENDITIONS:
            rendition = min(self.feeds, key=lambda other: _distance(other, rendition))
        if rendition not in self.feeds:
            feed = self.feeds[rendition] = Feed(self._name, rendition, self._allowed)
            self._clamp_all()
            feed.set_problem(self._problem)
            self._tell_limits()
        return self.feeds[rendition]

    def _tell_limits(self) -> None:
        for feed in self.feeds.values():
            feed.limit(self._allowed, saves_work=self._saves_work or self._is_behind)

    def _clamp_all(self) -> None:
        """Say of each feed what is to be made, which depends on the pictures' size and the work to be saved."""
        if self._size:
            for feed in self.feeds.values():
                clamped = clamp(feed.rendition, self.default, *self._size)
                feed.making = clamped._replace(step=min(MAX_STEP, clamped.step * self._coarser))

    def _part(self, feed: Feed, wake: Wake) -> None:
        feed.wakes.discard(wake)
        if not feed.wakes:
            del self.feeds[feed.rendition]


def _distance(one: Rendition, other: Rendition) -> tuple[bool, int, bool]:
    """Another part of the picture is farther than another step, that farther than another way to average."""
    return one.crop != other.crop, abs(one.step - other.step), one.average != other.average

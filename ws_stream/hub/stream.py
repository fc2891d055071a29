"""A stream: pictures come in under one name, and the newest goes to each viewer as that one asked. Nothing is queued.

Knows nothing of sockets, HTTP or where pictures come from. Programs call `publish`, `set_problem`, `close` and `input`.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from ..arguments import SWITCH, optional
from ..fair_lock import FairLock
from ..pixels.arrays import lying_together
from ..pixels.damage import Damage, spans
from ..pixels.described import FORMAT
from ..pixels.foreign import as_pixels, sized
from ..pixels.formats import SIDE, PixelFormat, Pixels
from ..pixels.gpu import GpuPicture
from ..pixels.rendition import Rendition
from ..protocol.extension import SideData, extension_of
from ..protocol.request import Request
from ..walk import Walk, new_walk
from .audience import Audience, Limits
from .caller import Hearer
from .errands import Errands
from .input import InputEvents
from .kinds import FPS, INPUT, MOMENT, NAME, PROBLEM, RENDITION
from .newest import Newest
from .operators import Operators
from .producer import Producer
from .subscription import REPORT_EVERY, Peer, Subscription, device_us, now_us
from .wishes import Wish, Wishes


class Stream:
    """Pictures under one name. `publish` puts them in, from any thread; viewers join on the event loop."""

    def __init__(
        self,
        name: str,
        *,
        format: PixelFormat | None = None,  # noqa: A002 - the field's word for it
        rendition: Rendition | None = None,
        fps: float = 30,
        verify_damage: bool = False,
        input: bool | Hearer = False,  # noqa: A002 - the wire's word for it
        producer: "Producer[Stream] | None" = None,
        walk: Callable[[float], Walk] = new_walk,
    ) -> None:
        default = RENDITION.take("rendition", Rendition() if rendition is None else rendition)
        self.name = NAME.take("name", name)
        self.format = optional(FORMAT).take("format", format)
        """Of every array; None: what each one shows by its shape and dtype."""
        self.fps = FPS.take("fps", fps)
        self.audience = Audience(self.name, default.check(), self.fps, walk(self.fps))
        self._producer = producer
        self._lock = FairLock()
        self._errands = Errands()
        verifies = SWITCH.take("verify_damage", verify_damage)
        self.newest = Newest(self.audience, self._errands, self._lock, verify_damage=verifies)
        self._wishes = Wishes(self._errands, self._grant)
        self.operators = Operators(self.name, self._errands, INPUT.take("input", input))
        self.audience.hears_input = self.operators.may_be_heard

    @property
    def walk(self) -> Walk:
        """The way of each picture."""
        return self.audience.walk

    @property
    def problem(self) -> str | None:
        """Why there are no pictures now."""
        return self.audience.figures.problem

    @property
    def watched(self) -> bool:
        """Whether anybody watches; if not, the work of making a picture can be saved."""
        return bool(self.audience.subscriptions)

    @property
    def wanted(self) -> float:
        """Pictures per second that somebody wants and may have."""
        return self.audience.fps()

    @property
    def owner(self) -> object:
        """Whose event loop its viewers are on, as `adopt` says; None before."""
        return self._errands.owner

    def overdue(self, now: float) -> float | None:
        """By how many seconds its source was to be looked at before; None while nobody wants to see it."""
        return self._producer.overdue(self, now) if self._producer else 0.0

    def publish(
        self,
        picture: object,
        *,
        time_us: int | None = None,
        damage: Damage | None = None,
        meta: SideData | None = None,
    ) -> None:
        """Show this picture to every viewer. Never waits for one.

        `picture` is an array of shape `format.shape(width, height)` with any strides (without a format, shape and dtype
        say which), a tensor, on a GPU too, or a picture of Pillow, Matplotlib, OpenCV, pygame or Qt. While
        there are viewers it is read before this returns. Arrays and tensors are remembered, not copied, and read when a
        viewer comes, or one that wants fewer has its turn: until the next `publish` they should hold a whole picture,
        this one or a newer. `time_us` is when it was taken, microseconds since 1970-01-01 UTC; now by default. `damage`
        are rectangles (x, y, width, height), in its pixels, outside which nothing has changed since the one before:
        only their rows are read. `meta` is said of exactly this picture: a dict that JSON can hold in 4096 bytes.
        Raises UsageError for what does not fit, and in a forked child.
        """
        self._errands.check_process()
        stamp = now_us() if time_us is None else device_us(MOMENT.take("time_us", time_us))
        rows = None if damage is None else spans(damage)
        said = b"" if meta is None else extension_of(meta)
        array, told = as_pixels(picture, self.format)  # first: a figure is drawn meanwhile
        with self._lock:  # who joins meanwhile sees this picture afterwards, and no older one
            self.newest.publish(self._accept(array, told), rows, (stamp, said))

    def input(self) -> InputEvents:
        """What viewers do from now on, for `for` or `async for`; whoever heard it before hears no more.

        Raises UsageError in a forked child, and unless the stream was made with `input`.
        """
        return self.operators.listen()

    def resize(self, pixel_format: PixelFormat, width: int, height: int) -> None:
        """Pictures are of this format and size from now on; from any thread. Raises UsageError."""
        with self._lock:
            self._resize(pixel_format, SIDE.take("width", width), SIDE.take("height", height))

    def join(self, peer: Peer, request: Request | None = None) -> Subscription:
        """A new viewer, on the event loop."""
        self._errands.open()
        if not self._errands.waits("report"):
            self._errands.run_at("report", time.monotonic() + REPORT_EVERY, self._report)
        with self._lock:
            return self.audience.join(peer, request or Request(), time.monotonic())

    def begin(self, subscription: Subscription) -> None:
        """Tell a viewer that has joined what it sees, and show it."""
        with self._lock:
            self.audience.greet(subscription)
        self.newest.send()
        self.demand()

    def leave(self, subscription: Subscription) -> None:
        """The viewer is gone."""
        subscription.close()
        self._wishes.forget(subscription)
        self.operators.leave(subscription)
        with self._lock:
            self.audience.leave(subscription)
        self.demand()

    def ask(self, subscription: Subscription, members: Mapping[str, Any], id: int | None) -> None:  # noqa: A002 - the wire's word
        """The viewer asks for these members of a request anew; they are granted soon. Raises UsageError."""
        request = (wish := self._wishes.newest(subscription)).request._replace(**members)
        request.rendition(self.audience.default)  # what cannot be is refused here
        self._wishes.add(subscription, Wish(request, wish.id if id is None else id))

    def limit(self, limits: Limits) -> None:
        """Do so much less than viewers ask for, and tell them."""
        with self._lock:
            self.audience.limit(limits)
        self._greet_all()
        self.demand()

    def set_behind(self, behind: bool) -> None:
        """The device cannot keep up, or can again; from any thread."""
        self._errands.run(
            "behind", lambda: self.limit(self.audience.limits._replace(behind=behind))
        )

    def set_problem(self, problem: str | None) -> None:
        """Let viewers know why there are no pictures, in these very words, or that there are again; from any thread."""
        if (problem := PROBLEM.take("problem", problem)) != self.problem:
            self._errands.check_process()
            self.audience.figures.set_problem(problem)  # at once: a report is compared with it
            self._errands.run("greet", self._greet_all)

    def hand_over(self) -> None:
        """Tell transports whose sockets became theirs; from any thread."""
        self._errands.run("finish", self.audience.finish_pictures)

    def demand(self) -> None:
        """A viewer came, left or wants another rate: whoever has pictures is asked."""
        if self._producer:
            self._producer.demand(self)

    def close(self) -> None:
        """Stop producing, and let go of the event loop: a thread may go on publishing."""
        if self._errands.is_forked:
            return
        if self._producer:
            self._producer.close(self)
        self.operators.close()
        self._errands.close()

    def release(self) -> None:
        """Let go of the event loop and of the server: another may have it."""
        self._errands.close()

    def adopt(self, server: object) -> None:
        """This server, in this process, has its viewers. Raises UsageError when another one does."""
        self._errands.adopt(server)
        self.operators.open()

    def _accept(self, array: Pixels | GpuPicture, told: PixelFormat | None) -> Pixels | GpuPicture:
        """The array as the walk can read it, its format and size being the stream's from now on. Raises UsageError."""
        if self.newest.kind != (kind := (array.shape, array.dtype, told)):
            self._resize(*sized(array, told, self.audience.default))
            self.newest.kind = kind
        if type(array) is GpuPicture or array.flags.c_contiguous:
            return array
        return lying_together(array, told)

    def _resize(self, pixel_format: PixelFormat, width: int, height: int) -> None:
        if self.audience.resize(pixel_format, width, height, time.monotonic()):
            self.newest.array = self.newest.kind = None  # it is of another size or format
            self._errands.run("greet", self._greet_all)

    def _grant(self, wishes: Mapping[Subscription, Wish]) -> None:
        with self._lock:
            granted = []
            for subscription, wish in wishes.items():
                try:
                    self.audience.grant(subscription, wish, time.monotonic())
                    granted.append(subscription)
                except Exception:  # no memory, say: whoever asked for it goes
                    subscription.fail()
            self.audience.share()
            for subscription in granted:
                self.audience.confirm(subscription, wishes[subscription])
        self.newest.flush()
        self.demand()

    def _report(self) -> None:
        if self.watched:
            now = time.monotonic()
            self._errands.run_at("report", now + REPORT_EVERY, self._report)
            with self._lock:  # what is announced is what the walk shows
                self.audience.report(now)
            if self._producer:
                self._producer.check(self)

    def _greet_all(self) -> None:
        with self._lock:  # what is announced is what the walk shows
            self.audience.greet_all()
        self.newest.flush()
